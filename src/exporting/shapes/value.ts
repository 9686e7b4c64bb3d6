import { constant, type Dim } from '../../core/dim.ts';
import type { OnnxTensor } from '../../onnx/graph.ts';
import { toNumbers } from '../../onnx/values.ts';
import type { Value } from './rule.ts';

/** Values beyond this many elements are not followed: shapes never need them. */
const limit = 64;

const numeric = new Set(['float', 'double', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint64', 'uint32', 'uint16', 'uint8', 'bool']);

/** How many elements a tensor of these dimensions holds. */
export function countOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** A constant tensor as a value, where it is small and all numbers are finite. */
export function valueOfTensor(tensor: OnnxTensor): Value | undefined {
  if (countOf(tensor.dims) > limit || !numeric.has(tensor.dataType)) return undefined;
  const numbers = toNumbers(tensor);
  return numbers.every(Number.isFinite) ? { dims: tensor.dims, elements: numbers.map(constant) } : undefined;
}

/** A value of these dimensions with each element taken from the place the index names; undefined where too large. */
export function build(dims: readonly number[], element: (index: number[], flat: number) => Dim | undefined): Value | undefined {
  const count = countOf(dims);
  if (!(count <= limit)) return undefined;
  const elements: Dim[] = [];
  for (let flat = 0; flat < count; flat++) {
    const found = element(unravel(flat, dims), flat);
    if (!found) return undefined;
    elements.push(found);
  }
  return { dims, elements };
}

/** The element at an index. */
export function at(value: Value, index: readonly number[]): Dim | undefined {
  return value.elements[index.reduce((flat, place, axis) => flat * value.dims[axis]! + place, 0)];
}

/** A value broadcast to larger dimensions. */
export function stretch(value: Value, dims: readonly number[]): Value | undefined {
  const skip = dims.length - value.dims.length;
  if (skip < 0) return undefined;
  return build(dims, (index) => at(value, value.dims.map((dim, axis) => (dim === 1 ? 0 : index[axis + skip]!))));
}

function unravel(flat: number, dims: readonly number[]): number[] {
  const index = new Array<number>(dims.length);
  for (let axis = dims.length - 1, rest = flat; axis >= 0; axis--) {
    index[axis] = rest % dims[axis]!;
    rest = Math.floor(rest / dims[axis]!);
  }
  return index;
}
