import { InputError } from '../core/errors.ts';
import { pictureOf } from '../image/decode-node.ts';
import type { Detection } from '../image/detection.ts';
import type { Picture } from '../image/picture.ts';
import { inOrder } from '../in-order.ts';
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

export type Read = { file: string; picture: Picture } | { file: string; error: unknown };

/** Files read at once; further ones wait for a batch to take them. */
const READ_AHEAD = 4;
/** A batch that holds so many pixels (256 MB) takes no further picture, whatever was asked for. */
const BATCH_PIXELS = 64e6;

/**
 * Detects in files batch by batch, in order; a few are read ahead while one computes. A file that fails is an outcome like
 * any other. Stops after the current batch when interrupted.
 * @throws whatever ends the engine itself, such as a lost device.
 */
export async function* detectFiles(files: string[], engine: Engine, settings: DetectSettings): AsyncGenerator<Outcome> {
  const most = { pictures: settings.batch, pixels: BATCH_PIXELS };
  for await (const batch of inBatches(inOrder(files, READ_AHEAD, readPicture), most, settings.signal)) {
    const outcomes = await detectBatch(batch.splice(0), engine, settings); // taken out, so that no picture outlives its turn
    while (outcomes.length > 0) yield outcomes.shift()!;
  }
}

/** Never rejects: a file that cannot be read waits for its turn like the others. */
async function readPicture(file: string): Promise<Read> {
  return pictureOf(file).then((picture) => ({ file, picture }), (error: unknown) => ({ file, error }));
}

/** Groups files in order until interrupted; a batch is closed by its last picture or by the one that fills its pixels. */
export async function* inBatches(reads: AsyncIterable<Read>, most: { pictures: number; pixels: number }, signal: AbortSignal): AsyncGenerator<Read[]> {
  let batch: Read[] = [];
  let pixels = 0;
  for await (const next of reads) {
    if (signal.aborted) return;
    batch.push(next);
    if ('picture' in next) pixels += next.picture.width * next.picture.height;
    if (batch.length < most.pictures && pixels < most.pixels) continue;
    yield batch;
    [batch, pixels] = [[], 0];
  }
  if (batch.length > 0 && !signal.aborted) yield batch;
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
