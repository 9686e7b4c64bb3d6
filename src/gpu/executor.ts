import { deviceLostError, disposedError } from '../core/device-errors.ts';
import type { Executor, PlanInput, Visitor } from '../plan/executor.ts';
import type { Plan, TensorView } from '../plan/plan.ts';
import { readView } from '../plan/view.ts';
import { accepting } from './accepting.ts';
import { type RunLimits, imagesByWork, noRoom, imageBound, runLimits } from './limits.ts';
import { PipelineCache } from './pipelines.ts';
import { PlanStore } from './plan-store.ts';
import { type Needs, type PreparedPlan, imagesOf } from './prepared-plan.ts';
import { readRange } from './readback.ts';
import { USAGE } from './usage.ts';

/** Runs plans on a WebGPU device. Runs may overlap: the queue keeps them in order. */
export class GpuExecutor implements Executor {
  private readonly device: GPUDevice;
  private readonly weights: GPUBuffer;
  private readonly pipelines: PipelineCache;
  private readonly plans: PlanStore;
  private readonly end = new AbortController();
  private readonly limits: RunLimits;
  private readonly most = new WeakMap<Plan, number>();
  private lost: GPUDeviceLostInfo | null = null;

  /** Uploads the packed weights (see `packWeights`). The device stays the caller's to destroy. */
  constructor(device: GPUDevice, weights: ArrayBuffer) {
    this.device = device;
    this.limits = runLimits(device);
    this.weights = device.createBuffer({ label: 'weights', size: weights.byteLength, usage: USAGE.STORAGE | USAGE.COPY_DST });
    this.pipelines = new PipelineCache(device);
    this.plans = new PlanStore({ device, pipelines: this.pipelines, weights: this.weights, ended: this.end.signal });
    device.queue.writeBuffer(this.weights, 0, weights);
    void device.lost.then((info) => (this.lost = info));
  }

  maxBatch(plan: Plan): number {
    let images = this.most.get(plan);
    if (images === undefined) this.most.set(plan, (images = imageBound(plan, this.limits).images));
    return images;
  }

  /**
   * Compiles for every kind of input ahead of the first run, and allocates what pictures take, so that it is as fast as
   * the next; a raw tensor, which few runs come with, has its room made by the first.
   * @param pixelBytes of all the RGBA8 pictures in one run; more than there was room for makes more, and nothing else anew
   * @throws InputError as `run` does
   */
  async prepare(plan: Plan, batch = 1, pixelBytes = 0): Promise<void> {
    this.checkRoom(plan, batch);
    const needs: Needs = { batch, pixelBytes, kinds: ['pictures'] };
    await this.guard(() => Promise.all([this.plans.use(plan, needs, this.mostKept(plan), async () => {}), this.pipelines.of(plan.entry.tensor)]));
  }

  /** Bytes on the GPU for this plan, weights included; 0 before its first run. */
  async bytes(plan: Plan): Promise<number> {
    const bytes = await this.plans.bytes(plan);
    return bytes && bytes + this.weights.size;
  }

  /**
   * @throws InputError 'out-of-memory' where the GPU has no room for the batch, 'device-lost' when the device went away
   * before or during the run, 'no-webgpu' where a kernel does not compile
   */
  async run(plan: Plan, input: PlanInput): Promise<Float32Array> {
    this.checkRoom(plan, input.batch);
    return this.guard(() => this.plans.use(plan, needsOf(input), this.mostKept(plan), ({ prepared, readback }) => {
      const bytes = input.batch * plan.rows * 6 * 4;
      return readback.read(bytes, (target) => {
        const submit = (): void => this.submit(prepared, input, target, bytes);
        if (prepared.isProven(input)) submit();
        else return accepting(this.device, imagesOf(plan, input.batch), submit).then(() => prepared.prove(input));
      });
    }));
  }

  /** @throws InputError as `run` does, and whatever `visit` throws */
  async trace(plan: Plan, input: PlanInput, visit: Visitor): Promise<void> {
    this.checkRoom(plan, input.batch);
    await this.guard(() => this.plans.useAlone(plan, needsOf(input), async (prepared) => {
      prepared.write(input);
      for (const bound of prepared.boundSteps(input.kind)) {
        this.end.signal.throwIfAborted();
        const encoder = this.device.createCommandEncoder({ label: bound.step.label });
        const pass = encoder.beginComputePass();
        prepared.encode(pass, bound);
        pass.end();
        this.device.queue.submit([encoder.finish()]);
        for (const view of bound.step.outputs) await visit(view, readView(view, await this.memoryOf(view, prepared), input.batch), bound.step);
      }
    }));
  }

  /** Frees all buffers but not the device, which nothing reaches from now on. Runs in flight end with an error. */
  dispose(): void {
    this.end.abort(disposedError());
    this.weights.destroy();
    this.plans.dispose();
  }

  /** Most images to make room for ahead of a run that needs it. */
  private mostKept(plan: Plan): number {
    return Math.min(this.maxBatch(plan), imagesByWork(plan));
  }

  private async memoryOf({ range: { offset, size } }: TensorView, { activations, capacity }: PreparedPlan): Promise<Float32Array> {
    this.end.signal.throwIfAborted(); // by the visitor of another view
    const memory = await readRange(this.device, activations, offset * capacity, size * capacity);
    this.end.signal.throwIfAborted();
    return memory;
  }

  private checkRoom(plan: Plan, batch: number): void {
    if (batch > this.maxBatch(plan)) throw noRoom(plan, batch, this.limits);
  }

  /** Everything of a run in one pass and one submit. */
  private submit(prepared: PreparedPlan, input: PlanInput, target: GPUBuffer, bytes: number): void {
    this.end.signal.throwIfAborted();
    prepared.write(input);
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const step of prepared.boundSteps(input.kind)) prepared.encode(pass, step);
    pass.end();
    encoder.copyBufferToBuffer(prepared.rows, 0, target, 0, bytes);
    this.device.queue.submit([encoder.finish()]);
  }

  private async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.lost) throw deviceLostError(this.lost);
    try {
      const done = await work();
      this.end.signal.throwIfAborted();
      if (this.lost) throw deviceLostError(this.lost); // what a lost device is told to make seems to be made
      return done;
    } catch (error) {
      this.end.signal.throwIfAborted(); // which fails whatever was under way in words of its own
      // A lost device fails whatever was under way; give its own word a moment to arrive.
      await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, 50))]);
      throw this.lost ? deviceLostError(this.lost) : error;
    }
  }
}

function needsOf(input: PlanInput): Needs {
  return { batch: input.batch, pixelBytes: input.kind === 'pictures' ? input.pixels.byteLength : 0, kinds: [input.kind] };
}
