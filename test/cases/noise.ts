import type { NumberTensor } from '../../src/crosscheck/engine.ts';
import { randomOf } from './seeded-model.ts';

/** Noise in 0..1, the same for the same seed. */
export function noise(dims: readonly number[], seed = 5): Float32Array {
  const random = randomOf(seed);
  return Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, random);
}

/** A batch of noise; each image another. */
export function noiseTensor(batch: number, height: number, width: number): NumberTensor {
  const dims = [batch, 3, height, width];
  return { data: noise(dims), dims };
}

/** A picture of noise, RGBA. */
export function noisePicture(width: number, height: number, seed?: number): { width: number; height: number; data: Uint8Array } {
  return { width, height, data: Uint8Array.from(noise([width * height * 4], seed), (value) => value * 255) };
}
