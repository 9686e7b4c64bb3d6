import { InputError } from '../core/errors.ts';
import type { OnnxTensor } from '../onnx/graph.ts';
import { toFloat32 } from '../onnx/values.ts';
import type { Convolution } from './convolutions.ts';
import type { BatchNorm, Following } from './following.ts';

/** A convolution's weights [out, in / groups, k, k] row-major and bias [out], batch norm folded in. */
export interface ConvWeights {
  weight: Float32Array;
  bias: Float32Array;
}

/**
 * Reads one convolution's numbers and folds the linear steps that follow it into them.
 * @throws InputError 'bad-weights' for NaN, infinities, vectors of the wrong length, or numbers that the file computes
 */
export function readWeights(path: string, conv: Convolution): ConvWeights {
  if (conv.obstacle !== null) throw computed(path, conv.obstacle);
  const out = conv.weight.dims[0]!;
  const weight = finite(path, conv.weight);
  const bias = conv.bias ? vector(path, 'bias', conv.bias, out) : new Float32Array(out);
  const folded = conv.following.reduce((weights, step) => fold(path, weights, step), { weight, bias });
  return conv.following.length > 0 ? checkFolded(path, folded) : folded;
}

/** Adds a 3×3 depthwise kernel into the middle of a 7×7 one: RepVGGDW before and after training (paper, section 3.2). */
export function foldSmallKernel(large: ConvWeights, small: ConvWeights): ConvWeights {
  const weight = large.weight.slice();
  for (let channel = 0; channel < large.bias.length; channel++) {
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 3; x++) weight[channel * 49 + (y + 2) * 7 + x + 2]! += small.weight[channel * 9 + y * 3 + x]!;
    }
  }
  return { weight, bias: large.bias.map((value, i) => value + small.bias[i]!) };
}

function fold(path: string, { weight, bias }: ConvWeights, step: Following): ConvWeights {
  if (step.kind === 'norm') return foldNorm(path, weight, bias, step);
  const constant = perChannel(path, step.constant, bias.length);
  if (step.kind === 'add') return { weight, bias: bias.map((value, i) => value + constant[i]!) };
  return { weight: scaled(weight, constant), bias: bias.map((value, i) => value * constant[i]!) };
}

function foldNorm(path: string, weight: Float32Array, bias: Float32Array, norm: BatchNorm): ConvWeights {
  const out = bias.length;
  const [scale, shift, mean, variance] = [norm.scale, norm.shift, norm.mean, norm.variance].map((tensor) => vector(path, 'batch norm', tensor, out));
  const factor = Float32Array.from({ length: out }, (_, i) => scale![i]! / Math.sqrt(variance![i]! + norm.epsilon));
  return { weight: scaled(weight, factor), bias: bias.map((value, i) => (value - mean![i]!) * factor[i]! + shift![i]!) };
}

/** Weights [out, ...] with each output channel's multiplied by its factor. */
function scaled(weight: Float32Array, factor: Float32Array): Float32Array {
  const each = weight.length / factor.length;
  return weight.map((value, i) => value * factor[Math.floor(i / each)]!);
}

/** A constant that ONNX broadcasts over [batch, out, height, width] as one number per channel. */
function perChannel(path: string, tensor: OnnxTensor, out: number): Float32Array {
  const values = finite(path, tensor);
  if (values.length === 1) return new Float32Array(out).fill(values[0]!);
  if (values.length === out && tensor.dims.at(-3) === out) return values;
  throw computed(path, `a constant of shape [${tensor.dims}] after it ("${tensor.name}")`);
}

function vector(path: string, what: string, tensor: OnnxTensor, length: number): Float32Array {
  const values = finite(path, tensor);
  if (values.length !== length) throw wrongLength(path, what, length, values.length);
  return values;
}

function checkFolded(path: string, folded: ConvWeights): ConvWeights {
  const bad = [folded.weight, folded.bias].flatMap((values) => values.find((value) => !Number.isFinite(value)) ?? []);
  if (bad.length === 0) return folded;
  throw new InputError('bad-weights', {
    expected: `finite numbers in "${path}" after folding what follows it`,
    found: String(bad[0]),
    remedy: 'Its batch norm has a variance below zero, or numbers too large: export again from a sound checkpoint.',
  });
}

function finite(path: string, tensor: OnnxTensor): Float32Array {
  const values = toFloat32(tensor);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return values;
  throw new InputError('bad-weights', {
    expected: `finite numbers in "${tensor.name || path}"`,
    found: `${values[bad]} at element ${bad} of ${values.length}`,
    remedy: 'The training diverged or float16 overflowed: export again from a sound checkpoint, in float32.',
  });
}

function wrongLength(path: string, what: string, expected: number, found: number): InputError {
  return new InputError('bad-weights', {
    expected: `${expected} values in the ${what} of "${path}"`,
    found: String(found),
    remedy: 'The file is damaged or was edited: export it again.',
  });
}

function computed(path: string, found: string): InputError {
  return new InputError('bad-weights', {
    expected: `"${path}" as a convolution of constants, with one number per channel added or multiplied at most`,
    found,
    remedy: 'Fold constants first (onnx-simplifier does), or export the model again.',
  });
}
