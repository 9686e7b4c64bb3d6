import { InputError } from './core/errors.ts';
import { inOrder } from './in-order.ts';
import type { Detection } from './image/detection.ts';
import { type Letterbox, toPictureBox } from './image/letterbox.ts';
import type { Picture } from './image/picture.ts';
import type { DetectRequest } from './requests.ts';

/** Numbers of one detection row. */
const ROW = 6;
/** Pictures decoded at once; further ones wait for a run to take them. */
const READ_AHEAD = 4;

/**
 * Reads pictures in order, a few ahead of those taken.
 * @throws InputError of the first that cannot be read, naming its place; the signal's reason
 */
export function readPictures<Image>(images: readonly Image[], pictureOf: (image: Image) => Promise<Picture>, signal?: AbortSignal): AsyncGenerator<Picture> {
  return inOrder(images.entries(), READ_AHEAD, async ([index, image]) => {
    signal?.throwIfAborted();
    try {
      return await unlessAborted(pictureOf(image), signal);
    } catch (cause) {
      if (!(cause instanceof InputError) || images.length === 1) throw cause;
      const { code, expected, found, remedy } = cause;
      throw new InputError(code, { expected, found: `images[${index}]: ${found}`, remedy }, { cause });
    }
  });
}

/** What the work gives, or the signal's reason as soon as it ends: a picture may be long in coming. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  signal.addEventListener('abort', stop);
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop));
}

/** One image's rows as detections in its picture's own pixels, best first. */
export function readDetections(rows: Float32Array, geometry: Letterbox, labels: readonly string[], request: DetectRequest): Detection[] {
  const detections: Detection[] = [];
  for (let at = 0; at < rows.length && detections.length < request.maxDetections; at += ROW) {
    const [xmin, ymin, xmax, ymax, score, classId] = rows.subarray(at, at + ROW) as unknown as [number, number, number, number, number, number];
    if (score < request.threshold) break; // rows come best first
    if (request.classes && !request.classes.has(classId)) continue;
    const box = toPictureBox({ xmin, ymin, xmax, ymax }, geometry);
    detections.push({ score, label: labels[classId] ?? String(classId), classId, box });
  }
  return detections;
}
