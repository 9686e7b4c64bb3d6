import type { Home } from '../../src/plan/homes.ts';
import type { AttentionLayer, FeatureMap, Layer } from '../../src/yolov10/layers.ts';
import { filled, type KernelCase, lower } from './kernel-case.ts';

/** Kernels that take maps but no weights: upsampling, pooling, attention. */

interface MapShape {
  batch: number;
  height: number;
  width: number;
  channels: number;
}

export const upsampleCases = (): KernelCase[] => [
  upsampleCase({ batch: 1, height: 1, width: 1, channels: 4 }),
  upsampleCase({ batch: 3, height: 5, width: 3, channels: 20 }),
  upsampleCase({ batch: 2, height: 7, width: 10, channels: 128 }, 3, 40),
  upsampleCase({ batch: 5, height: 2, width: 3, channels: 8 }, 4, 6),
];

function upsampleCase({ batch, height, width, channels }: MapShape, offset = 0, vectors = channels / 4): KernelCase {
  const input: FeatureMap = { name: 'x', channels, stride: 2 };
  const output: FeatureMap = { name: 'y', channels, stride: 1 };
  const from: Home = { allocation: { label: 'x', pixels: height * width, vectors }, offset, firstPixel: 0 };
  const to: Home = { allocation: { label: 'y', pixels: 4 * height * width, vectors }, offset, firstPixel: 0 };
  const { steps } = lower([{ kind: 'upsample', input, output }], { height: 2 * height, width: 2 * width, homes: new Map([[input, from], [output, to]]) });
  const memory = { input: filled(from.allocation, batch, 1), output: filled(to.allocation, batch, 2) };
  const title = `upsample: ${batch}×${height}×${width}×${channels}, from vec4 ${offset} of ${vectors}`;
  return { title, step: steps[0]!, batch, memory, results: ['output'], tolerance: 0, flops: 0 };
}

export const sppfCases = (): KernelCase[] => [
  sppfCase({ batch: 1, height: 1, width: 1, channels: 4 }),
  sppfCase({ batch: 2, height: 3, width: 5, channels: 8 }),
  sppfCase({ batch: 5, height: 9, width: 4, channels: 20 }),
  sppfCase({ batch: 1, height: 20, width: 20, channels: 64 }),
  sppfCase({ batch: 3, height: 17, width: 13, channels: 4 }),
];

function sppfCase({ batch, height, width, channels }: MapShape): KernelCase {
  const maps = ['x', 'small', 'middle', 'large'].map((name): FeatureMap => ({ name, channels, stride: 1 }));
  const allocation = { label: 'map', pixels: height * width, vectors: channels };
  const homes = new Map(maps.map((map, i): [FeatureMap, Home] => [map, { allocation, offset: (i * channels) / 4, firstPixel: 0 }]));
  const layers = maps.slice(1).map((output, i): Layer => ({ kind: 'pool', input: maps[i]!, output }));
  // Pools are told from their first one by the layer before it.
  const { steps } = lower([{ kind: 'concat', inputs: [], output: maps[0]! }, ...layers], { height, width, homes });
  const map = filled(allocation, batch, 3).map((value) => value - 3); // mostly negative: a border of zeros would show
  return { title: `sppf: ${batch}×${height}×${width}×${channels}`, step: steps[0]!, batch, memory: { map }, results: ['map'], tolerance: 0, flops: 0 };
}

export const attentionCases = (): KernelCase[] => [
  attentionCase({ batch: 1, height: 1, width: 1, channels: 64 }, 1),
  attentionCase({ batch: 3, height: 2, width: 5, channels: 128 }, 2),
  attentionCase({ batch: 2, height: 10, width: 10, channels: 320 }, 5),
  attentionCase({ batch: 1, height: 20, width: 20, channels: 128 }, 2),
  attentionCase({ batch: 5, height: 3, width: 3, channels: 48 }, 1),
  attentionCase({ batch: 2, height: 5, width: 13, channels: 144 }, 2),
  attentionCase({ batch: 2, height: 4, width: 3, channels: 64 }, 1, 20),
  // Widths that are no multiples of four per head: keys of 39, 22, 38 and 1 channels.
  attentionCase({ batch: 2, height: 5, width: 7, channels: 156 }, 2),
  attentionCase({ batch: 1, height: 9, width: 10, channels: 44 }, 1),
  attentionCase({ batch: 3, height: 4, width: 4, channels: 308 }, 4),
  attentionCase({ batch: 2, height: 3, width: 3, channels: 8 }, 4, 20),
];

/** `power` is the deviation of queries and keys; large ones leave a single key to each query. */
function attentionCase({ batch, height, width, channels }: MapShape, heads: number, power = 1.5): KernelCase {
  const headDim = channels / heads;
  const keyDim = Math.floor(headDim / 2);
  const input: FeatureMap = { name: 'qkv', channels: heads * (2 * keyDim + headDim), stride: 1 };
  const [value, output] = ['value', 'output'].map((name) => ({ name, channels, stride: 1 })) as [FeatureMap, FeatureMap];
  const from: Home = { allocation: { label: 'qkv', pixels: height * width, vectors: Math.ceil(input.channels / 4) }, offset: 0, firstPixel: 0 };
  const to: Home = { allocation: { label: 'output', pixels: height * width, vectors: channels / 4 }, offset: 0, firstPixel: 0 };
  const layer: AttentionLayer = { kind: 'attention', path: 'attn', input, value, output, heads, keyDim, headDim };
  const { steps } = lower([layer], { height, width, homes: new Map([[input, from], [value, from], [output, to]]) });
  const memory = { qkv: filled(from.allocation, batch, 4).map((x) => x * power), output: filled(to.allocation, batch, 5) };
  const title = `attention: ${batch}×${height}×${width}, ${heads} heads of ${headDim}, deviation ${power}`;
  return { title, step: steps[0]!, batch, memory, results: ['output'], tolerance: 5e-5, flops: steps[0]!.flops * batch };
}
