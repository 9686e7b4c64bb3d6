import { InputError } from '../core/errors.ts';
import type { Executor, PlanInput, Visitor } from '../plan/executor.ts';
import type { Plan } from '../plan/plan.ts';
import { readView } from '../plan/view.ts';
import { largestBatch } from './limits.ts';
import { PipelineCache } from './pipelines.ts';
import { PreparedPlan } from './prepared-plan.ts';
import { ReadbackRing, readRange } from './readback.ts';

const STORAGE_COPY_DST = 0x88;
/** Input sizes kept ready; the least recently used one is given up for a further one. */
const SIZES_KEPT = 4;

interface Ready {
  prepared: PreparedPlan;
  readback: ReadbackRing;
}

/** Runs plans on a WebGPU device. Runs may overlap: the queue keeps them in order. */
export class GpuExecutor implements Executor {
  private readonly device: GPUDevice;
  private readonly weights: GPUBuffer;
  private readonly pipelines: PipelineCache;
  private readonly ready = new Map<Plan, Promise<Ready>>();
  private lost: GPUDeviceLostInfo | null = null;
  private disposed = false;

  /** Uploads the packed weights (see `packWeights`). The device stays the caller's to destroy. */
  constructor(device: GPUDevice, weights: ArrayBuffer) {
    this.device = device;
    this.pipelines = new PipelineCache(device);
    this.weights = device.createBuffer({ label: 'weights', size: weights.byteLength, usage: STORAGE_COPY_DST });
    device.queue.writeBuffer(this.weights, 0, weights);
    void device.lost.then((info) => (this.lost = info));
  }

  maxBatch(plan: Plan): number {
    return largestBatch(plan, this.device.limits);
  }

  /** Compiles and allocates ahead of the first run, so that it is as fast as the next. */
  async prepare(plan: Plan, batch = 1, pixelBytes = 0): Promise<void> {
    await this.readyFor(plan, batch, pixelBytes);
  }

  /** Bytes on the GPU for this plan, weights included; 0 before its first run. */
  async bytes(plan: Plan): Promise<number> {
    const ready = await this.ready.get(plan);
    return ready ? ready.prepared.bytes + this.weights.size : 0;
  }

  /** @throws InputError 'device-lost' when the device went away before or during the run */
  async run(plan: Plan, input: PlanInput): Promise<Float32Array> {
    return this.guard(async () => {
      const { prepared, readback } = await this.readyFor(plan, input.batch, pixelBytesOf(input));
      const target = await readback.take();
      const bytes = input.batch * plan.rows * 6 * 4;
      prepared.write(input);
      const encoder = this.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const step of prepared.boundSteps(input.kind)) prepared.encode(pass, step);
      pass.end();
      encoder.copyBufferToBuffer(prepared.buffers.rows, 0, target, 0, bytes);
      this.device.queue.submit([encoder.finish()]);
      return readback.read(target, bytes);
    });
  }

  async trace(plan: Plan, input: PlanInput, visit: Visitor): Promise<void> {
    await this.guard(async () => {
      const { prepared } = await this.readyFor(plan, input.batch, pixelBytesOf(input));
      prepared.write(input);
      for (const bound of prepared.boundSteps(input.kind)) {
        const encoder = this.device.createCommandEncoder({ label: bound.step.label });
        const pass = encoder.beginComputePass();
        prepared.encode(pass, bound);
        pass.end();
        this.device.queue.submit([encoder.finish()]);
        for (const view of bound.step.outputs) {
          const { offset, size } = view.range;
          const memory = await readRange(this.device, prepared.buffers.activations, offset * prepared.capacity, size * prepared.capacity);
          await visit(view, readView(view, memory, input.batch), bound.step);
        }
      }
    });
  }

  /** Frees all buffers but not the device. Runs in flight end with an error. */
  dispose(): void {
    this.disposed = true;
    this.weights.destroy();
    for (const ready of this.ready.values()) void ready.then(release, () => {});
    this.ready.clear();
  }

  private async readyFor(plan: Plan, batch: number, pixelBytes: number): Promise<Ready> {
    const existing = this.ready.get(plan);
    if (existing) {
      const ready = await existing;
      if (ready.prepared.fits(batch, pixelBytes)) return this.refresh(plan, existing);
      // Another run may have replaced it while this one waited.
      if (this.ready.get(plan) !== existing) return this.readyFor(plan, batch, pixelBytes);
      await this.device.queue.onSubmittedWorkDone();
      if (this.ready.get(plan) !== existing) return this.readyFor(plan, batch, pixelBytes);
      release(ready);
      return this.allocate(plan, Math.max(batch, ready.prepared.capacity), Math.max(pixelBytes, ready.prepared.buffers.pixels.size));
    }
    return this.allocate(plan, batch, pixelBytes);
  }

  private allocate(plan: Plan, capacity: number, pixelBytes: number): Promise<Ready> {
    // A run that waited for room while the executor was disposed of must not take any: nobody would free it.
    if (this.disposed) throw new InputError('disposed', { expected: 'an engine in use', found: 'one that was disposed', remedy: 'Load the model again.' });
    const ready = this.create(plan, capacity, pixelBytes);
    this.ready.set(plan, ready);
    ready.catch(() => this.ready.delete(plan));
    const [oldest] = this.ready.keys();
    if (this.ready.size > SIZES_KEPT && oldest) {
      void this.ready.get(oldest)!.then(release, () => {});
      this.ready.delete(oldest);
    }
    return ready;
  }

  private async create(plan: Plan, capacity: number, pixelBytes: number): Promise<Ready> {
    const prepared = await PreparedPlan.create(this.device, this.pipelines, plan, this.weights, capacity, pixelBytes);
    const readback = new ReadbackRing(this.device, plan.rows * 6 * 4 * capacity);
    return { prepared, readback };
  }

  /** Marks a plan as the most recently used. */
  private refresh(plan: Plan, ready: Promise<Ready>): Promise<Ready> {
    this.ready.delete(plan);
    this.ready.set(plan, ready);
    return ready;
  }

  private async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.lost) throw deviceLost(this.lost);
    try {
      return await work();
    } catch (error) {
      // A lost device fails whatever was under way; give its own word a moment to arrive.
      await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, 50))]);
      throw this.lost ? deviceLost(this.lost) : error;
    }
  }
}

function pixelBytesOf(input: PlanInput): number {
  return input.kind === 'pictures' ? input.pixels.byteLength : 0;
}

function release({ prepared, readback }: Ready): void {
  prepared.destroy();
  readback.destroy();
}

function deviceLost(info: GPUDeviceLostInfo): InputError {
  return new InputError('device-lost', {
    expected: 'a working GPU device',
    found: `it was lost (${info.reason || 'unknown'}): ${info.message}`,
    remedy: 'Close other GPU-heavy programs or lower the batch, then load the model again.',
  });
}
