import { constant, type Dim, valueOf } from '../../core/dim.ts';
import type { DataType } from '../../onnx/graph.ts';
import type { Value } from './rule.ts';

/** Least and largest number of the integer types; those of 64 bits as the nearest double says them. */
const ranges: Partial<Record<DataType, readonly [number, number]>> = {
  bool: [0, 1],
  int8: [-(2 ** 7), 2 ** 7 - 1], uint8: [0, 2 ** 8 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1], uint16: [0, 2 ** 16 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1], uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63], uint64: [0, 2 ** 64],
};

/** Whether an element type holds integers. */
export function isIntegral(type: DataType | undefined): boolean {
  return type !== undefined && type in ranges;
}

/**
 * The number that arithmetic in an element type gives where exact arithmetic gives `value`; undefined where that is not
 * followed: where it overflows, is not finite, or may be rounded in 16 bits.
 */
export function roundTo(type: DataType | undefined, value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (type === 'float') return Math.fround(value);
  if (type === 'double') return value;
  if (type === 'float16' || type === 'bfloat16') return Number.isInteger(value) && Math.abs(value) <= 256 ? value : undefined;
  const range = type && ranges[type];
  return range && Number.isInteger(value) && value >= range[0] && value <= range[1] ? value : undefined;
}

/** Whether an expression gives a whole number for every value of its symbols. */
export function isWhole(dim: Dim): boolean {
  return [...dim.terms.values()].every(Number.isInteger);
}

/** An expression as an element type holds it: numbers rounded, others as they are, being whole and far from overflow. */
export function roundDim(type: DataType | undefined, dim: Dim): Dim | undefined {
  const value = valueOf(dim);
  if (value === undefined) return isIntegral(type) && !isWhole(dim) ? undefined : dim;
  const rounded = roundTo(type, value);
  return rounded === undefined ? undefined : constant(rounded);
}

/** A value converted as `Cast` converts it: towards zero for integers, and to whether it is 0 for bool. */
export function castTo(type: DataType | undefined, value: Value | undefined): Value | undefined {
  const elements = value?.elements.map((element) => castDim(type, element));
  return elements?.every((element) => element !== undefined) ? { dims: value!.dims, elements } : undefined;
}

function castDim(type: DataType | undefined, dim: Dim): Dim | undefined {
  const value = valueOf(dim);
  if (type === 'bool') return value === undefined ? undefined : constant(Number(value !== 0));
  return roundDim(type, value !== undefined && isIntegral(type) ? constant(Math.trunc(value)) : dim);
}
