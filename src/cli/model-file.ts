import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { externalFiles } from '../onnx/external.ts';
import type { OnnxModel } from '../onnx/graph.ts';
import { parseModel } from '../onnx/parse.ts';
import type { ByteRequest, Platform } from '../platform/contract.ts';
import { locate } from '../platform/locate.ts';
import type { Io } from './io.ts';
import { startProgress, type Progress } from './progress.ts';

/** A model file as read: its bytes, and what they say. */
export interface ModelFile {
  bytes: Uint8Array;
  model: OnnxModel;
}

/** Adapter and bytes of the runtime the command line runs in. */
export async function runtimePlatform(): Promise<Platform> {
  return 'Deno' in globalThis ? import('../platform/deno.ts') : import('../platform/node.ts');
}

/**
 * Reads a model from a path, URL or hub id, with the data files it names beside it and a download bar on stderr.
 * @throws InputError `not-found`, `offline`, `not-onnx`, `external-data`
 */
export async function readModelFile(source: string, io: Io): Promise<ModelFile> {
  const { readBytes } = await runtimePlatform();
  const bar = downloadBar(io);
  const request: ByteRequest = { signal: io.signal, onProgress: ({ loaded, total }) => bar.update(loaded, total) };
  try {
    const bytes = await readBytes(source, request);
    const names = externalFiles(bytes);
    const contents = await Promise.all(names.map(async (name) => [name, await readBytes(beside(source, name), request)] as const));
    return { bytes, model: parseModel(bytes, { external: new Map(contents) }) };
  } finally {
    bar.clear();
  }
}

/** A bar that appears with the first bytes of a download. */
export function downloadBar(io: Io): { update(loaded: number, total: number | undefined): void; clear(): void } {
  let progress: Progress | undefined;
  return {
    update(loaded, total) {
      progress ??= startProgress(io, { label: 'downloading the model', total, unit: 'bytes', lines: true });
      progress.update(loaded);
    },
    clear: () => progress?.clear(),
  };
}

function beside(source: string, name: string): string {
  const location = locate(source);
  if (location.kind === 'address') return new URL(name, location.address).href;
  return join(dirname(/^file:/i.test(source) ? fileURLToPath(source) : source), name);
}
