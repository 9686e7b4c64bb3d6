import { InputError } from '../core/errors.ts';
import { float16ToNumber, numberToFloat16 } from '../core/float16.ts';
import { intOf } from '../onnx/attributes.ts';
import { makersOf, type DataType, type OnnxGraph, type OnnxNode, type OnnxTensor } from '../onnx/graph.ts';
import { toFloat32 } from '../onnx/values.ts';
import type { ConstantLookup } from './following.ts';
import { isConvolution } from './foreign.ts';

type Integers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;

const arrays: Partial<Record<DataType, new (buffer: ArrayBuffer) => Integers>> = {
  int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array,
};

/** What to do about a network that computes in integers. */
export const FLOAT_FILE = 'This engine does not compute in integers: give the export as it was before quantisation, in float32 or float16.';

/** Convolutions that add up integers, in the standard operator set and in ONNX Runtime's. */
const integerConvolutions: ReadonlySet<string> = new Set(['QLinearConv', 'ConvInteger']);

/**
 * What DequantizeLinear makes of a constant, `(x − zero point) · scale`, with one scale or one for each index along an
 * axis: what ONNX Runtime computes, to the bit, rounded where the scales are float16. Null where it reads what is computed, or is of another kind.
 */
export function dequantised(node: OnnxNode, constant: ConstantLookup): OnnxTensor | null {
  const { inputs, outputs, attributes } = node;
  const [stored, scale, zero] = inputs.map(constant);
  if (!stored || !isScale(scale) || attributes.has('block_size') || attributes.has('output_dtype')) return null;
  const [numbers, scales] = [integersOf(stored), toFloat32(scale)];
  const zeros = inputs[2] ? integersOf(zero) : new Int8Array(scales.length);
  const run = scales.length === 1 ? stored.bytes.length : runLength(stored.dims, intOf(node, 'axis', 1), scales.length);
  if (!numbers || zeros?.length !== scales.length || run === null) return null;
  const values = new Float32Array(numbers.length);
  for (let place = 0; place < values.length; place++) {
    const index = Math.floor(place / run) % scales.length;
    values[place] = Math.fround(numbers[place]! - zeros[index]!) * scales[index]!;
  }
  if (scale.dataType === 'float16') values.forEach((value, place) => (values[place] = float16ToNumber(numberToFloat16(value))));
  return { name: outputs[0] ?? '', dataType: 'float', dims: stored.dims, bytes: new Uint8Array(values.buffer) };
}

function isScale(tensor: OnnxTensor | null | undefined): tensor is OnnxTensor {
  return tensor?.dataType === 'float' || tensor?.dataType === 'float16';
}

function integersOf(tensor: OnnxTensor | null | undefined): Integers | null {
  const View = tensor ? arrays[tensor.dataType] : undefined;
  return View ? new View(new Uint8Array(tensor!.bytes).buffer) : null;
}

/** How many elements in a row have the same index along an axis; null where the axis has another length. */
function runLength(dims: readonly number[], axis: number, length: number): number | null {
  const place = axis < 0 ? axis + dims.length : axis;
  return dims[place] === length ? dims.slice(place + 1).reduce((product, dim) => product * dim, 1) : null;
}

/**
 * Refuses a network that computes in integers: run in floating point, it would not find what the file finds.
 * @throws InputError 'bad-weights' at the first such convolution
 */
export function rejectIntegers({ nodes }: OnnxGraph, constant: ConstantLookup): void {
  const makers = makersOf(nodes);
  for (const node of nodes) {
    const isUnread = isConvolution(node) && makers.get(node.inputs[1] ?? '')?.op === 'DequantizeLinear' && !constant(node.inputs[1]);
    const found = integerSign(node, makers) ?? (isUnread ? 'its weights come out of a DequantizeLinear by blocks, to another type or with computed numbers' : null);
    if (found) throw refusal(node, found);
  }
}

/** Whether a network computes in integers, for which this engine has no way. */
export function computesInIntegers({ nodes }: OnnxGraph): boolean {
  const makers = makersOf(nodes);
  return nodes.some((node) => integerSign(node, makers) !== null);
}

/** What tells that a convolution computes in integers, in words, or null. */
function integerSign(node: OnnxNode, makers: ReadonlyMap<string, OnnxNode>): string | null {
  if (integerConvolutions.has(node.op)) return node.op;
  const restored = isConvolution(node) ? makers.get(node.inputs[0] ?? '') : undefined;
  const isRounded = restored?.op === 'DequantizeLinear' && makers.get(restored.inputs[0] ?? '')?.op === 'QuantizeLinear';
  return isRounded ? 'its input goes through QuantizeLinear' : null;
}

function refusal(node: OnnxNode, found: string): InputError {
  return new InputError('bad-weights', {
    expected: `a convolution in floating point at "${node.name || node.outputs[0]}"`,
    found: `a quantised one (${found})`,
    remedy: FLOAT_FILE,
  });
}
