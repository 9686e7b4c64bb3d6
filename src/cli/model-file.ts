import { loadModel } from '../load-model.ts';
import type { OnnxModel } from '../onnx/graph.ts';
import type { Platform } from '../platform/contract.ts';
import type { Io } from './io.ts';
import { startProgress, type Progress } from './progress.ts';

/** Adapter and bytes of the runtime the command line runs in. */
export async function runtimePlatform(): Promise<Platform> {
  return 'Deno' in globalThis ? import('../platform/deno.ts') : import('../platform/node.ts');
}

/**
 * Reads a model from a path, URL or hub id, with the data files it names, and a download bar on stderr.
 * @returns the model, and the bytes of all its files together.
 * @throws InputError `not-found`, `offline`, `not-onnx`, `external-data`
 */
export async function readModelFile(source: string, io: Io): Promise<{ model: OnnxModel; bytes: number }> {
  const platform = await runtimePlatform();
  let bytes = 0;
  const readBytes: Platform['readBytes'] = async (...request) => {
    const content = await platform.readBytes(...request);
    bytes += content.length;
    return content;
  };
  const bar = downloadBar(io);
  try {
    const request = { signal: io.signal, onProgress: bar.report };
    return { model: await loadModel({ ...platform, readBytes }, source, request), bytes };
  } finally {
    bar.clear();
  }
}

/** A bar that appears with the first bytes of a download; `report` is an `onProgress`. */
export function downloadBar(io: Io): { report(progress: { loaded: number; total: number | undefined }): void; clear(): void } {
  let progress: Progress | undefined;
  return {
    report({ loaded, total }) {
      progress ??= startProgress(io, { label: 'downloading the model', total, unit: 'bytes', lines: true });
      progress.update(loaded);
    },
    clear: () => progress?.clear(),
  };
}
