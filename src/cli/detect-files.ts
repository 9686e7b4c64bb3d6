import { InputError } from '../core/errors.ts';
import { pictureOf } from '../image/decode-node.ts';
import type { Detection } from '../image/detection.ts';
import type { Picture } from '../image/picture.ts';
import type { Engine } from './engine.ts';

export interface DetectSettings {
  batch: number;
  threshold: number;
  /** Labels to keep; all where undefined. */
  classes: string[] | undefined;
  signal: AbortSignal;
}

/** A file with what was found in it, or with why it could not be read or computed. */
export type Outcome =
  | { file: string; picture: Picture; detections: Detection[]; milliseconds: number }
  | { file: string; error: unknown };

type Read = { file: string; picture: Picture } | { file: string; error: unknown };

/**
 * Detects in files batch by batch, in order; the next batch is read while one computes. A file that fails is an outcome
 * like any other. Stops after the current batch when interrupted.
 * @throws whatever ends the engine itself, such as a lost device.
 */
export async function* detectFiles(files: string[], engine: Engine, settings: DetectSettings): AsyncGenerator<Outcome> {
  const batches = Array.from({ length: Math.ceil(files.length / settings.batch) }, (_, index) =>
    files.slice(index * settings.batch, (index + 1) * settings.batch));
  let next = readAll(batches[0] ?? []);
  for (let index = 0; index < batches.length; index++) {
    const current = await next;
    if (settings.signal.aborted) return;
    next = readAll(batches[index + 1] ?? []);
    yield* await detectBatch(current, engine, settings);
  }
}

/** Never rejects, so that a batch read ahead cannot fail unheard. */
function readAll(files: string[]): Promise<Read[]> {
  return Promise.all(files.map((file): Promise<Read> =>
    pictureOf(file).then((picture) => ({ file, picture }), (error: unknown) => ({ file, error }))));
}

async function detectBatch(batch: Read[], engine: Engine, { threshold, classes, signal }: DetectSettings): Promise<Outcome[]> {
  const readable = batch.filter((read) => 'picture' in read);
  if (readable.length === 0) return batch.filter((read) => 'error' in read);
  const started = performance.now();
  const results = await engine.detect(readable.map(({ picture }) => picture), { threshold, classes, signal }).catch((error: unknown) => {
    if (endsEngine(error)) throw error;
    return { error };
  });
  const milliseconds = (performance.now() - started) / readable.length;
  return batch.map((read): Outcome => {
    if ('error' in read) return read;
    if ('error' in results) return { file: read.file, error: results.error };
    return { ...read, detections: results[readable.indexOf(read)]!, milliseconds };
  });
}

function endsEngine(error: unknown): boolean {
  return !(error instanceof InputError) || !['bad-image', 'unsupported'].includes(error.code);
}
