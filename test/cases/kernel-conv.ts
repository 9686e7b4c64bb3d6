import type { Home } from '../../src/plan/homes.ts';
import { type ConvVariant, policyFor, softwarePolicy } from '../../src/plan/policy.ts';
import { blocksOf4 } from '../../src/plan/weights.ts';
import type { Activation, ConvLayer, FeatureMap, Layer } from '../../src/yolov10/layers.ts';
import { weightShape } from '../../src/yolov10/layers.ts';
import { filled, type KernelCase, lower, normal } from './kernel-case.ts';

/** A channel range of a wider map, in vec4. */
interface Slice {
  offset: number;
  vectors: number;
}

export interface ConvShape {
  batch: number;
  /** Of the input; even for stride 2. */
  height: number;
  width: number;
  inChannels: number;
  outChannels: number;
  kernel: number;
  stride?: 1 | 2;
  depthwise?: boolean;
  activation?: Activation;
  /** Where input and output are ranges of wider maps. */
  from?: Slice;
  to?: Slice;
  /** First vec4 of the shortcut within the output's buffer. */
  shortcut?: number;
  /** Pixels per image before and after the map where several are stacked, as in the head. */
  stacked?: { before: number; after: number };
}

/** Every variant that a policy of the engine picks for some layer, on any adapter with so many lanes per subgroup. */
export function convVariants(lanes?: number): ConvVariant[] {
  const sizes = [1, 100, 400, 1600, 6400, 25600, 102400];
  const channels = [16, 32, 64, 128, 256, 512];
  const policies = [policyFor({ software: false }), policyFor({ software: true }), policyFor({ software: false, lanes }), policyFor({ software: true, lanes })];
  const picks = policies.flatMap((policy) => sizes.flatMap((pixels) => channels.flatMap((inChannels) =>
    channels.flatMap((outChannels) => [1, 3].map((kernel) => policy.conv({ pixels, inChannels, outChannels, kernel }))))));
  return [...new Map(picks.map((variant) => [nameOf(variant), variant])).values()];
}

const nameOf = ({ kernel, constants }: ConvVariant): string =>
  [kernel, ...Object.entries(constants(1)).filter(([name]) => name !== 'KERNEL').map(([name, value]) => `${name}=${value}`)].join(' ');

/** Shapes for every variant of the dense convolution. */
export const denseShapes: ConvShape[] = [
  { batch: 1, height: 32, width: 32, inChannels: 3, outChannels: 16, kernel: 3, stride: 2 },
  { batch: 3, height: 7, width: 5, inChannels: 16, outChannels: 32, kernel: 3 },
  { batch: 2, height: 9, width: 13, inChannels: 8, outChannels: 8, kernel: 1 },
  { batch: 5, height: 3, width: 3, inChannels: 5, outChannels: 7, kernel: 1 },
  { batch: 3, height: 14, width: 22, inChannels: 3, outChannels: 5, kernel: 3, stride: 2 },
  { batch: 2, height: 10, width: 6, inChannels: 64, outChannels: 64, kernel: 3, stride: 2 },
  { batch: 2, height: 1, width: 1, inChannels: 12, outChannels: 36, kernel: 3 },
  { batch: 1, height: 6, width: 6, inChannels: 4, outChannels: 8, kernel: 7 },
  { batch: 1, height: 20, width: 20, inChannels: 128, outChannels: 68, kernel: 1 },
  { batch: 3, height: 5, width: 9, inChannels: 20, outChannels: 132, kernel: 1, from: { offset: 3, vectors: 11 }, to: { offset: 2, vectors: 40 } },
  { batch: 2, height: 6, width: 7, inChannels: 16, outChannels: 16, kernel: 3, to: { offset: 8, vectors: 12 }, shortcut: 4 },
  { batch: 2, height: 6, width: 7, inChannels: 16, outChannels: 16, kernel: 3, shortcut: 0 },
  { batch: 3, height: 4, width: 4, inChannels: 32, outChannels: 32, kernel: 1, activation: 'none', shortcut: 0 },
  { batch: 5, height: 4, width: 6, inChannels: 16, outChannels: 64, kernel: 1, activation: 'none', to: { offset: 0, vectors: 37 }, stacked: { before: 96, after: 6 } },
  { batch: 2, height: 2, width: 3, inChannels: 80, outChannels: 91, kernel: 1, activation: 'none', to: { offset: 16, vectors: 39 }, stacked: { before: 120, after: 0 } },
  { batch: 1, height: 5, width: 5, inChannels: 16, outChannels: 1, kernel: 1, activation: 'none', to: { offset: 16, vectors: 17 }, stacked: { before: 0, after: 25 } },
];

