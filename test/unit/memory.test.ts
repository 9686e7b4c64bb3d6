import { describe, expect, test } from 'vitest';
import { type Lifetime, livenessBound, packLifetimes } from '../../src/plan/memory.ts';
import { randomOf } from '../cases/seeded-model.ts';

/** Every order of placement, each thing at the lowest gap: one of these orders gives the smallest layout there is. */
function smallestLayout(lifetimes: Lifetime[]): number {
  let best = Number.POSITIVE_INFINITY;
  const place = (rest: number[], placed: [number, number][], bytes: number): void => {
    if (bytes >= best) return;
    if (rest.length === 0) best = bytes;
    for (const index of rest) {
      const item = lifetimes[index]!;
      const rivals = placed.filter(([other]) => overlapInTime(lifetimes[other]!, item));
      const ends = [0, ...rivals.map(([other, offset]) => offset + lifetimes[other]!.bytes)].sort((a, b) => a - b);
      const offset = ends.find((start) => rivals.every(([other, from]) => start + item.bytes <= from || from + lifetimes[other]!.bytes <= start))!;
      place(rest.filter((other) => other !== index), [...placed, [index, offset]], Math.max(bytes, offset + item.bytes));
    }
  };
  place([...lifetimes.keys()], [], 0);
  return best;
}

const overlapInTime = (a: Lifetime, b: Lifetime): boolean => a.first <= b.last && b.first <= a.last;

function randomLifetimes(count: number, steps: number, seed: number): Lifetime[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => {
    const first = Math.floor(random() * steps);
    return { bytes: 256 * (1 + Math.floor(random() * 8)), first, last: Math.min(steps - 1, first + Math.floor(random() * 4)) };
  });
}

function overlaps(lifetimes: Lifetime[], offsets: number[]): [number, number][] {
  return lifetimes.flatMap((a, i) => lifetimes.slice(0, i).flatMap((b, j): [number, number][] => {
    const apart = offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!;
    return overlapInTime(a, b) && !apart ? [[j, i]] : [];
  }));
}

describe('packing', () => {
  test('nothing needs nothing', () => {
    expect(packLifetimes([])).toEqual({ offsets: [], bytes: 0 });
    expect(livenessBound([])).toBe(0);
  });

  test('what follows one another shares a place, what meets does not', () => {
    const apart = [{ bytes: 512, first: 0, last: 1 }, { bytes: 256, first: 2, last: 3 }];
    expect(packLifetimes(apart)).toEqual({ offsets: [0, 0], bytes: 512 });
    const meeting = [{ bytes: 512, first: 0, last: 2 }, { bytes: 256, first: 2, last: 3 }];
    expect(packLifetimes(meeting).bytes).toBe(768);
  });

  test('is near the best of all layouts', () => {
    const ratios = Array.from({ length: 60 }, (_, seed) => {
      const lifetimes = randomLifetimes(6, 7, seed);
      const { bytes } = packLifetimes(lifetimes);
      const best = smallestLayout(lifetimes);
      expect(bytes).toBeGreaterThanOrEqual(best);
      expect(best).toBeGreaterThanOrEqual(livenessBound(lifetimes));
      return bytes / best;
    });
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1.25);
    expect(ratios.filter((ratio) => ratio === 1).length).toBeGreaterThan(50);
  });

  test('never lets two things that live together overlap, and says how far it reaches', () => {
    for (let seed = 100; seed < 130; seed++) {
      const lifetimes = randomLifetimes(40, 25, seed);
      const { offsets, bytes } = packLifetimes(lifetimes);
      expect(overlaps(lifetimes, offsets)).toEqual([]);
      expect(Math.max(...offsets.map((offset, i) => offset + lifetimes[i]!.bytes))).toBe(bytes);
      expect(bytes).toBeGreaterThanOrEqual(livenessBound(lifetimes));
    }
  });

  test('the bound is the most that is alive at one step', () => {
    for (let seed = 200; seed < 220; seed++) {
      const lifetimes = randomLifetimes(12, 9, seed);
      const alive = Array.from({ length: 9 }, (_, step) =>
        lifetimes.filter(({ first, last }) => first <= step && step <= last).reduce((sum, { bytes }) => sum + bytes, 0));
      expect(livenessBound(lifetimes)).toBe(Math.max(...alive));
    }
  });
});
