import { type OnnxModel } from './onnx/graph.ts';
import { externalFiles } from './onnx/external.ts';
import { parseModel } from './onnx/parse.ts';
import type { ByteRequest, ByteSource, Platform } from './platform/contract.ts';

/** Reads a model and the data files beside it. @throws InputError as `readBytes`, `externalFiles` and `parseModel` do */
export async function loadModel(platform: Platform, source: ByteSource, request: ByteRequest & { external?: ReadonlyMap<string, Uint8Array> }): Promise<OnnxModel> {
  const bytes = await platform.readBytes(source, request);
  const names = externalFiles(bytes);
  if (names.length === 0 || request.external) return parseModel(bytes, { external: request.external });
  if (typeof source !== 'string' && !(source instanceof URL)) return parseModel(bytes);
  const files = await Promise.all(names.map(async (name): Promise<[string, Uint8Array]> => [name, await platform.readBytes(beside(source, name), request)]));
  return parseModel(bytes, { external: new Map(files) });
}

/** The address of a file in the same folder. */
function beside(source: string | URL, name: string): string {
  const text = String(source);
  const folder = text.slice(0, Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
  return folder + name;
}
