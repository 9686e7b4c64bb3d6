import type { NumberTensor } from './engine.ts';

/** Pictures of one size, [3, height, width] each, as one input [batch, 3, height, width]. */
export function stack(pictures: readonly Float32Array[], height: number, width: number): NumberTensor {
  const data = new Float32Array(pictures.length * 3 * height * width);
  pictures.forEach((pixels, slot) => data.set(pixels, slot * pixels.length));
  return { data, dims: [pictures.length, 3, height, width] };
}

/** What belongs to one image of a batch. */
export function slotOf({ data, dims }: NumberTensor, slot: number): Float32Array {
  const length = data.length / dims[0]!;
  return data.subarray(slot * length, (slot + 1) * length);
}

/** Whether two results are the same to the bit, NaNs and signs of zero included. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  const [x, y] = [a, b].map(({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length)) as [Uint32Array, Uint32Array];
  return x.every((bits, i) => bits === y[i]);
}
