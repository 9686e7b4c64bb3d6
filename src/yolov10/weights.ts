import { InputError } from '../core/errors.ts';
import type { OnnxTensor } from '../onnx/graph.ts';
import { toFloat32 } from '../onnx/values.ts';
import type { BatchNorm, Convolution } from './convolutions.ts';

/** A convolution's weights [out, in / groups, k, k] row-major and bias [out], batch norm folded in. */
export interface ConvWeights {
  weight: Float32Array;
  bias: Float32Array;
}

/**
 * Reads one convolution's numbers and folds a following batch norm into them.
 * @throws InputError 'bad-weights' for NaN, infinities or a bias of the wrong length
 */
export function readWeights(path: string, conv: Convolution): ConvWeights {
  const out = conv.weight.dims[0]!;
  const weight = finite(path, conv.weight);
  const bias = conv.bias ? finite(path, conv.bias) : new Float32Array(out);
  if (bias.length !== out) throw wrongLength(path, 'bias', out, bias.length);
  return conv.norm ? foldNorm(path, weight, bias, conv.norm) : { weight, bias };
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

function foldNorm(path: string, weight: Float32Array, bias: Float32Array, norm: BatchNorm): ConvWeights {
  const [scale, shift, mean, variance] = [norm.scale, norm.shift, norm.mean, norm.variance].map((tensor) => finite(path, tensor));
  const out = bias.length;
  if (scale!.length !== out) throw wrongLength(path, 'batch norm', out, scale!.length);
  const perChannel = weight.length / out;
  const factor = Float32Array.from({ length: out }, (_, i) => scale![i]! / Math.sqrt(variance![i]! + norm.epsilon));
  return {
    weight: weight.map((value, i) => value * factor[Math.floor(i / perChannel)]!),
    bias: bias.map((value, i) => (value - mean![i]!) * factor[i]! + shift![i]!),
  };
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
