import type { DataType } from './graph.ts';

/** In the order of TensorProto.DataType, whose numbers are the indices. */
const names: readonly DataType[] = [
  'undefined', 'float', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool',
  'float16', 'double', 'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16',
];

const sizes: Partial<Record<DataType, number>> = {
  float: 4, uint8: 1, int8: 1, uint16: 2, int16: 2, int32: 4, int64: 8, bool: 1,
  float16: 2, double: 8, uint32: 4, uint64: 8, complex64: 8, complex128: 16, bfloat16: 2,
};

/** The name of an ONNX element type; 'other' for those newer than this project knows (float8, int4, …). */
export function dataTypeOf(code: number): DataType {
  return names[code] ?? 'other';
}

/** The ONNX number of an element type; undefined for 'other', whose number is not kept. */
export function codeOf(dataType: DataType): number | undefined {
  const code = names.indexOf(dataType);
  return code < 0 ? undefined : code;
}

/** Bytes per element; undefined for strings and for types of unknown width. */
export function elementSize(dataType: DataType): number | undefined {
  return sizes[dataType];
}
