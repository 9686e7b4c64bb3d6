import { InputError } from '../core/errors.ts';
import type { Convolution } from './convolutions.ts';
import type { ConvLayer } from './layers.ts';
import type { Yolov10 } from './read.ts';

/** Activations that YOLOv10 does not have; its SiLU is a Sigmoid and a Mul, or one operator of a vendor's. */
const otherActivations: ReadonlySet<string> = new Set([
  'Relu', 'LeakyRelu', 'PRelu', 'ThresholdedRelu', 'Clip', 'Elu', 'Celu', 'Selu', 'Gelu', 'Mish', 'HardSwish', 'HardSigmoid', 'Softplus', 'Softsign', 'Tanh',
]);

/**
 * Refuses a convolution that the file strides, dilates, pads or activates otherwise than YOLOv10 does: its weights have the
 * right shape, and this engine's wiring would make confident nonsense of them. What a file does not tell is taken to be right.
 * @throws InputError 'not-yolov10'
 */
export function checkWiring(layer: ConvLayer, { weight, strides, dilations, pads, readers, label }: Convolution): void {
  if (strides.some((stride) => stride !== layer.stride)) throw different(`stride ${layer.stride}`, `strides [${strides}]`, layer, label);
  if (dilations.some((dilation) => dilation !== 1)) throw different('no dilation', `dilations [${dilations}]`, layer, label);
  const border = (weight.dims[2]! - 1) / 2;
  if (pads?.some((pad) => pad !== border)) throw different(`a border of ${border} on every side, of zeros,`, `pads [${pads}]`, layer, label);
  const activation = readers.find((op) => otherActivations.has(op) || (op === 'Conv' && layer.activation === 'silu'));
  if (activation) throw different(layer.activation === 'silu' ? 'SiLU' : 'no activation', activation, layer, label);
}

function different(expected: string, found: string, { path }: ConvLayer, label: string): InputError {
  return new InputError('not-yolov10', {
    expected: `${expected} at "${path}"`,
    found: `${found} in ${label}`,
    remedy: 'Only networks with the strides, borders and activations that YOLOv10 was published with can be run.',
  });
}

/**
 * Refuses to detect with the one-to-many head: it reports an object many times over, and nothing here thins that out. A head
 * that the file does not tell is let through.
 * @throws InputError 'unsupported'
 */
export function checkHead({ head }: Pick<Yolov10, 'head'>): void {
  if (head !== 'one-to-many') return;
  throw new InputError('unsupported', {
    expected: 'the one-to-one head of YOLOv10 ("model.23.one2one_cv2")',
    found: 'only the one-to-many head ("model.23.cv2"), whose detections need suppression',
    remedy: 'Export the model end to end, as YOLOv10 exporters do by default.',
  });
}
