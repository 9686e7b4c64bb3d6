import { InputError } from './core/errors.ts';
import { type OnnxModel } from './onnx/graph.ts';
import { externalFiles } from './onnx/external.ts';
import { parseModel } from './onnx/parse.ts';
import type { ByteRequest, ByteSource, Platform } from './platform/contract.ts';

/** A model's file, and by their names the data files that hold its weights, if it has any. */
export interface ModelFiles {
  bytes: Uint8Array;
  external: ReadonlyMap<string, Uint8Array>;
}

export interface ModelRequest extends ByteRequest {
  /** Data files at hand; none is then looked for. */
  external?: ReadonlyMap<string, Uint8Array>;
}

type ReadsBytes = Pick<Platform, 'readBytes'>;

/** Reads a model and the data files beside it. @throws InputError as `readModelFiles` and `parseModel` do */
export async function loadModel(platform: ReadsBytes, source: ByteSource, request: ModelRequest): Promise<OnnxModel> {
  const { bytes, external } = await readModelFiles(platform, source, request);
  return parseModel(bytes, { external });
}

/**
 * The bytes of a model and of the data files beside it. Those that are not there are left for the parser to report,
 * which knows what they hold. @throws InputError as `readBytes` and `externalFiles` do
 */
export async function readModelFiles(platform: ReadsBytes, source: ByteSource, request: ModelRequest): Promise<ModelFiles> {
  const bytes = await platform.readBytes(source, request);
  if (request.external) return { bytes, external: request.external };
  const hasFolder = typeof source === 'string' || source instanceof URL;
  const names = hasFolder ? externalFiles(bytes) : [];
  const files = await Promise.all(names.map(async (name) => [name, await readIfThere(platform, beside(source as string | URL, name), request)] as const));
  return { bytes, external: new Map(files.filter((file): file is [string, Uint8Array<ArrayBuffer>] => file[1] !== undefined)) };
}

async function readIfThere(platform: ReadsBytes, source: string, request: ByteRequest): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return platform.readBytes(source, request).catch((error: unknown) => {
    if (error instanceof InputError && error.code === 'not-found') return undefined;
    throw error;
  });
}

/** The address of a file in the same folder as `source`. */
export function beside(source: string | URL, name: string): string {
  const text = String(source);
  const folder = text.slice(0, Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
  return folder + name;
}
