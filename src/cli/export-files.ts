import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { externalFiles } from '../onnx/external.ts';
import { readBytes } from '../platform/node.ts';

/** A model file and the data files beside it. */
export interface ExportFiles {
  bytes: Uint8Array;
  external: Map<string, Uint8Array>;
}

/**
 * Reads a model and the files that hold its weights, if it names any; missing ones are left for the parser to report.
 * @throws InputError 'not-found', 'not-onnx' or 'external-data'
 */
export async function readExport(path: string): Promise<ExportFiles> {
  const bytes = await readBytes(path);
  const external = new Map<string, Uint8Array>();
  for (const name of externalFiles(bytes)) {
    const content = await readFile(join(dirname(path), name)).catch(() => undefined);
    if (content) external.set(name, content);
  }
  return { bytes, external };
}
