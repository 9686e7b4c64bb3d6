import { InputError } from '../core/errors.ts';
import { decodeModel } from './decode.ts';
import type { ModelProto, TensorProto } from './schema.gen.js';

const external = 1;
const remedy = 'Keep the data file in the folder of the .onnx file, under the name the model gives it.';

/**
 * The data files a model keeps its weights in, relative to the model's folder; empty for a model in one file.
 * @throws InputError 'not-onnx'; 'external-data' where a path is absolute or leaves the folder
 */
export function externalFiles(bytes: Uint8Array): string[] {
  return [...new Set(externalTensors(decodeModel(bytes)).map((tensor) => placeOf(tensor).location))];
}

/** Whether a tensor's content lies in another file. */
export function isExternal(tensor: TensorProto): boolean {
  return tensor.dataLocation === external;
}

function externalTensors(model: ModelProto): TensorProto[] {
  const attributes = model.graph!.node.flatMap((node) => node.attribute.flatMap(({ t }) => t ?? []));
  return [...model.graph!.initializer, ...attributes].filter(isExternal);
}

/** The content of an external tensor, as a view of its data file. */
export function externalContent(
  tensor: TensorProto,
  files: ReadonlyMap<string, Uint8Array> | undefined,
): Uint8Array {
  const { location, offset, length } = placeOf(tensor);
  const file = files?.get(location);
  if (!file) throw broken(`the data file "${location}" with the weight "${tensor.name}"`, 'no such file');
  const end = length === undefined ? Math.max(offset, file.length) : offset + length;
  if (end > file.length) throw broken(`${end} bytes in the data file "${location}"`, `${file.length} bytes`);
  return new Uint8Array(file.buffer, file.byteOffset + offset, end - offset); // no Buffer, whose `slice` copies nothing
}

function placeOf(tensor: TensorProto): { location: string; offset: number; length: number | undefined } {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  if (!isInside(location)) throw broken(`a data file beside the model for "${tensor.name}"`, `the path "${location}"`);
  const length = entries.get('length');
  return { location, offset: count(entries.get('offset') ?? '0'), length: length ? count(length) : undefined };
}

function isInside(location: string): boolean {
  const absolute = /^([a-z]:|[\\/]|[a-z][a-z0-9+.-]*:)/i.test(location);
  return location !== '' && !absolute && !location.includes('\0') && !location.split(/[\\/]/).includes('..');
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw broken('a byte count', `"${text}"`);
  return value;
}

function broken(expected: string, found: string): InputError {
  return new InputError('external-data', { expected, found, remedy });
}
