import { clampedNumber, exactNumber, isSet } from './decode.ts';
import { dataTypeOf, elementSize } from './data-types.ts';
import { externalContent, isExternal } from './external.ts';
import type { DataType, OnnxTensor } from './graph.ts';
import { malformed } from './identify.ts';
import type { Int64, TensorProto } from './schema.gen.js';

/** Content of data files by the name the model gives them. */
export type ExternalFiles = ReadonlyMap<string, Uint8Array>;

/**
 * A TensorProto as plain data. Raw content stays a view of the file; typed fields (`float_data`, …) are packed into bytes.
 * @throws InputError 'not-onnx' where content and dims disagree, 'external-data' where the content is not at hand
 */
export function toTensor(message: TensorProto, files?: ExternalFiles): OnnxTensor {
  const dataType = dataTypeOf(message.dataType);
  const dims = message.dims.map((dim) => exactNumber(dim, `a dimension of "${message.name}"`));
  if (dims.some((dim) => dim < 0)) throw malformed(`dimensions of "${message.name}" ≥ 0`, `[${dims}]`);
  const bytes = contentOf(message, dataType, files);
  checkLength(message.name, dataType, dims, bytes);
  return { name: message.name, dataType, dims, bytes };
}

function contentOf(message: TensorProto, dataType: DataType, files: ExternalFiles | undefined): Uint8Array {
  if (isExternal(message)) return externalContent(message, files);
  if (isSet(message, 'rawData')) return message.rawData;
  return bytesOf(packTypedFields(message, dataType));
}

function packTypedFields(message: TensorProto, dataType: DataType): ArrayBufferView {
  switch (dataType) {
    case 'float':
    case 'complex64':
      return Float32Array.from(message.floatData);
    case 'double':
    case 'complex128':
      return Float64Array.from(message.doubleData);
    case 'int64':
      return packLongs(message.int64Data);
    case 'uint64':
      return packLongs(message.uint64Data);
    case 'uint32':
      return Uint32Array.from(message.uint64Data, clampedNumber);
    case 'int32':
      return Int32Array.from(message.int32Data);
    case 'int16':
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return Uint16Array.from(message.int32Data);
    default:
      return Uint8Array.from(message.int32Data);
  }
}

function packLongs(values: readonly Int64[]): Uint32Array {
  const words = new Uint32Array(values.length * 2);
  values.forEach((value, index) => {
    words[2 * index] = typeof value === 'number' ? value : value.low;
    words[2 * index + 1] = typeof value === 'number' ? Math.floor(value / 2 ** 32) : value.high;
  });
  return words;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function checkLength(name: string, dataType: DataType, dims: readonly number[], bytes: Uint8Array): void {
  const size = elementSize(dataType);
  if (size === undefined) return;
  const expected = dims.reduce((product, dim) => product * dim, size);
  if (expected === bytes.length) return;
  const shape = `${dataType}[${dims}]`;
  throw malformed(`${expected} bytes in the tensor "${name}", ${shape}`, `${bytes.length} bytes`);
}
