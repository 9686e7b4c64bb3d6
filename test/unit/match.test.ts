import { describe, expect, it } from 'vitest';
import { type Judgement, FLOAT32_TOLERANCE, judge, matchRows } from '../../src/crosscheck/match.ts';
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
    expect(match.unpaired).toEqual([[], []]);
  });

  it('keeps classes apart', () => {
    expect(matchRows(rows([0, 0, 10, 10, 0.9, 1]), rows([0, 0, 10, 10, 0.9, 2])).unpaired).toEqual([[0], [0]]);
  });

  it('takes the best overlap, not the first', () => {
    const [ours, theirs] = [rows([0, 0, 10, 10, 0.9, 1], [50, 50, 60, 60, 0.1, 1]), rows([0, 0, 10, 12, 0.9, 1], [0, 0, 10, 10.5, 0.5, 1])];
    expect(matchRows(ours, theirs).pairs).toEqual([[0, 1]]);
    const { boxDifference, scoreDifference, apart } = judge(matchRows(ours, theirs), ours, theirs, FLOAT32_TOLERANCE);
    expect([boxDifference, scoreDifference, apart]).toEqual([0.5, expect.closeTo(0.4), 1]);
  });

  it('pairs nothing that overlaps by less than half', () => {
    expect(matchRows(rows([0, 0, 10, 10, 0.9, 1]), rows([6, 0, 16, 10, 0.9, 1])).pairs).toEqual([]);
  });

  it('pairs boxes without area that lie in one place', () => {
    expect(matchRows(rows([5, 5, 5, 9, 0.9, 1]), rows([5, 5, 5, 9, 0.9, 1])).pairs).toEqual([[0, 0]]);
    expect(matchRows(rows([5, 5, 5, 9, 0.9, 1]), rows([5, 6, 5, 9, 0.9, 1])).pairs).toEqual([]);
  });
});

describe('judge', () => {
  const judged = (change: (list: Row[]) => void, list = randomRows(2)): Judgement => {
    const [ours, theirs] = [list, list.map((row) => [...row] as Row)];
    change(theirs);
    const [a, b] = [rows(...ours), rows(...theirs)];
    return judge(matchRows(a, b), a, b, FLOAT32_TOLERANCE);
  };

  it('lets noise pass', () => expect(judged((list) => list.forEach((row) => (row[0] += 0.05)))).toMatchObject({ agrees: true, matched: 300 }));
  it('lets one row of 300 be apart, and says so', () => expect(judged((list) => (list[7]![2] += 0.3))).toMatchObject({ agrees: true, apart: 1, matched: 299 }));
  it('sees moved sides', () => expect(judged((list) => [7, 8].forEach((i) => (list[i]![2] += 0.3)))).toMatchObject({ agrees: false, apart: 2 }));
  it('sees changed scores', () => expect(judged((list) => [7, 8].forEach((i) => (list[i]![4] += 0.01)))).toMatchObject({ agrees: false, apart: 2 }));
  it('sees a row apart and one that lacks', () => {
    expect(judged((list) => [(list[7]![2] += 0.3), (list[8]![5] += 9)])).toMatchObject({ agrees: false, apart: 1, missing: [1, 1] });
  });
  it('lets one row of 300 lack that nobody is shown', () => {
    const faint = randomRows(2).map((row, i) => row.with(4, 0.6 - i * 0.002) as Row); // 0.002 at the end, 0.03 at row 285
    expect(judged((list) => (list[285]![5] += 9), faint)).toMatchObject({ agrees: true, missing: [1, 1], matched: 299 });
    expect(judged((list) => (list[270]![5] += 9), faint)).toMatchObject({ agrees: false, missing: [1, 1], matched: 299 });
  });
  it('sees one object that lacks', () => expect(judged((list) => (list[7]![5] += 9))).toMatchObject({ agrees: false, missing: [1, 1], matched: 299 }));
  it('sees one row far apart', () => expect(judged((list) => (list[7]![2] += 3))).toMatchObject({ agrees: false, apart: 1 }));
  it('sees two rows that lack', () => expect(judged((list) => [7, 8].forEach((i) => (list[i]![5] += 9)))).toMatchObject({ agrees: false, missing: [2, 2] }));
  it('sees numbers that are none', () => expect(judged((list) => list.forEach((row) => row.fill(Number.NaN)))).toMatchObject({ agrees: false }));

  it('lets any number differ at the end of the list, and says so', () => {
    const tied = randomRows(3).map((row, i) => (i < 100 ? row : row.with(4, 0.1)) as Row);
    expect(judged((list) => list.slice(100).forEach((row) => (row[5] = 77)), tied)).toMatchObject({ agrees: true, matched: 100, letOff: 200 });
    expect(judged((list) => list.slice(100).forEach((row) => (row[2] += 3)), tied)).toMatchObject({ agrees: true, matched: 100, letOff: 200, boxDifference: 0 });
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
