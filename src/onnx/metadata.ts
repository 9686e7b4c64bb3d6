import { decodeModel, encodeModel } from './decode.ts';
import { StringStringEntryProto } from './schema.gen.js';

/** The file with entries of its metadata set, all else as it was. @throws InputError 'not-onnx' */
export function withMetadata(bytes: Uint8Array, entries: ReadonlyMap<string, string>): Uint8Array {
  const message = decodeModel(bytes);
  const kept = message.metadataProps.filter(({ key }) => !entries.has(key));
  message.metadataProps = [...kept, ...[...entries].map(([key, value]) => new StringStringEntryProto({ key, value }))];
  return encodeModel(message);
}
