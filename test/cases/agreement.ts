import { FLOAT32_TOLERANCE, ROW, type Tolerance } from '../../src/crosscheck/match.ts';

/**
 * Counts the rows of one image, [rows, 6], that have a partner of the same class within tolerance in the other engine's;
 * a partner serves once. Order does not matter, since near-equal scores may swap.
 */
export function matchedRows(found: Float32Array, expected: Float32Array, tolerance: Tolerance = FLOAT32_TOLERANCE): number {
  const free = new Set(Array.from({ length: expected.length / ROW }, (_, index) => index));
  let matched = 0;
  for (let start = 0; start < found.length; start += ROW) {
    const row = found.subarray(start, start + ROW);
    const partner = [...free].find((index) => isSame(row, expected.subarray(index * ROW, index * ROW + ROW), tolerance));
    if (partner === undefined) continue;
    free.delete(partner);
    matched += 1;
  }
  return matched;
}

/** The least of `matchedRows` over a batch of images. */
export function worstAgreement(found: Float32Array, expected: Float32Array, batch: number, tolerance: Tolerance = FLOAT32_TOLERANCE): number {
  if (found.length !== expected.length || found.length % (batch * ROW) !== 0) return 0;
  const length = found.length / batch;
  const perImage = Array.from({ length: batch }, (_, image) =>
    matchedRows(found.subarray(image * length, (image + 1) * length), expected.subarray(image * length, (image + 1) * length), tolerance));
  return Math.min(...perImage);
}

function isSame(a: Float32Array, b: Float32Array, { box, score }: Tolerance): boolean {
  const near = (index: number, limit: number): boolean => Math.abs((a[index] as number) - (b[index] as number)) <= limit;
  return a[5] === b[5] && near(4, score) && near(0, box) && near(1, box) && near(2, box) && near(3, box);
}
