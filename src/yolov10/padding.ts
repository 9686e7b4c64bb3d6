import { intsOf } from '../onnx/attributes.ts';
import type { OnnxNode } from '../onnx/graph.ts';
import { toInts } from '../onnx/values.ts';
import type { ConstantLookup } from './following.ts';

/**
 * The rows and columns of zeros around what a Conv or a pool reads, those of a Pad right before it included: top, left,
 * bottom, right; null where numbers are computed (ONNX operators Conv, `auto_pad` and `pads`, and Pad).
 * @param kernel its height and width
 */
export function paddingOf(node: OnnxNode, kernel: readonly number[], maker: OnnxNode | undefined, constant: ConstantLookup): number[] | null {
  const own = ownPadding(node, kernel);
  const before = maker?.op === 'Pad' ? padNode(maker, constant) : [0, 0, 0, 0];
  return before && own.map((rows, side) => rows + before[side]!);
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

/** A Pad of zeros on heights and widths. */
function padNode(node: OnnxNode, constant: ConstantLookup): number[] | null {
  const given = constant(node.inputs[1]);
  const pads = intsOf(node, 'pads') ?? (given ? toInts(given) : undefined);
  return pads?.length === 8 && !node.inputs[3] ? [2, 3, 6, 7].map((place) => pads[place]!) : null;
}
