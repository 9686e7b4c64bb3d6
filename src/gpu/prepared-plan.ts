import { InputError } from '../core/errors.ts';
import { kernels } from '../kernels.gen.ts';
import type { PlanInput } from '../plan/executor.ts';
import { type BufferRange, type Plan, type Space, type Step, stepsOf, workgroups } from '../plan/plan.ts';
import type { PipelineCache } from './pipelines.ts';
import { UniformBlock } from './uniforms.ts';

const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = { STORAGE: 0x80, UNIFORM: 0x40, COPY_SRC: 0x04, COPY_DST: 0x08 };

/** A step ready to be dispatched. */
interface BoundStep {
  step: Step;
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
}

/** Smallest buffers for pictures: a 640×640 picture and one placement. */
const LEAST_PIXEL_BYTES = 640 * 640 * 4;
const PLACEMENT_BYTES = 32;

/** One plan's buffers, pipelines and bind groups for up to `capacity` images; nothing here changes from run to run. */
export class PreparedPlan {
  readonly plan: Plan;
  readonly capacity: number;
  readonly buffers: Record<Space, GPUBuffer>;
  private readonly device: GPUDevice;
  private readonly uniforms: UniformBlock;
  private readonly uniformBuffer: GPUBuffer;
  private readonly steps: { entry: Record<PlanInput['kind'], BoundStep>; rest: BoundStep[] };
  private batch = 0;

  /**
   * Compiles what is not compiled yet and allocates for `capacity` images and `pixelBytes` of RGBA8 pictures.
   * @throws InputError 'out-of-memory' where the GPU has no room
   */
  static async create(device: GPUDevice, cache: PipelineCache, plan: Plan, weights: GPUBuffer, capacity: number, pixelBytes: number): Promise<PreparedPlan> {
    const steps = [plan.entry.pictures, ...stepsOf(plan, 'tensor')];
    const pipelines = await Promise.all(steps.map((step) => cache.get(step.kernel, step.constants)));
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const prepared = new PreparedPlan(device, cache, plan, weights, capacity, pixelBytes, steps, pipelines);
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const error = errors.find((found) => found !== null);
    if (!error) return prepared;
    prepared.destroy();
    throw new InputError('out-of-memory', {
      expected: `room for ${capacity} images of ${plan.width}×${plan.height} on the GPU`,
      found: error.message,
      remedy: 'Use a smaller batch or input size.',
    });
  }

  private constructor(
    device: GPUDevice, cache: PipelineCache, plan: Plan, weights: GPUBuffer, capacity: number, pixelBytes: number,
    steps: readonly Step[], pipelines: readonly GPUComputePipeline[],
  ) {
    this.device = device;
    this.plan = plan;
    this.capacity = capacity;
    const storage = (label: string, size: number): GPUBuffer => device.createBuffer({ label, size, usage: STORAGE | COPY_SRC | COPY_DST });
    this.buffers = {
      weights,
      activations: storage('activations', plan.activationBytes * capacity),
      pixels: storage('pixels', Math.max(LEAST_PIXEL_BYTES, pixelBytes)),
      placements: storage('placements', PLACEMENT_BYTES * capacity),
      tensor: storage('tensor', plan.entry.tensor.buffers['tensor']!.size * capacity),
      rows: storage('rows', plan.rows * 6 * 4 * capacity),
    };
    this.uniforms = new UniformBlock(steps);
    this.uniformBuffer = device.createBuffer({ label: 'uniforms', size: this.uniforms.data.byteLength, usage: UNIFORM | COPY_DST });
    const [pictures, tensor, ...rest] = steps.map((step, i) => ({ step, pipeline: pipelines[i]!, bindGroup: this.bind(cache, step, i) }));
    this.steps = { entry: { pictures: pictures!, tensor: tensor! }, rest };
  }

  /** Bytes of GPU memory, weights aside. */
  get bytes(): number {
    const { weights: _shared, ...own } = this.buffers;
    return Object.values(own).reduce((sum, buffer) => sum + buffer.size, this.uniformBuffer.size);
  }

  /** Whether a run of `batch` images with so many bytes of pictures needs no new buffers. */
  fits(batch: number, pixelBytes: number): boolean {
    return batch <= this.capacity && pixelBytes <= this.buffers.pixels.size;
  }

  /** Puts a run's input and batch on the queue. */
  write(input: PlanInput): void {
    const { queue } = this.device;
    if (input.kind === 'tensor') {
      queue.writeBuffer(this.buffers.tensor, 0, input.data as Float32Array<ArrayBuffer>);
    } else {
      queue.writeBuffer(this.buffers.pixels, 0, input.pixels as Uint32Array<ArrayBuffer>);
      queue.writeBuffer(this.buffers.placements, 0, input.placements as Uint32Array<ArrayBuffer>);
    }
    if (this.batch === input.batch) return;
    this.batch = input.batch;
    this.uniforms.setBatch(input.batch);
    queue.writeBuffer(this.uniformBuffer, 0, this.uniforms.data);
  }

  /** The run's dispatches in order. */
  boundSteps(kind: PlanInput['kind']): BoundStep[] {
    return [this.steps.entry[kind], ...this.steps.rest];
  }

  encode(pass: GPUComputePassEncoder, { step, pipeline, bindGroup }: BoundStep): void {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...workgroups(step.grid, this.batch));
  }

  destroy(): void {
    const { weights: _shared, ...own } = this.buffers;
    for (const buffer of [...Object.values(own), this.uniformBuffer]) buffer.destroy();
  }

  private bind(cache: PipelineCache, step: Step, index: number): GPUBindGroup {
    const entries = kernels[step.kernel].bindings.map(({ name, binding, access }): GPUBindGroupEntry => ({
      binding,
      resource: access === 'uniform' ? this.uniformSlot(step, index) : this.resource(step.buffers[name]!),
    }));
    return this.device.createBindGroup({ label: step.label, layout: cache.layoutOf(step.kernel), entries });
  }

  private uniformSlot(step: Step, index: number): GPUBufferBinding {
    return { buffer: this.uniformBuffer, offset: this.uniforms.offsets[index]!, size: kernels[step.kernel].uniforms!.size };
  }

  private resource({ space, offset, size }: BufferRange): GPUBufferBinding {
    const buffer = this.buffers[space];
    if (size === 0) return { buffer };
    const images = space === 'weights' ? 1 : this.capacity;
    return { buffer, offset: offset * images, size: size * images };
  }
}
