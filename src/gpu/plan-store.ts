import type { Plan } from '../plan/plan.ts';
import { orWhereFull } from './allocating.ts';
import { type Needs, PreparedPlan, type Shared } from './prepared-plan.ts';
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
  private readonly shared: Shared;
  private readonly kept = new Map<Plan, Kept>();

  constructor(shared: Shared) {
    this.shared = shared;
  }

  /**
   * Calls `work` with a plan that has what it needs. Where that takes more room, those before it are waited for, and
   * there is room for twice as many images as before, so that batches that grow little by little make few plans.
   * @param most images that any run of this plan may take
   */
  async use<T>(plan: Plan, needs: Needs, most: number, work: (ready: Ready) => Promise<T>): Promise<T> {
    for (;;) {
      const kept = this.kept.get(plan) ?? this.open(plan, needs);
      kept.enter();
      try {
        const ready = await kept.ready;
        const { prepared } = ready;
        if (needs.batch <= prepared.capacity) {
          await this.makingRoom(() => prepared.open(needs));
          this.shared.ended.throwIfAborted();
          this.refresh(plan, kept);
          return await work(ready);
        }
        if (this.kept.get(plan) === kept) this.grow(plan, needs, Math.min(most, 2 * prepared.capacity), prepared, kept);
      } finally {
        kept.leave();
      }
    }
  }

  /** Calls `work` with a plan made for it alone, whose activations no run changes, and frees that afterwards. */
  async useAlone<T>(plan: Plan, needs: Needs, work: (prepared: PreparedPlan) => Promise<T>): Promise<T> {
    this.shared.ended.throwIfAborted();
    const prepared = await this.makingRoom(() => PreparedPlan.create(this.shared, plan, needs));
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
    for (const kept of this.kept.values()) kept.free();
    this.kept.clear();
  }

  /** Puts a plan with room for `wanted` images, or at least for what a run needs, in the place of a smaller one. */
  private grow(plan: Plan, needs: Needs, wanted: number, { pixelBytes }: PreparedPlan, smaller: Kept): void {
    const least = { ...needs, pixelBytes: Math.max(needs.pixelBytes, pixelBytes) };
    this.open(plan, least, Math.max(needs.batch, wanted), smaller.retire());
  }

  private open(plan: Plan, needs: Needs, wanted = needs.batch, after?: Promise<void>): Kept {
    const kept = new Kept(this.create(plan, needs, wanted, after));
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

  private async create(plan: Plan, needs: Needs, wanted: number, after?: Promise<void>): Promise<Ready> {
    await after;
    const { device, ended } = this.shared;
    // A run that waited for room while the engine was disposed of must not take any: nobody would free it.
    ended.throwIfAborted();
    const make = (batch: number): Promise<PreparedPlan> => PreparedPlan.create(this.shared, plan, { ...needs, batch });
    const least = (): Promise<PreparedPlan> => this.makingRoom(() => make(needs.batch));
    const prepared = await (wanted > needs.batch ? orWhereFull(() => make(wanted), least) : least());
    return { prepared, readback: new ReadbackRing(device, plan.rows * 6 * 4 * prepared.capacity, ended) };
  }

  /** Makes something, where memory is short out of that of plans that no run uses. */
  private makingRoom<T>(make: () => Promise<T>): Promise<T> {
    return orWhereFull(make, async () => {
      await this.freeUnused();
      this.shared.ended.throwIfAborted();
      return make();
    });
  }

  private async freeUnused(): Promise<void> {
    const unused = [...this.kept].filter(([, kept]) => kept.isUnused);
    for (const [plan] of unused) this.kept.delete(plan);
    await Promise.all(unused.map(([, kept]) => kept.retire()));
    // Memory comes back when the queue has gone past the end of a buffer, not with the end itself.
    await this.shared.device.queue.onSubmittedWorkDone().catch(() => {});
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

  get isUnused(): boolean {
    return this.users === 0;
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
