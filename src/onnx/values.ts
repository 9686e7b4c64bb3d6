import { InputError } from '../core/errors.ts';
import { float16ToNumber } from '../core/float16.ts';
import { elementSize } from './data-types.ts';
import type { DataType, OnnxTensor } from './graph.ts';

type ReadElement = (view: DataView, offset: number) => number;

const floats: Partial<Record<DataType, ReadElement>> = {
  float: (view, offset) => view.getFloat32(offset, true),
  double: (view, offset) => view.getFloat64(offset, true),
  float16: (view, offset) => float16ToNumber(view.getUint16(offset, true)),
  bfloat16: (view, offset) => bfloat16ToNumber(view.getUint16(offset, true)),
};

const integers: Partial<Record<DataType, ReadElement>> = {
  int64: (view, offset) => Number(view.getBigInt64(offset, true)),
  uint64: (view, offset) => Number(view.getBigUint64(offset, true)),
  int32: (view, offset) => view.getInt32(offset, true),
  uint32: (view, offset) => view.getUint32(offset, true),
  int16: (view, offset) => view.getInt16(offset, true),
  uint16: (view, offset) => view.getUint16(offset, true),
  int8: (view, offset) => view.getInt8(offset),
  uint8: (view, offset) => view.getUint8(offset),
  bool: (view, offset) => (view.getUint8(offset) ? 1 : 0),
};

const scratch = new DataView(new ArrayBuffer(4));

function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/**
 * A tensor's values as float32: a view of the file where it holds aligned float32, else a copy.
 * @throws InputError 'bad-tensor' unless the type is float, float16, bfloat16 or double
 */
export function toFloat32(tensor: OnnxTensor): Float32Array {
  const read = floats[tensor.dataType];
  if (!read) throw wrongType(tensor, 'a floating-point tensor');
  if (tensor.dataType === 'float') return viewFloat32(tensor.bytes);
  return readAll(tensor, read, new Float32Array(countOf(tensor)));
}

function viewFloat32({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array {
  if (byteOffset % 4 === 0) return new Float32Array(buffer, byteOffset, byteLength / 4);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** Every number of a numeric tensor; 64-bit integers beyond ±2^53 are rounded. @throws InputError 'bad-tensor' */
export function toNumbers(tensor: OnnxTensor): number[] {
  const read = floats[tensor.dataType] ?? integers[tensor.dataType];
  if (!read) throw wrongType(tensor, 'a numeric tensor');
  return readAll(tensor, read, new Array<number>(countOf(tensor)));
}

/**
 * The values of an integer tensor.
 * @throws InputError 'bad-tensor' for other types, and beyond ±(2^53 − 1) where numbers are not exact
 */
export function toInts(tensor: OnnxTensor): number[] {
  const read = integers[tensor.dataType];
  if (!read) throw wrongType(tensor, 'an integer tensor');
  const values = readAll(tensor, read, new Array<number>(countOf(tensor)));
  const inexact = values.find((value) => !Number.isSafeInteger(value));
  if (inexact !== undefined) throw wrong(`integers within ±2^53 in "${tensor.name}"`, String(inexact));
  return values;
}

function countOf({ bytes, dataType }: OnnxTensor): number {
  return bytes.length / elementSize(dataType)!;
}

function readAll<T extends number[] | Float32Array>({ bytes, dataType }: OnnxTensor, read: ReadElement, target: T): T {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = elementSize(dataType)!;
  for (let index = 0; index < target.length; index++) target[index] = read(view, index * size);
  return target;
}

function wrongType(tensor: OnnxTensor, expected: string): InputError {
  return wrong(`${expected} "${tensor.name}"`, `type ${tensor.dataType}`);
}

function wrong(expected: string, found: string): InputError {
  return new InputError('bad-tensor', { expected, found, remedy: 'Is this an export of YOLOv10?' });
}
