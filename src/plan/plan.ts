import type { KernelName } from '../kernels.gen.ts';

/**
 * Where a range lies: `weights` are shared by all images; every other space is laid out per image, so offsets and sizes
 * there are multiplied by the batch capacity. `pixels`, `placements` and `tensor` are a run's input, `rows` its output.
 */
export type Space = 'weights' | 'activations' | 'pixels' | 'placements' | 'tensor' | 'rows';

/** Bytes [offset, offset + size), per image outside `weights`; size 0 means the whole buffer. */
export interface BufferRange {
  space: Space;
  offset: number;
  size: number;
}

/** Workgroups: ceil(batch · items / perGroup) × y, or, with the batch on z, ceil(items / perGroup) × y × batch. */
export interface Grid {
  items: number;
  perGroup: number;
  y: number;
  batchAxis: 'x' | 'z';
}

/** A tensor as a step leaves it: a channel range of an interleaved map [batch, pixels, channels]. */
export interface TensorView {
  /** Its name in the reference export, e.g. `/model.10/attn/pe/conv/Conv_output_0`. */
  name: string;
  range: BufferRange;
  width: number;
  height: number;
  channels: number;
  /** In floats: step between pixels, first channel, pixels per image, first pixel. */
  pixelStride: number;
  channelOffset: number;
  imagePixels: number;
  firstPixel: number;
  /** Where this engine keeps channels in another order: `order[i]` is the ONNX channel stored as the i-th. */
  order?: readonly number[];
}

/** One dispatch. Uniform fields hold everything but `batch`, which is set at run time. */
export interface Step {
  label: string;
  kernel: KernelName;
  constants: Readonly<Record<string, number | boolean>>;
  buffers: Readonly<Record<string, BufferRange>>;
  uniforms: Readonly<Record<string, number>>;
  grid: Grid;
  outputs: readonly TensorView[];
  /** Floating-point operations per image. */
  flops: number;
}

/** Everything needed to run a network at one input size, at any batch size, as printable data. */
export interface Plan {
  height: number;
  width: number;
  /** Rows per image in the result. */
  rows: number;
  /** The first step, by kind of input. */
  entry: { pictures: Step; tensor: Step };
  steps: readonly Step[];
  /** Bytes of activations per image, and the least that any layout could do with. */
  activationBytes: number;
  livenessBound: number;
}

/** Workgroups per dimension that every WebGPU device takes (WebGPU, section 3.6.2, maxComputeWorkgroupsPerDimension). */
const MOST_WORKGROUPS = 65535;

/**
 * Number of workgroups of a step for `batch` images, along x, y and z. What x has no room for goes on in z, in rows of
 * equal length, of which the last may have a few workgroups too many; kernels count through them (see shared/unfold.wgsl).
 * @param most workgroups that one dimension takes
 */
export function workgroups({ items, perGroup, y, batchAxis }: Grid, batch: number, most = MOST_WORKGROUPS): [x: number, y: number, z: number] {
  if (batchAxis === 'z') return [Math.ceil(items / perGroup), y, batch];
  const groups = Math.ceil((items * batch) / perGroup);
  const rows = Math.ceil(groups / most);
  return [Math.ceil(groups / rows), y, rows];
}

/** The steps of one run, entry first. */
export function stepsOf(plan: Plan, kind: keyof Plan['entry']): readonly Step[] {
  return [plan.entry[kind], ...plan.steps];
}
