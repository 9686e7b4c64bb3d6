import { InputError } from '../core/errors.ts';
import { pictureOf } from '../image/decode-node.ts';
import type { Detection } from '../image/detection.ts';
import type { Picture } from '../image/picture.ts';
import { inGroups } from '../in-groups.ts';
import { inOrder } from '../in-order.ts';
import type { Engine } from './engine.ts';

export interface DetectSettings {
  batch: number;
  threshold: number;
  /** Classes to keep, by name or number; all where undefined. */
  classes: (string | number)[] | undefined;
  signal: AbortSignal;
}

/** A file with what was found in it, or with why it could not be read or computed. */
export type Outcome =
  | { file: string; picture: Picture; detections: Detection[]; milliseconds: number }
  | { file: string; error: unknown };

type Read = { file: string; picture: Picture } | { file: string; error: unknown };

/** Files read at once; further ones wait for a batch to take them. */
const READ_AHEAD = 4;
/** A batch holds no more pixels (256 MB), whatever was asked for. */
const BATCH_PIXELS = 64e6;

/**
 * Detects in files batch by batch, in order; a few are read ahead while one computes. A file that fails is an outcome like
 * any other. Stops after the current batch when interrupted.
 * @throws whatever ends the engine itself, such as a lost device.
 */
export async function* detectFiles(files: string[], engine: Engine, settings: DetectSettings): AsyncGenerator<Outcome> {
  const { signal } = settings;
  const reads = inOrder(files, READ_AHEAD, (file) => readPicture(file, signal));
  for await (const batch of inGroups(reads, pixelsOf, () => ({ items: settings.batch, pixels: BATCH_PIXELS }))) {
    if (signal.aborted) return;
    const outcomes = await detectBatch(batch.splice(0), engine, settings); // taken out, so that no picture outlives its turn
    while (outcomes.length > 0) yield outcomes.shift()!;
  }
}

/** Never rejects: a file that cannot be read waits for its turn like the others. */
async function readPicture(file: string, signal: AbortSignal): Promise<Read> {
  if (signal.aborted) return { file, error: signal.reason };
  return pictureOf(file, { signal }).then((picture) => ({ file, picture }), (error: unknown) => ({ file, error }));
}

function pixelsOf(read: Read): number {
  return 'picture' in read ? read.picture.width * read.picture.height : 0;
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
