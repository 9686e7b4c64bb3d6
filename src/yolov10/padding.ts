import { intsOf, textOf } from '../onnx/attributes.ts';
import type { OnnxNode } from '../onnx/graph.ts';
import { sourceOf } from '../onnx/passing.ts';
import { toInts, toNumbers } from '../onnx/values.ts';
import type { ConstantLookup } from './following.ts';

/** What a convolution works on. */
export interface Framed {
  /** The value that is framed by zeros before the convolution runs over it. */
  input: string;
  /** Rows and columns of zeros around it: top, left, bottom, right; null where they are computed. */
  pads: readonly number[] | null;
}

/**
 * What a Conv of this kernel reads and the border of zeros around it: its own, or where it has none that of a Pad right
 * before it (ONNX operators Conv, `auto_pad` and `pads`, and Pad).
 */
export function framed(node: OnnxNode, kernel: readonly number[], makers: ReadonlyMap<string, OnnxNode>, constant: ConstantLookup): Framed {
  const [input = ''] = node.inputs;
  const own = ownPadding(node, kernel);
  const pad = own.every((rows) => rows === 0) ? padBefore(input, makers, constant) : undefined;
  return pad ? { input: pad.inputs[0] ?? '', pads: rowsOf(pad, constant) } : { input, pads: own };
}

function ownPadding(node: OnnxNode, kernel: readonly number[]): number[] {
  const auto = node.attributes.get('auto_pad');
  const stride = intsOf(node, 'strides')?.[0] ?? 1;
  if (auto?.kind !== 'string' || auto.value === 'NOTSET') return intsOf(node, 'pads') ?? [0, 0, 0, 0];
  if (auto.value === 'VALID') return [0, 0, 0, 0];
  // Of an input that the stride divides, so much is missing; SAME_LOWER puts an odd row first, SAME_UPPER last.
  const missing = kernel.map((size) => Math.max(0, size - stride));
  const [low, high] = [Math.floor, Math.ceil].map((round) => missing.map((rows) => round(rows / 2))) as [number[], number[]];
  // With the odd row first, a row that only the last place would read is left out: the same as a border on every side.
  return auto.value === 'SAME_LOWER' ? [...high, ...high] : [...low, ...high];
}

/** The Pad of zeros that makes a value, past nodes that only pass it on. */
function padBefore(name: string, makers: ReadonlyMap<string, OnnxNode>, constant: ConstantLookup): OnnxNode | undefined {
  const node = makers.get(sourceOf(makers, name));
  if (node?.op !== 'Pad' || textOf(node, 'mode', 'constant') !== 'constant') return undefined;
  const fill = node.attributes.get('value');
  const numbers = node.inputs[2] ? constant(node.inputs[2]) : undefined;
  const isZero = fill ? fill.kind === 'float' && fill.value === 0 : numbers === undefined || (numbers !== null && toNumbers(numbers).every((number) => number === 0));
  return isZero ? node : undefined;
}

/** What a Pad adds at heights and widths; null where that is computed, or said of some axes only. */
function rowsOf(node: OnnxNode, constant: ConstantLookup): number[] | null {
  const given = constant(node.inputs[1]);
  const pads = intsOf(node, 'pads') ?? (given ? toInts(given) : undefined);
  return pads?.length === 8 && !node.inputs[3] ? [2, 3, 6, 7].map((place) => pads[place]!) : null;
}
