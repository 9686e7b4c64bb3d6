import { type Letterbox, letterbox, letterboxGeometry } from './image/letterbox.ts';
import type { Picture } from './image/picture.ts';
import type { PlanInput } from './plan/executor.ts';

/** Numbers of one placement in letterbox.wgsl. */
const PLACEMENT_WORDS = 8;

/** A run's input, and where in it each picture lies. */
export interface PlacedInput {
  input: PlanInput;
  geometries: Letterbox[];
}

/**
 * Pictures as a run takes them. The GPU scales them; one that has more pixels than fit there is scaled here.
 * @param room most pixels of one run
 */
export function packPictures(pictures: readonly Picture[], { height, width }: { height: number; width: number }, room: number): PlacedInput {
  const geometries = pictures.map((picture) => letterboxGeometry(picture.width, picture.height, width, height));
  const [only] = pictures;
  if (pictures.length === 1 && only!.width * only!.height > room) {
    return { input: { kind: 'tensor', batch: 1, data: letterbox(only!, width, height) }, geometries };
  }
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

/** Parts of a tensor [batch, 3, height, width], each of as many images as there is room for when it is asked for. */
export function* tensorParts(data: Float32Array, batch: number, room: () => number): Generator<PlanInput> {
  const perImage = data.length / batch;
  for (let first = 0; first < batch;) {
    const count = Math.min(room(), batch - first);
    yield { kind: 'tensor', batch: count, data: data.subarray(first * perImage, (first + count) * perImage) };
    first += count;
  }
}

/** A run's input as two, of a batch of two or more. */
export function halve(input: PlanInput): [PlanInput, PlanInput] {
  const first = Math.ceil(input.batch / 2);
  const second = input.batch - first;
  if (input.kind === 'tensor') {
    const middle = (input.data.length / input.batch) * first;
    return [{ ...input, batch: first, data: input.data.subarray(0, middle) }, { ...input, batch: second, data: input.data.subarray(middle) }];
  }
  const { pixels, placements } = input;
  const rest = placements.slice(first * PLACEMENT_WORDS);
  const middle = rest[0]!;
  for (let word = 0; word < rest.length; word += PLACEMENT_WORDS) rest[word]! -= middle;
  return [
    { ...input, batch: first, pixels: pixels.subarray(0, middle), placements: placements.subarray(0, first * PLACEMENT_WORDS) },
    { ...input, batch: second, pixels: pixels.subarray(middle), placements: rest },
  ];
}

/** The rows of two halves. */
export function joinRows(first: Float32Array, second: Float32Array): Float32Array {
  const rows = new Float32Array(first.length + second.length);
  rows.set(first);
  rows.set(second, first.length);
  return rows;
}
