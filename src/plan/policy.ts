import { type KernelName, kernels } from '../kernels.gen.ts';

/** What a policy may base its choice on. */
export interface ConvShape {
  /** Output pixels per image. */
  pixels: number;
  inChannels: number;
  outChannels: number;
  kernel: number;
}

/** A kernel that computes a dense convolution, its constants for a filter of this side, and the tile those make. */
export interface ConvVariant {
  kernel: Extract<KernelName, 'conv' | 'conv_subgroup' | 'conv_tiled'>;
  constants: (kernel: number) => Readonly<Record<string, number>>;
  tilePixels: number;
  tileChannels: number;
}

/** Kernels that leave the best anchors and rows: a workgroup per image, or, without a barrier, a thread per image. */
export interface Selection {
  anchors: Extract<KernelName, `select_anchors${string}`>;
  rows: Extract<KernelName, `select_rows${string}`>;
}

/** Which kernels run. It must not look at the batch, or results would depend on it. */
export interface Policy {
  /** Picks one variant per layer. */
  conv(shape: ConvShape): ConvVariant;
  selection: Selection;
}

/** What is known of an adapter. */
export interface AdapterTraits {
  software: boolean;
  /** Invocations per subgroup where the device has subgroups and that number is fixed. */
  lanes?: number;
}

/** Sizes of subgroup that conv_subgroup.wgsl is written for: those of SwiftShader and of lavapipe with AVX. */
const SUPPORTED_LANES = [4, 8];

/** The policy for an adapter: tiles in workgroup memory for GPUs, code that compiles fast and loads little for CPUs. */
export function policyFor({ software, lanes }: AdapterTraits): Policy {
  if (!software) return gpuPolicy;
  return lanes !== undefined && SUPPORTED_LANES.includes(lanes) ? subgroupPolicy(lanes) : softwarePolicy;
}

const byWorkgroup: Selection = { anchors: 'select_anchors', rows: 'select_rows' };
const byThread: Selection = { anchors: 'select_anchors_serial', rows: 'select_rows_serial' };

const { THREADS, PIXELS } = kernels.conv.constants;
/** A block of channels per thread, as the type of its sums says. */
const direct: ConvVariant = { kernel: 'conv', constants: () => ({}), tilePixels: THREADS.value * PIXELS.value, tileChannels: 4 };

/**
 * Tiles of `rows` · 4 pixels × `columns` · 8 channels, `depth` · 4 input channels at a time; see conv_tiled.wgsl for why
 * columns come by fours.
 */
function tiled(rows: number, columns: number, depth: number): ConvVariant {
  if (columns % 4 !== 0) throw new Error(`conv_tiled takes columns by fours, not ${columns}`);
  const constants = (kernel: number): Record<string, number> => ({ KERNEL: kernel, ROWS: rows, COLUMNS: columns, DEPTH: depth });
  return { kernel: 'conv_tiled', constants, tilePixels: rows * 4, tileChannels: columns * 8 };
}

/** Few workgroups leave a GPU idle; below this many large tiles the small ones fill it better. */
const ENOUGH_WORKGROUPS = 96;

/**
 * For GPUs: tiles in workgroup memory, smaller ones where the map is small, narrower ones where a wide one would compute
 * more channels that are not there, and of no more depth than there is: what tiles add to a sum are zeros.
 */
export const gpuPolicy: Policy = {
  conv({ pixels, inChannels, outChannels }) {
    const depth = Math.min(kernels.conv_tiled.constants.DEPTH.value, Math.ceil(inChannels / 4));
    const computed = ({ tileChannels }: ConvVariant): number => Math.ceil(outChannels / tileChannels) * tileChannels;
    const [wide, narrow] = [tiled(16, 8, depth), tiled(16, 4, depth)];
    const large = computed(narrow) < computed(wide) ? narrow : wide;
    const groups = Math.ceil(pixels / large.tilePixels) * Math.ceil(outChannels / large.tileChannels);
    return groups >= ENOUGH_WORKGROUPS ? large : tiled(8, 4, depth);
  },
  selection: byWorkgroup,
};

/** For software adapters without subgroups: no barriers, little code to compile. */
export const softwarePolicy: Policy = { conv: () => direct, selection: byThread };

/** For software adapters with subgroups, whose lanes share the work of loading weights. */
export function subgroupPolicy(lanes: number): Policy {
  const { THREADS: threads, PIXELS: pixels } = kernels.conv_subgroup.constants;
  const variant: ConvVariant = { kernel: 'conv_subgroup', constants: () => ({ LANES: lanes }), tilePixels: threads.value * pixels.value, tileChannels: 8 };
  return { conv: () => variant, selection: byThread };
}
