import { describe, expect, it } from 'vitest';
import { FLOAT32_TOLERANCE, agrees, matchRows, missingRows } from '../../src/crosscheck/match.ts';
import { rowsOfRaw } from '../../src/crosscheck/raw-rows.ts';
import { randomOf } from '../cases/seeded-model.ts';

type Row = [x1: number, y1: number, x2: number, y2: number, score: number, classId: number];
const rows = (...list: Row[]): Float32Array => Float32Array.from(list.flat());

/** 300 rows of random boxes in order of score. */
function randomRows(seed: number): Row[] {
  const random = randomOf(seed);
  return Array.from({ length: 300 }, (_, i) => {
    const [x, y] = [600 * random(), 600 * random()];
    return [x, y, x + 10 + 100 * random(), y + 10 + 100 * random(), 0.9 - i * 0.002, Math.floor(5 * random())];
  });
}

describe('matchRows', () => {
  it('pairs all rows with themselves in any order', () => {
    const list = randomRows(1);
    const match = matchRows(rows(...list), rows(...list.toReversed()));
    expect(match.pairs).toEqual(list.map((_, i) => [i, 299 - i]));
    expect(match).toMatchObject({ alone: [[], []], boxDifference: 0, scoreDifference: 0 });
  });

  it('keeps classes apart', () => {
    expect(matchRows(rows([0, 0, 10, 10, 0.9, 1]), rows([0, 0, 10, 10, 0.9, 2])).alone).toEqual([[0], [0]]);
  });

  it('takes the best overlap, not the first', () => {
    const match = matchRows(rows([0, 0, 10, 10, 0.9, 1]), rows([0, 0, 10, 12, 0.9, 1], [0, 0, 10, 10.5, 0.5, 1]));
    expect(match.pairs).toEqual([[0, 1]]);
    expect(match.boxDifference).toBeCloseTo(0.5);
    expect(match.scoreDifference).toBeCloseTo(0.4);
  });

  it('pairs nothing that overlaps by less than half', () => {
    expect(matchRows(rows([0, 0, 10, 10, 0.9, 1]), rows([6, 0, 16, 10, 0.9, 1])).pairs).toEqual([]);
  });

  it('pairs boxes without area that lie in one place', () => {
    expect(matchRows(rows([5, 5, 5, 9, 0.9, 1]), rows([5, 5, 5, 9, 0.9, 1])).pairs).toEqual([[0, 0]]);
    expect(matchRows(rows([5, 5, 5, 9, 0.9, 1]), rows([5, 6, 5, 9, 0.9, 1])).pairs).toEqual([]);
  });
});

describe('agrees', () => {
  const judge = (change: (list: Row[]) => void): boolean => {
    const [ours, theirs] = [randomRows(2), randomRows(2)];
    change(theirs);
    const [a, b] = [rows(...ours), rows(...theirs)];
    return agrees(matchRows(a, b), a, b, FLOAT32_TOLERANCE);
  };

  it('lets noise pass', () => expect(judge((list) => list.forEach((row) => (row[0] += 0.05)))).toBe(true));
  it('sees a moved side', () => expect(judge((list) => (list[7]![2] += 0.3))).toBe(false));
  it('sees a changed score', () => expect(judge((list) => (list[7]![4] += 0.01))).toBe(false));
  it('lets one row of 300 lack', () => expect(judge((list) => (list[7]![5] += 9))).toBe(true));
  it('sees two rows that lack', () => expect(judge((list) => [7, 8].forEach((i) => (list[i]![5] += 9)))).toBe(false));
  it('lets any number differ at the end of the list', () => {
    const list = randomRows(3).map((row, i) => (i < 100 ? row : row.with(4, 0.1)) as Row);
    const other = list.map((row, i) => (i < 100 ? row : row.with(5, 77)) as Row);
    const [a, b] = [rows(...list), rows(...other)];
    expect(missingRows(a, matchRows(a, b).alone[0], FLOAT32_TOLERANCE)).toEqual([]);
    expect(agrees(matchRows(a, b), a, b, FLOAT32_TOLERANCE)).toBe(true);
  });
});

describe('rowsOfRaw', () => {
  it('takes the best pairs of the best anchors', () => {
    const raw = [[10, 20], [10, 20], [4, 6], [2, 8], [0.5, 0.9], [0.7, 0.1]].flat(); // 2 anchors, 2 classes
    const { data, dims } = rowsOfRaw({ data: Float32Array.from(raw), dims: [1, 6, 2] }, 'centre and size');
    expect(dims).toEqual([1, 2, 6]);
    expect([...data]).toEqual([...rows([17, 16, 23, 24, 0.9, 0], [8, 9, 12, 11, 0.7, 1])]);
    expect([...rowsOfRaw({ data: Float32Array.from(raw), dims: [1, 6, 2] }, 'corners').data.subarray(0, 4)]).toEqual([20, 20, 6, 8]);
  });
});
