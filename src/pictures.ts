import type { DetectRequest } from './requests.ts';
import type { Detection } from './image/detection.ts';
import { type Letterbox, letterboxGeometry, toPictureBox } from './image/letterbox.ts';
import type { Picture } from './image/picture.ts';
import type { PlanInput } from './plan/executor.ts';

/** Numbers of one placement in letterbox.wgsl. */
const PLACEMENT_WORDS = 8;
/** Numbers of one detection row. */
const ROW = 6;

/** Pictures as the letterbox kernel takes them, and where each will lie in the network's input. */
export function packPictures(pictures: readonly Picture[], height: number, width: number): { input: PlanInput; geometries: Letterbox[] } {
  const geometries = pictures.map((picture) => letterboxGeometry(picture.width, picture.height, width, height));
  const placements = new Uint32Array(pictures.length * PLACEMENT_WORDS);
  let firstPixel = 0;
  geometries.forEach((g, i) => {
    placements.set([firstPixel, g.width, g.height, g.newWidth, g.newHeight, g.left, g.top, 0], i * PLACEMENT_WORDS);
    firstPixel += g.width * g.height;
  });
  return { input: { kind: 'pictures', batch: pictures.length, pixels: joinPixels(pictures, firstPixel), placements }, geometries };
}

function joinPixels(pictures: readonly Picture[], count: number): Uint32Array {
  const [only] = pictures;
  if (pictures.length === 1 && only!.data.byteOffset % 4 === 0) return new Uint32Array(only!.data.buffer, only!.data.byteOffset, count);
  const bytes = new Uint8Array(count * 4);
  let offset = 0;
  for (const { data } of pictures) {
    bytes.set(data, offset);
    offset += data.length;
  }
  return new Uint32Array(bytes.buffer);
}

/** Splits pictures into runs of at most `most` pictures and `pixels` pixels, in order. */
export function splitPictures(pictures: readonly Picture[], most: number, pixels: number): Picture[][] {
  const runs: Picture[][] = [];
  let room = 0;
  for (const picture of pictures) {
    const area = picture.width * picture.height;
    const run = runs.at(-1);
    if (run && run.length < most && area <= room) run.push(picture);
    else {
      runs.push([picture]);
      room = pixels;
    }
    room -= area;
  }
  return runs;
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