const depthwiseShapes: ConvShape[] = [
  { batch: 1, height: 5, width: 9, inChannels: 16, outChannels: 16, kernel: 3 },
  { batch: 3, height: 7, width: 1, inChannels: 4, outChannels: 4, kernel: 3 },
  { batch: 2, height: 4, width: 2, inChannels: 20, outChannels: 20, kernel: 3 },
  { batch: 5, height: 3, width: 3, inChannels: 8, outChannels: 8, kernel: 3 },
  { batch: 2, height: 10, width: 6, inChannels: 68, outChannels: 68, kernel: 3, stride: 2, activation: 'none' as const },
  { batch: 3, height: 6, width: 14, inChannels: 12, outChannels: 12, kernel: 3, stride: 2 },
  { batch: 2, height: 5, width: 5, inChannels: 32, outChannels: 32, kernel: 7 },
  { batch: 1, height: 20, width: 20, inChannels: 8, outChannels: 8, kernel: 7 },
  { batch: 1, height: 1, width: 1, inChannels: 4, outChannels: 4, kernel: 7 },
  { batch: 2, height: 6, width: 7, inChannels: 16, outChannels: 16, kernel: 3, shortcut: 0 },
  { batch: 3, height: 6, width: 7, inChannels: 16, outChannels: 16, kernel: 3, from: { offset: 1, vectors: 7 }, to: { offset: 8, vectors: 12 }, shortcut: 4 },
  { batch: 2, height: 4, width: 4, inChannels: 64, outChannels: 64, kernel: 3, activation: 'none' as const, from: { offset: 16, vectors: 32 }, shortcut: 0 },
].map((shape) => ({ ...shape, depthwise: true }) as ConvShape);

export const convCases = (lanes?: number): KernelCase[] => convVariants(lanes).flatMap((variant) => denseShapes.map((shape, i) => convCase(shape, 100 + i, variant)));
export const depthwiseCases = (): KernelCase[] => depthwiseShapes.map((shape, i) => convCase(shape, 200 + i));

export function convCase(shape: ConvShape, seed: number, variant?: ConvVariant): KernelCase {
  const { batch, height, width, inChannels, outChannels, kernel, stride = 1, activation = 'silu', stacked, shortcut } = shape;
  const x: FeatureMap = { name: 'x', channels: inChannels, stride: 1 };
  const y: FeatureMap = { name: 'y', channels: outChannels, stride };
  const layer: ConvLayer = { kind: 'conv', path: 'layer', input: x, output: y, kernel, stride, groups: shape.depthwise ? inChannels : 1, activation };
  const input = homeOf('input', height * width, inChannels, shape.from);
  const output = homeOf('output', (height * width) / stride ** 2, outChannels, shape.to, stacked);
  const homes = new Map([[x, input], [y, output]]);
  const layers: Layer[] = [layer];
  if (shortcut !== undefined) {
    const [kept, sum] = ['kept', 'sum'].map((name) => ({ ...y, name })) as [FeatureMap, FeatureMap];
    homes.set(sum, output).set(kept, { ...output, offset: shortcut });
    layers.push({ kind: 'add', inputs: [kept, y], output: sum });
  }
  const fanIn = weightShape(layer).slice(1).reduce((a, b) => a * b, 1);
  const weights = new Map([['layer', { weight: normal(outChannels * fanIn, seed, 1.5 / Math.sqrt(fanIn)), bias: normal(outChannels, seed + 1) }]]);
  const { steps, packed } = lower(layers, { height, width, homes, policy: { ...softwarePolicy, conv: () => variant! }, weights });
  const step = steps[0]!;
  const range = (name: string): Float32Array => {
    const { offset, size } = step.buffers[name] as { offset: number; size: number };
    return new Float32Array(packed, offset, size / 4);
  };
  const memory = { input: filled(input.allocation, batch, seed + 2), weights: range('weights'), bias: range('bias'), output: filled(output.allocation, batch, seed + 3) };
  return { title: titleOf(shape, variant), step, batch, memory, results: ['output'], tolerance: 2e-5, flops: step.flops * batch };
}

function homeOf(label: string, pixels: number, channels: number, slice?: Slice, stacked = { before: 0, after: 0 }): Home {
  const { offset, vectors } = slice ?? { offset: 0, vectors: blocksOf4(channels) };
  return { allocation: { label, pixels: stacked.before + pixels + stacked.after, vectors }, offset, firstPixel: stacked.before };
}

function titleOf(shape: ConvShape, variant?: ConvVariant): string {
  const { batch, height, width, inChannels, outChannels, kernel, stride = 1, activation = 'silu', from, to, shortcut, stacked } = shape;
  const notes = [
    activation === 'none' && 'no activation', from && 'from a slice', to && 'into a slice', stacked && 'stacked',
    shortcut !== undefined && (shortcut === (to?.offset ?? 0) ? 'shortcut in place' : 'shortcut beside'),
  ].filter(Boolean);
  return [`${variant ? nameOf(variant) : 'depthwise'}: ${batch}×${height}×${width}, ${inChannels}→${outChannels}, ${kernel}×${kernel}/${stride}`, ...notes].join(', ');
}
