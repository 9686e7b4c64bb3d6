/** How far numbers are from those expected. */
export interface Deviation {
  /** Largest absolute difference; infinite where one is NaN or the lengths differ. */
  difference: number;
  /** Largest magnitude of the expected numbers, which a tolerance is a share of. */
  magnitude: number;
  /** Index of the number that differs most. */
  at: number;
}

/** Compares two lists of numbers element by element. */
export function deviation(found: Float32Array, expected: Float32Array): Deviation {
  let at = 0;
  let difference = found.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  let magnitude = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Math.abs(expected[i]!) > magnitude) magnitude = Math.abs(expected[i]!);
    const apart = Math.abs(found[i]! - expected[i]!);
    if (apart <= difference || difference === Number.POSITIVE_INFINITY) continue;
    at = i;
    difference = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
  }
  return { difference, magnitude, at };
}
