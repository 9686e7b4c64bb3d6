import { type ReexportOptions, reexport } from '../../src/exporting/reexport.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { type NetworkConfig, type ScaleName, attentionConfig, scaleConfig } from '../../src/yolov10/config.ts';
import { type ConvLayer, type FeatureMap, type Layer, weightShape } from '../../src/yolov10/layers.ts';
import { drawNetwork } from '../../src/yolov10/network.ts';
import type { Yolov10 } from '../../src/yolov10/read.ts';
import type { ConvWeights } from '../../src/yolov10/weights.ts';

export interface SeedOptions {
  /** Another seed, other weights; 1 unless told. */
  seed?: number;
  /** Only where a scale is named; 80 unless told. */
  classCount?: number;
}

export type SeededNetwork = Pick<Yolov10, 'layers' | 'config' | 'weights' | 'labels'>;

/** The smallest network with every kind of layer, a hundredth of scale n: for tests that are not about numbers. */
export function tinyConfig(classCount = 7): NetworkConfig {
  const { stages, ...rest } = scaleConfig('n', classCount);
  const thin = Object.entries(stages).map(([index, stage]) => [index, { ...stage, out: 16, hidden: 8, repeats: 1 }]);
  return {
    ...rest,
    stages: Object.fromEntries(thin) as NetworkConfig['stages'],
    downs: { 0: 8, 1: 8, 3: 16, 5: 16, 7: 16, 17: 16, 20: 16 },
    sppf: { hidden: 8, out: 16 },
    psa: attentionConfig(8, 16),
    head: { ...rest.head, boxChannels: 16, classChannels: 16 },
  };
}

/** Two classes, narrow, unevenly deep, another mix of blocks. */
export function customConfig(): NetworkConfig {
  const { stages, ...rest } = scaleConfig('n', 2);
  const changed = { ...stages, 4: { ...stages[4], repeats: 1 }, 6: { ...stages[6], repeats: 3, hidden: 24 }, 13: { ...stages[13], block: 'cib' as const } };
  return { ...rest, stages: changed };
}

/** An ONNX file of a published scale, or of any other configuration, with random weights that keep activations in range. */
export function seededModel(scale: ScaleName | NetworkConfig, options: SeedOptions & ReexportOptions = {}): Uint8Array {
  return serializeModel(reexport(seededNetwork(scale, options), options));
}

/**
 * The network itself. On pictures of noise, scores of the returned rows spread between 0 and 1 without ties and boxes
 * differ in size, so that two engines that agree on it agree for a reason.
 */
export function seededNetwork(scale: ScaleName | NetworkConfig, { seed = 1, classCount = 80 }: SeedOptions = {}): SeededNetwork {
  const config = typeof scale === 'string' ? scaleConfig(scale, classCount) : scale;
  const layers = drawNetwork(config);
  const weights = seededWeights(layers, seed);
  return { config, layers, weights, labels: Array.from({ length: config.head.classCount }, (_, i) => `thing ${i}`) };
}

/** Mean square of a map's activations, and the part of it that is the same in every cell. */
interface Power {
  all: number;
  constant: number;
}

/**
 * Weights that give every convolution an output of the wanted deviation, following the mean square of the activations
 * from layer to layer (He et al., arXiv 1502.01852, with shortcuts and concatenations).
 */
function seededWeights(layers: Layer[], seed: number): Map<string, ConvWeights> {
  const weights = new Map<string, ConvWeights>();
  const power = new Map<string, Power>([['images', { all: 1 / 3, constant: 1 / 4 }]]);
  const at = ({ name }: FeatureMap): Power => power.get(name)!;
  for (const layer of layers) {
    if (layer.kind === 'detect') break;
    if (layer.kind === 'conv') {
      const seen = seenPower(layer, at(layer.input));
      const deviation = deviationOf(layer);
      weights.set(layer.path, drawWeights(layer, deviation / Math.sqrt(seen.all), seed));
      power.set(layer.output.name, outputPower(layer, deviation ** 2, seen.constant / seen.all));
    } else if (layer.kind === 'split') for (const half of layer.outputs) power.set(half.name, at(layer.input));
    else power.set(layer.output.name, combinedPower(layer, at));
    if (layer.kind === 'attention') power.set(layer.value.name, at(layer.input));
  }
  return weights;
}

/** Filters wider than one cell see a quarter of what is the same in every cell, and what varies. */
function seenPower({ kernel }: ConvLayer, { all, constant }: Power): Power {
  return kernel === 1 ? { all, constant } : { all: all - 0.75 * constant, constant: 0.25 * constant };
}

/**
 * Of a normal distribution of deviation 4, SiLU leaves a mean square of 0.486 × 16, 0.133 × 16 of it constant. There SiLU
 * is nearly homogeneous, so a layer that comes out too strong stays as much too strong; near deviation 1 it would grow.
 */
function outputPower({ activation }: ConvLayer, variance: number, constantShare: number): Power {
  if (activation === 'none') return { all: variance, constant: variance * constantShare };
  return { all: 0.486 * variance, constant: (0.133 + 0.25 * constantShare + 0.103 * constantShare ** 2) * variance };
}

function combinedPower(layer: Exclude<Layer, { kind: 'conv' | 'split' | 'detect' }>, at: (map: FeatureMap) => Power): Power {
  const inputs = 'inputs' in layer ? layer.inputs : [layer.input];
  const sum = (part: keyof Power, weigh: (map: FeatureMap) => number): number => inputs.reduce((total, map) => total + at(map)[part] * weigh(map), 0);
  const weigh = layer.kind === 'concat' ? (map: FeatureMap) => map.channels / layer.output.channels : () => (layer.kind === 'pool' ? 3 : 1);
  return { all: sum('all', weigh), constant: sum('constant', weigh) };
}

/**
 * Uniform numbers, wide filters with half of their mean: with all of it kept, deep layers would answer the same
 * everywhere; with none left, they would answer to the picture's edge more than to what is in it.
 */
function drawWeights(layer: ConvLayer, gain: number, seed: number): ConvWeights {
  const random = randomOf(hash(layer.path) ^ Math.imul(seed, 0x9e3779b1));
  const [out, perGroup, kernel] = weightShape(layer);
  const window = kernel * kernel;
  const limit = gain * Math.sqrt(3 / (perGroup * window));
  const weight = new Float32Array(out * perGroup * window);
  for (let i = 0; i < weight.length; i++) weight[i] = (2 * random() - 1) * limit;
  if (window > 1) for (let start = 0; start < weight.length; start += window) halveMean(weight.subarray(start, start + window));
  const bias = Float32Array.from({ length: out }, (_, i) => 0.5 * (2 * random() - 1) + biasOf(layer, i));
  return { weight, bias };
}

function halveMean(values: Float32Array): void {
  let sum = 0;
  for (const value of values) sum += value;
  for (let i = 0; i < values.length; i++) values[i]! -= sum / 2 / values.length;
}

function deviationOf({ path }: ConvLayer): number {
  if (/one2one_cv[23]\.\d\.2$/.test(path)) return 2; // far apart, short of saturation
  return path.endsWith('.qkv') ? 1.8 : 4; // attention that prefers some cells
}

/** Low scores and small boxes are the rule, as in a trained network. */
function biasOf({ path, output }: ConvLayer, channel: number): number {
  if (/one2one_cv3\.\d\.2$/.test(path)) return -3;
  if (/one2one_cv2\.\d\.2$/.test(path)) return -0.25 * (channel % (output.channels / 4));
  return 0;
}

/** mulberry32: uniform in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}
