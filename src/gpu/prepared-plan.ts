import { kernels } from '../kernels.gen.ts';
import type { PlanInput } from '../plan/executor.ts';
import { type Plan, type Step, workgroups } from '../plan/plan.ts';
import { allocating } from './allocating.ts';
import { bindGroupOf, type SpaceBuffers } from './bind.ts';
import type { PipelineCache } from './pipelines.ts';
import { type Kind, inputBuffers, writeInput } from './run-input.ts';
import { UniformBlock } from './uniforms.ts';
import { USAGE } from './usage.ts';

const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = USAGE;

/** What all plans of one executor have in common. */
export interface Shared {
  device: GPUDevice;
  pipelines: PipelineCache;
  weights: GPUBuffer;
  /** Aborted when the executor is disposed of: nothing reaches the device from then on. */
  ended: AbortSignal;
}

/** What a run needs to be there. */
export interface Needs {
  batch: number;
  /** Of RGBA8 pictures. */
  pixelBytes: number;
  kinds: readonly Kind[];
}

/** A step ready to be dispatched. */
interface BoundStep {
  step: Step;
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
}

/** The first step for one kind of input, and the buffers that only it reads. */
interface Entry {
  first: BoundStep;
  buffers: SpaceBuffers;
  destroy(): void;
}

/** Slots in the block of uniforms: the two kinds of input, then the steps that follow. */
const ENTRY_SLOTS: Record<Kind, number> = { pictures: 0, tensor: 1 };

/**
 * One plan's buffers, pipelines and bind groups for up to `capacity` images. A kind of input has its own made when it is
 * first needed, pictures again when larger ones come; otherwise nothing here changes from run to run.
 */
export class PreparedPlan {
  readonly plan: Plan;
  readonly capacity: number;
  readonly activations: GPUBuffer;
  readonly rows: GPUBuffer;
  private readonly shared: Shared;
  private readonly mostWorkgroups: number;
  private readonly uniforms: UniformBlock;
  private readonly uniformBuffer: GPUBuffer;
  private readonly rest: BoundStep[];
  private readonly entries = new Map<Kind, Entry>();
  private readonly proven: Record<Kind, number> = { pictures: 0, tensor: 0 };
  private batch = 0;

  /**
   * Compiles what is not compiled yet and allocates what the needs say.
   * @throws InputError 'out-of-memory' where the GPU has no room
   */
  static async create(shared: Shared, plan: Plan, needs: Needs): Promise<PreparedPlan> {
    const pipelineOf = (step: Step): Promise<GPUComputePipeline> => shared.pipelines.of(step);
    const firsts = needs.kinds.map((kind) => pipelineOf(plan.entry[kind])); // begun before any is awaited: they compile side by side
    const [pipelines] = await Promise.all([Promise.all(plan.steps.map(pipelineOf)), ...firsts]);
    shared.ended.throwIfAborted();
    const what = imagesOf(plan, needs.batch);
    const prepared = await allocating(shared.device, what, () => new PreparedPlan(shared, plan, needs.batch, pipelines));
    try {
      await prepared.open(needs);
      return prepared;
    } catch (error) {
      prepared.destroy();
      throw error;
    }
  }

  private constructor(shared: Shared, plan: Plan, capacity: number, pipelines: readonly GPUComputePipeline[]) {
    const { device } = shared;
    this.shared = shared;
    this.mostWorkgroups = device.limits.maxComputeWorkgroupsPerDimension;
    this.plan = plan;
    this.capacity = capacity;
    this.activations = this.storage('activations', plan.activationBytes * capacity);
    this.rows = this.storage('rows', plan.rows * 6 * 4 * capacity);
    const { pictures, tensor } = plan.entry;
    this.uniforms = new UniformBlock([pictures, tensor, ...plan.steps]);
    this.uniformBuffer = device.createBuffer({ label: 'uniforms', size: this.uniforms.data.byteLength, usage: UNIFORM | COPY_DST });
    this.rest = plan.steps.map((step, i) => this.bind(step, i + 2, pipelines[i]!));
  }

  /** Bytes of GPU memory, weights aside. */
  get bytes(): number {
    return this.ownBuffers().reduce((sum, buffer) => sum + buffer.size, 0);
  }

