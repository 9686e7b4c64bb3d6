import { disposedError } from '../core/device-errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { PipelineCache } from './pipelines.ts';
import { type Needs, PreparedPlan } from './prepared-plan.ts';
import { ReadbackRing } from './readback.ts';

/** Input sizes kept ready; the least recently used one is given up for a further one. */
const SIZES_KEPT = 4;

/** What a run works with. */
export interface Ready {
  prepared: PreparedPlan;
  readback: ReadbackRing;
}

/** Keeps plans ready to run, and frees none while a run uses it. */
export class PlanStore {
  private readonly device: GPUDevice;
  private readonly pipelines: PipelineCache;
  private readonly weights: GPUBuffer;
  private readonly kept = new Map<Plan, Kept>();
  private disposed = false;

  constructor(device: GPUDevice, pipelines: PipelineCache, weights: GPUBuffer) {
    this.device = device;
    this.pipelines = pipelines;
    this.weights = weights;
  }

  /** Calls `work` with a plan that has what it needs. Where that takes more room, those before it are waited for. */
  async use<T>(plan: Plan, needs: Needs, work: (ready: Ready) => Promise<T>): Promise<T> {
    for (;;) {
      const kept = this.kept.get(plan) ?? this.open(plan, needs);
      kept.enter();
      try {
        const ready = await kept.ready;
        const { prepared } = ready;
        if (needs.batch <= prepared.capacity) {
          await prepared.open(needs);
          if (this.disposed) throw disposedError();
          this.refresh(plan, kept);
          return await work(ready);
        }
        if (this.kept.get(plan) === kept) this.open(plan, { ...needs, pixelBytes: Math.max(needs.pixelBytes, prepared.pixelBytes) }, kept.retire());
      } finally {
        kept.leave();
      }
    }
  }

  /** Calls `work` with a plan made for it alone, whose activations no run changes, and frees that afterwards. */
  async useAlone<T>(plan: Plan, needs: Needs, work: (prepared: PreparedPlan) => Promise<T>): Promise<T> {
    if (this.disposed) throw disposedError();
    const prepared = await PreparedPlan.create(this.device, this.pipelines, plan, this.weights, needs);
    try {
      return await work(prepared);
    } finally {
      prepared.destroy();
    }
  }

  /** Bytes on the GPU for a plan, weights aside; 0 where it is not ready. */
  async bytes(plan: Plan): Promise<number> {
    const ready = await this.kept.get(plan)?.ready;
    return ready?.prepared.bytes ?? 0;
  }

  /** Frees everything at once; runs under way fail. */
  dispose(): void {
    this.disposed = true;
    for (const kept of this.kept.values()) kept.free();
    this.kept.clear();
  }

  private open(plan: Plan, needs: Needs, after?: Promise<void>): Kept {
    const kept = new Kept(this.create(plan, needs, after));
    this.kept.set(plan, kept);
    kept.ready.catch(() => {
      if (this.kept.get(plan) === kept) this.kept.delete(plan);
    });
    for (const [oldest, unused] of this.kept) {
      if (this.kept.size <= SIZES_KEPT) break;
      this.kept.delete(oldest);
      void unused.retire();
    }
    return kept;
  }

  private async create(plan: Plan, needs: Needs, after?: Promise<void>): Promise<Ready> {
    await after;
    // A run that waited for room while the engine was disposed of must not take any: nobody would free it.
    if (this.disposed) throw disposedError();
    const prepared = await PreparedPlan.create(this.device, this.pipelines, plan, this.weights, needs);
    return { prepared, readback: new ReadbackRing(this.device, plan.rows * 6 * 4 * needs.batch) };
  }

  /** Marks a plan as the most recently used. */
  private refresh(plan: Plan, kept: Kept): void {
    if (this.kept.get(plan) !== kept) return;
    this.kept.delete(plan);
    this.kept.set(plan, kept);
  }
}

/** A plan that is ready or becoming so, the runs that use it, and its end. */
class Kept {
  readonly ready: Promise<Ready>;
  private users = 0;
  private retired = false;
  private readonly freed: Promise<void>;
  private settle!: () => void;

  constructor(ready: Promise<Ready>) {
    this.ready = ready;
    this.freed = new Promise((resolve) => (this.settle = resolve));
  }

  enter(): void {
    this.users++;
  }

  leave(): void {
    this.users--;
    if (this.retired && this.users === 0) this.free();
  }

  /** Frees it as soon as no run uses it; the promise tells when. */
  retire(): Promise<void> {
    this.retired = true;
    if (this.users === 0) this.free();
    return this.freed;
  }

  free(): void {
    void this.ready.then(release, () => {}).then(this.settle);
  }
}

function release({ prepared, readback }: Ready): void {
  prepared.destroy();
  readback.destroy();
}
