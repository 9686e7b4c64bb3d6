import { type KernelName, kernels } from '../kernels.gen.ts';
import type { FeatureMap, Layer } from '../yolov10/layers.ts';
import type { DraftView } from './draft.ts';
import type { Homes } from './homes.ts';
import type { Grid } from './plan.ts';
import type { Policy } from './policy.ts';
import { type WeightLayout, blocksOf4 } from './weights.ts';

/** What lowering a layer needs to know. */
export interface LoweringContext {
  layers: readonly Layer[];
  height: number;
  width: number;
  homes: Homes;
  weights: WeightLayout;
  policy: Policy;
}

/** Threads per workgroup of a kernel, as its WGSL says. */
export const threadsOf = (kernel: Extract<KernelName, 'attention' | 'attention_any' | 'decode' | 'depthwise' | 'letterbox' | 'pack_tensor' | 'sppf' | 'upsample'>): number =>
  kernels[kernel].constants.THREADS.value;

/** So many threads in a row, `perGroup` to a workgroup, for each image. */
export const overItems = (items: number, perGroup: number, y = 1): Grid => ({ items, perGroup, y, batchAxis: 'x' });

/** Pixels of a map of one image. */
export function pixelsOf({ height, width }: LoweringContext, map: FeatureMap): number {
  return (height * width) / map.stride ** 2;
}

/** Uniforms of shared/geometry.wgsl. */
export function geometry(context: LoweringContext, input: FeatureMap, output: FeatureMap): Record<string, number> {
  const from = context.homes.of(input);
  const to = context.homes.of(output);
  return {
    inWidth: context.width / input.stride,
    inHeight: context.height / input.stride,
    inPixel: from.allocation.vectors,
    inOffset: from.offset,
    inChannels4: blocksOf4(input.channels),
    outWidth: context.width / output.stride,
    outHeight: context.height / output.stride,
    outPixel: to.allocation.vectors,
    outOffset: to.offset,
    outChannels4: blocksOf4(output.channels),
    outImagePixels: to.allocation.pixels,
    outFirstPixel: to.firstPixel,
    residualOffset: 0,
    kernel: 1,
    stride: 1,
    silu: 0,
    residual: 0,
  };
}

/** How to read a map back. */
export function viewOf(context: LoweringContext, map: FeatureMap, order?: readonly number[]): DraftView {
  const { allocation, offset, firstPixel } = context.homes.of(map);
  return {
    name: map.name,
    allocation,
    width: context.width / map.stride,
    height: context.height / map.stride,
    channels: map.channels,
    pixelStride: allocation.vectors * 4,
    channelOffset: offset * 4,
    imagePixels: allocation.pixels,
    firstPixel,
    order,
  };
}