  /** Bytes of pictures that there is room for; none are asked for before there are pictures. */
  get pixelBytes(): number {
    return this.entries.get('pictures')?.buffers.pixels?.size ?? 0;
  }

  /** Makes ready for kinds of input that have not been needed before, and for pictures larger than any before. */
  async open({ kinds, pixelBytes }: Needs): Promise<void> {
    const { device, pipelines, ended } = this.shared;
    for (const kind of kinds) {
      if (this.hasRoom(kind, pixelBytes)) continue;
      const pipeline = await pipelines.of(this.plan.entry[kind]);
      ended.throwIfAborted();
      const entry = await allocating(device, imagesOf(this.plan, this.capacity), () => this.createEntry(kind, pixelBytes, pipeline));
      if (ended.aborted || this.hasRoom(kind, pixelBytes)) entry.destroy(); // the end, or another run, came first
      else this.replaceEntry(kind, entry);
      ended.throwIfAborted();
    }
  }

  /** Whether a batch as large as this has been found to be valid. */
  isProven({ kind, batch }: PlanInput): boolean {
    return batch <= this.proven[kind];
  }

  prove({ kind, batch }: PlanInput): void {
    this.proven[kind] = Math.max(batch, this.proven[kind]);
  }

  /** Puts a run's input and batch on the queue. */
  write(input: PlanInput): void {
    const { queue } = this.shared.device;
    writeInput(queue, input, this.entries.get(input.kind)!.buffers);
    if (this.batch === input.batch) return;
    this.batch = input.batch;
    this.uniforms.setBatch(input.batch);
    queue.writeBuffer(this.uniformBuffer, 0, this.uniforms.data);
  }

  /** The run's dispatches in order; the kind must have been opened. */
  boundSteps(kind: Kind): BoundStep[] {
    return [this.entries.get(kind)!.first, ...this.rest];
  }

  encode(pass: GPUComputePassEncoder, { step, pipeline, bindGroup }: BoundStep): void {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...workgroups(step.grid, this.batch, this.mostWorkgroups));
  }

  destroy(): void {
    for (const buffer of this.ownBuffers()) buffer.destroy();
  }

  private hasRoom(kind: Kind, pixelBytes: number): boolean {
    return this.entries.has(kind) && (kind === 'tensor' || pixelBytes <= this.pixelBytes);
  }

  /** Runs that are on the queue keep what they read: a buffer's end waits for them. */
  private replaceEntry(kind: Kind, entry: Entry): void {
    this.entries.get(kind)?.destroy();
    this.entries.set(kind, entry);
  }

  private createEntry(kind: Kind, pixelBytes: number, pipeline: GPUComputePipeline): Entry {
    const buffers = inputBuffers(this.shared.device, this.plan, kind, this.capacity, pixelBytes);
    const first = this.bind(this.plan.entry[kind], ENTRY_SLOTS[kind], pipeline, buffers);
    return { first, buffers, destroy: () => Object.values(buffers).forEach((buffer) => buffer.destroy()) };
  }

  private ownBuffers(): GPUBuffer[] {
    return [this.activations, this.rows, this.uniformBuffer, ...[...this.entries.values()].flatMap(({ buffers }) => Object.values(buffers))];
  }

  private storage(label: string, size: number): GPUBuffer {
    return this.shared.device.createBuffer({ label, size, usage: STORAGE | COPY_SRC | COPY_DST });
  }

  private bind(step: Step, slot: number, pipeline: GPUComputePipeline, inputs: SpaceBuffers = {}): BoundStep {
    const { activations, rows, capacity, shared: { device, pipelines, weights } } = this;
    const uniforms = { buffer: this.uniformBuffer, offset: this.uniforms.offsets[slot]!, size: kernels[step.kernel].uniforms!.size };
    const buffers = { weights, activations, rows, ...inputs };
    return { step, pipeline, bindGroup: bindGroupOf(device, pipelines.layoutOf(step.kernel), step, buffers, capacity, uniforms) };
  }
}

/** So many images of a plan's size, as errors say it. */
export const imagesOf = ({ width, height }: Plan, count: number): string => `${count} images of ${width}×${height}`;
