import { InputError } from '../core/errors.ts';
import { intsOf, textOf } from '../onnx/attributes.ts';
import type { OnnxNode } from '../onnx/graph.ts';
import { toNumbers } from '../onnx/values.ts';
import type { ConstantLookup } from './following.ts';

/**
 * Refuses a file that pools or enlarges feature maps otherwise than YOLOv10 does, by a maximum over 5×5 and by repeating
 * every cell twice: this engine's wiring would give other results. What a file does not tell is taken to be right.
 * @throws InputError 'not-yolov10'
 */
export function checkSampling(nodes: readonly OnnxNode[], constant: ConstantLookup): void {
  for (const node of nodes.filter(({ domain }) => domain === '')) {
    if (node.op === 'MaxPool') checkPool(node);
    if (node.op === 'Resize' || node.op === 'Upsample') checkResize(node, constant);
  }
}

function checkPool(node: OnnxNode): void {
  const told = (name: string): string => String(intsOf(node, name) ?? []);
  const form = `kernel [${told('kernel_shape')}], strides [${told('strides')}], pads [${told('pads')}]`;
  const isOurs = told('kernel_shape') === '5,5' && ['', '1,1'].includes(told('strides')) && (told('pads') === '2,2,2,2' || textOf(node, 'auto_pad', '').startsWith('SAME'));
  if (!isOurs) throw different('pools of 5×5 with a border of 2', form, node);
}

function checkResize(node: OnnxNode, constant: ConstantLookup): void {
  const mode = textOf(node, 'mode', 'nearest');
  const coordinates = textOf(node, 'coordinate_transformation_mode', node.op === 'Resize' ? 'half_pixel' : 'asymmetric');
  const rounding = textOf(node, 'nearest_mode', node.op === 'Resize' ? 'round_prefer_floor' : 'floor');
  const given = constant(node.inputs[node.op === 'Upsample' || node.inputs.length === 2 ? 1 : 2]);
  const scales = given && given.dataType === 'float' ? toNumbers(given) : [];
  if (scales.length === 4 && String(scales) !== '1,1,2,2') throw different('every cell repeated twice', `scales [${scales}]`, node);
  if (mode !== 'nearest') throw different('every cell repeated twice', `the mode ${mode}`, node);
  if (!repeats(coordinates, rounding)) throw different('every cell repeated twice', `${coordinates} with ${rounding}`, node);
}

/** Where the four places of a row of two cells look, before rounding (ONNX operator Resize). */
const places: Record<string, (x: number) => number> = {
  half_pixel: (x) => (x + 0.5) / 2 - 0.5,
  pytorch_half_pixel: (x) => (x + 0.5) / 2 - 0.5,
  half_pixel_symmetric: (x) => (x + 0.5) / 2 - 0.5,
  asymmetric: (x) => x / 2,
  tf_half_pixel_for_nn: (x) => (x + 0.5) / 2,
  align_corners: (x) => x / 3,
};
const roundings: Record<string, (x: number) => number> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

function repeats(coordinates: string, rounding: string): boolean {
  const [place, round] = [places[coordinates], roundings[rounding]];
  const cell = (x: number): number => Math.min(1, Math.max(0, round!(place!(x))));
  return !place || !round || String([0, 1, 2, 3].map(cell)) === '0,0,1,1';
}

function different(expected: string, found: string, { name, op, outputs }: OnnxNode): InputError {
  return new InputError('not-yolov10', {
    expected: `${expected}, as in YOLOv10`,
    found: `${found} at "${name || outputs[0]}" (${op})`,
    remedy: 'Only networks that pool and enlarge their maps as YOLOv10 was published can be run.',
  });
}
