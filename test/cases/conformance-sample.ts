import { randomOf, seededModel } from './seeded-model.ts';

/** The model and input of the conformance suite: small, of other than square size, with three classes. */
export const SAMPLE = { batch: 3, height: 64, width: 96, classCount: 3 } as const;

/** A YOLOv10n with seeded weights, any batch and size. */
export function sampleModel(): Uint8Array {
  return seededModel('n', { classCount: SAMPLE.classCount, dynamic: 'batch', height: SAMPLE.height, width: SAMPLE.width });
}

/** Noise, [batch, 3, height, width]. */
export function sampleInput(): { data: Float32Array; dims: [number, number, number, number] } {
  const { batch, height, width } = SAMPLE;
  const data = Float32Array.from({ length: batch * 3 * height * width }, randomOf(11));
  return { data, dims: [batch, 3, height, width] };
}
