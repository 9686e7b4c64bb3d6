import { type ModelFiles, readModelFiles } from '../load-model.ts';
import type { DownloadProgress, Platform } from '../platform/contract.ts';
import { siblingPath } from '../platform/locate.ts';
import type { Io } from './io.ts';
import { checkOutput } from './output-file.ts';
import { startProgress, type Progress } from './progress.ts';

/** Adapter and bytes of the runtime the command line runs in. */
export async function runtimePlatform(): Promise<Platform> {
  return 'Deno' in globalThis ? import('../platform/deno.ts') : import('../platform/node.ts');
}

/**
 * The bytes of a model named by a path, URL or hub id, and of the data files it names, with a download bar on stderr.
 * @param outputs files that will be written: none of the data files may be among them
 * @throws InputError `not-found`, `offline`, `not-onnx`, `external-data`, `bad-argument`
 */
export async function openModelFiles(source: string, io: Io, outputs: readonly string[] = []): Promise<ModelFiles> {
  const bar = downloadBar(io);
  try {
    const files = await readModelFiles(await runtimePlatform(), source, { signal: io.signal, onProgress: bar.report });
    for (const output of outputs) await checkOutput(output, [...files.external.keys()].map((name) => siblingPath(source, name)));
    return files;
  } finally {
    bar.clear();
  }
}

/** A bar for each file of a download, one after another as their first bytes come; `report` is an `onProgress`. */
export function downloadBar(io: Io): { report(progress: DownloadProgress): void; clear(): void } {
  const bars = new Map<string, Progress>();
  return {
    report({ url, loaded, total }) {
      const bar = bars.get(url) ?? startProgress(io, { label: bars.size === 0 ? 'downloading the model' : 'downloading its data', total, unit: 'bytes', lines: true });
      bars.set(url, bar);
      bar.update(loaded);
    },
    clear: () => bars.forEach((bar) => bar.clear()),
  };
}
