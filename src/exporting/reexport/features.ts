import { InputError } from '../../core/errors.ts';
import { LARGEST_FLOAT16 } from '../../core/float16.ts';
import { nodePath } from '../../yolov10/blocks.ts';
import type { ConvLayer, FeatureMap, SplitLayer } from '../../yolov10/layers.ts';
import { weightShape } from '../../yolov10/layers.ts';
import type { ConvWeights } from '../../yolov10/weights.ts';
import type { GraphWriter, Made, Tensor } from './graph-writer.ts';
import { type Settings, cells } from './options.ts';

/** A feature map as the value that stands for it. */
export function madeMap(settings: Settings, map: FeatureMap): Made {
  return { name: map.name, dims: [settings.batch, map.channels, ...cells(settings, map.stride)] };
}

/**
 * Convolution, and SiLU as Sigmoid and Mul; weights are named as the reference names its modules.
 * @throws InputError 'bad-weights' for a number that float16 cannot hold, where that is wanted
 */
export function writeConv(w: GraphWriter, settings: Settings, layer: ConvLayer, x: Tensor, weights: ConvWeights): Tensor {
  const node = nodePath(layer.path);
  const made = madeMap(settings, layer.output);
  const bare = layer.output.name === `${node}/Conv_output_0`;
  const module = bare ? layer.path : `${layer.path}.conv`;
  const type = settings.half ? 'float16' : 'float';
  if (settings.half) for (const part of ['weight', 'bias'] as const) checkRange(`${module}.${part}`, weights[part]);
  const weight = w.floats(`${module}.weight`, weightShape(layer), weights.weight, type);
  const bias = w.floats(`${module}.bias`, [layer.output.channels], weights.bias, type);
  const y = w.apply('Conv', [x, weight, bias], { ...made, name: bare ? made.name : `${node}/conv/Conv_output_0` }, convAttributes(layer));
  if (layer.activation === 'none') return y;
  const gate = w.apply('Sigmoid', [y], { ...made, name: `${node}/act/Sigmoid_output_0` });
  return w.apply('Mul', [y, gate], made);
}

function checkRange(name: string, numbers: Float32Array): void {
  const beyond = numbers.find((number) => Math.abs(number) > LARGEST_FLOAT16);
  if (beyond === undefined) return;
  throw new InputError('bad-weights', { expected: `numbers up to ${LARGEST_FLOAT16} in "${name}", for float16`, found: beyond.toPrecision(3), remedy: 'Keep the file in float32.' });
}

/** The two halves of a map's channels. */
export function writeSplit(w: GraphWriter, settings: Settings, layer: SplitLayer, x: Tensor): Tensor[] {
  const [first, second] = layer.outputs;
  return [...w.split(x, 1, [madeMap(settings, first), madeMap(settings, second)])];
}

/** Max pool 5×5, stride 1. */
export function writePool(w: GraphWriter, made: Made, x: Tensor): Tensor {
  return w.apply('MaxPool', [x], made, { kernel_shape: [5, 5], pads: [2, 2, 2, 2], strides: [1, 1] });
}

function convAttributes({ kernel, stride, groups }: ConvLayer): Record<string, number | number[]> {
  const pad = (kernel - 1) / 2;
  return { dilations: [1, 1], group: groups, kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad], strides: [stride, stride] };
}
