import type { ConvLayer, Layer } from '../yolov10/layers.ts';
import type { ConvWeights } from '../yolov10/weights.ts';

/** Where one convolution's packed weights and bias lie, in bytes. */
export interface WeightBlock {
  path: string;
  weight: { offset: number; size: number };
  bias: { offset: number; size: number };
  depthwise: boolean;
  /** Channels padded to multiples of four. */
  out: number;
  in: number;
  kernel: number;
  /** `order[i]` is the file's channel that is stored as the i-th output; absent where they agree. */
  order?: readonly number[];
}

export interface WeightLayout {
  blocks: Map<string, WeightBlock>;
  bytes: number;
}

/** Storage bindings start at multiples of this (the largest minStorageBufferOffsetAlignment there is). */
export const ALIGNMENT = 256;

export const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
export const blocksOf4 = (channels: number): number => Math.ceil(channels / 4);

/** Lays out the weights of all convolutions in one buffer; the layout does not depend on the input size. */
export function layoutWeights(layers: readonly Layer[]): WeightLayout {
  const blocks = new Map<string, WeightBlock>();
  const orders = attentionOrders(layers);
  let bytes = 0;
  const reserve = (size: number): { offset: number; size: number } => {
    const offset = bytes;
    bytes += align(size);
    return { offset, size };
  };
  for (const layer of layers) {
    if (layer.kind !== 'conv') continue;
    const shape = blockShape(layer);
    const count = shape.kernel ** 2 * shape.out * (shape.depthwise ? 1 : shape.in);
    blocks.set(layer.path, { path: layer.path, ...shape, weight: reserve(count * 4), bias: reserve(shape.out * 4), order: orders.get(layer.path) });
  }
  return { blocks, bytes };
}

export const isDepthwise = (layer: ConvLayer): boolean => layer.groups > 1;

function blockShape(layer: ConvLayer): Pick<WeightBlock, 'depthwise' | 'out' | 'in' | 'kernel'> {
  const pad = (channels: number): number => blocksOf4(channels) * 4;
  return { depthwise: isDepthwise(layer), out: pad(layer.output.channels), in: pad(layer.input.channels), kernel: layer.kernel };
}

/**
 * The file interleaves q, k and v head by head; this engine keeps all queries, all keys, all values, so that v is one
 * channel range that the positional convolution can read.
 */
function attentionOrders(layers: readonly Layer[]): Map<string, number[]> {
  const orders = new Map<string, number[]>();
  for (const layer of layers) {
    if (layer.kind !== 'attention') continue;
    const { heads, keyDim, headDim } = layer;
    const perHead = 2 * keyDim + headDim;
    const part = (start: number, size: number): number[] =>
      Array.from({ length: heads * size }, (_, i) => Math.floor(i / size) * perHead + start + (i % size));
    orders.set(`${layer.path}.qkv`, [...part(0, keyDim), ...part(keyDim, keyDim), ...part(2 * keyDim, headDim)]);
  }
  return orders;
}

/** Packs all weights as the kernels read them (see conv.wgsl and depthwise.wgsl). */
export function packWeights(layout: WeightLayout, weights: ReadonlyMap<string, ConvWeights>): ArrayBuffer {
  const buffer = new ArrayBuffer(layout.bytes);
  for (const block of layout.blocks.values()) {
    const source = weights.get(block.path)!;
    const target = new Float32Array(buffer, block.weight.offset, block.weight.size / 4);
    const bias = new Float32Array(buffer, block.bias.offset, block.bias.size / 4);
    for (let o = 0; o < source.bias.length; o++) bias[o] = source.bias[block.order?.[o] ?? o]!;
    if (block.depthwise) packDepthwise(block, source, target);
    else packDense(block, source, target);
  }
  return buffer;
}

/** [kernel·kernel][channels]. */
function packDepthwise({ kernel, out }: WeightBlock, { weight, bias }: ConvWeights, target: Float32Array): void {
  const taps = kernel * kernel;
  for (let c = 0; c < bias.length; c++) for (let tap = 0; tap < taps; tap++) target[tap * out + c] = weight[c * taps + tap]!;
}

/** [out/4][kernel·kernel][in/4] of 4×4 blocks, column-major: four outputs of one input lie together. */
function packDense(block: WeightBlock, { weight, bias }: ConvWeights, target: Float32Array): void {
  const taps = block.kernel ** 2;
  const outputs = bias.length;
  const inputs = weight.length / outputs / taps;
  const in4 = block.in / 4;
  for (let o = 0; o < outputs; o++) {
    const from = (block.order?.[o] ?? o) * inputs * taps;
    const to = (o >> 2) * taps * in4 * 16 + (o & 3);
    for (let i = 0; i < inputs; i++) {
      for (let tap = 0; tap < taps; tap++) target[to + (tap * in4 + (i >> 2)) * 16 + (i & 3) * 4] = weight[from + i * taps + tap]!;
    }
  }
}
