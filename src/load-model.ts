import { isOf } from './core/errors.ts';
import { type OnnxModel } from './onnx/graph.ts';
import { externalFiles } from './onnx/external.ts';
import { parseModel } from './onnx/parse.ts';
import type { ByteRequest, ByteSource, Platform } from './platform/contract.ts';
import { siblingOf } from './platform/locate.ts';
import { checkOption, checkSignal } from './requests.ts';

/** A model's file, and by their names the data files that hold its weights, if it has any. */
export interface ModelFiles {
  bytes: Uint8Array;
  external: ReadonlyMap<string, Uint8Array>;
}

export interface ModelRequest extends ByteRequest {
  /** Data files at hand; none is then looked for. */
  external?: ReadonlyMap<string, Uint8Array>;
}

type ReadsBytes = Pick<Platform, 'readBytes' | 'locateSource'>;

/**
 * Reads a model and the data files beside it. Its weights are views of them, and wanted again where a device is lost; so
 * what the caller may change meanwhile is copied (by a new array: a Buffer's `slice` is a view).
 * @throws InputError 'bad-argument' for options of a wrong type, else as `readModelFiles` and `parseModel` do
 */
export async function loadModel(platform: ReadsBytes, source: ByteSource, request: ModelRequest): Promise<OnnxModel> {
  checkRequest(request);
  const { bytes, external } = await readModelFiles(platform, source, request);
  const own = source instanceof Uint8Array || source instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  return parseModel(own, { external: request.external ? new Map([...external].map(([name, file]) => [name, new Uint8Array(file)])) : external });
}

function checkRequest({ signal, onProgress, hub, cache, external }: ModelRequest): void {
  checkSignal(signal);
  checkOption('onProgress', onProgress, 'a function', typeof onProgress === 'function');
  checkOption('hub', hub, 'an address', typeof hub === 'string');
  checkOption('cache', cache, 'true or false', typeof cache === 'boolean');
  checkOption('external', external, 'a Map of file names to Uint8Array', external instanceof Map && [...external.values()].every((file) => file instanceof Uint8Array));
}

/**
 * The bytes of a model and of the data files beside it. Those that are not there are left for the parser to report,
 * which knows what they hold. @throws InputError as `readBytes` and `externalFiles` do
 */
export async function readModelFiles(platform: ReadsBytes, source: ByteSource, request: ModelRequest): Promise<ModelFiles> {
  const bytes = await platform.readBytes(source, request);
  if (request.external) return { bytes, external: request.external };
  const location = platform.locateSource(source, request);
  const external = new Map<string, Uint8Array>();
  if (location.kind === 'bytes') return { bytes, external };
  await Promise.all(externalFiles(bytes).map(async (name) => {
    const sibling = siblingOf(location, name);
    const file = sibling === null ? undefined : await readIfThere(platform, sibling, request);
    if (file) external.set(name, file);
  }));
  return { bytes, external };
}

async function readIfThere(platform: ReadsBytes, source: string, request: ByteRequest): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return platform.readBytes(source, request).catch((error: unknown) => {
    if (isOf(error, 'not-found')) return undefined;
    throw error;
  });
}
