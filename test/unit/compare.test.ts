import { expect, it } from 'vitest';
import { deviation } from '../../src/core/compare.ts';

const floats = (...values: number[]): Float32Array => Float32Array.from(values);

it('finds the number that differs most, and what it is a share of', () => {
  expect(deviation(floats(1, -8, 3), floats(1, -6, 4))).toEqual({ difference: 2, magnitude: 6, at: 1 });
  expect(deviation(floats(5), floats(5))).toEqual({ difference: 0, magnitude: 5, at: 0 });
  expect(deviation(floats(), floats())).toEqual({ difference: 0, magnitude: 0, at: 0 });
});

it('counts what is no number, and other lengths, as infinitely far', () => {
  expect(deviation(floats(1, 2, Number.NaN, 4), floats(0, 2, 3, 9))).toEqual({ difference: Infinity, magnitude: 9, at: 2 });
  expect(deviation(floats(1, 2), floats(1, Number.NaN))).toMatchObject({ difference: Infinity, at: 1 });
  expect(deviation(floats(1, 2), floats(1, 2, 3)).difference).toBe(Infinity);
});
