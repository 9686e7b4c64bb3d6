import { describe, expect, test } from 'vitest';
import { type GroupRoom, inGroups } from '../../src/in-groups.ts';
import { inOrder } from '../../src/in-order.ts';
import type { Picture } from '../../src/image/picture.ts';
import { halve, joinRows, packPictures, tensorParts } from '../../src/plan-input.ts';
import { readPictures } from '../../src/pictures.ts';
import type { PlanInput } from '../../src/plan/executor.ts';

const size = { height: 32, width: 64 };
const grey = (width: number, height: number, level = 0): Picture => ({ width, height, data: new Uint8Array(width * height * 4).fill(level) });

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('work in order', () => {
  test('gives results in the order of the items, whichever is done first, and starts no more than asked', async () => {
    let [under, most] = [0, 0];
    const work = async (delay: number): Promise<number> => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, delay));
      under--;
      return delay;
    };
    const delays = [20, 1, 10, 0, 5];
    expect(await collected(inOrder(delays, 3, work))).toEqual(delays);
    expect(most).toBe(3);
    expect(await collected(inOrder([], 3, work))).toEqual([]);
  });

  test('starts nothing more while its results are not taken', async () => {
    const started: number[] = [];
    const results = inOrder([0, 1, 2, 3, 4], 2, async (item) => started.push(item));
    await results.next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(started).toEqual([0, 1]);
    await results.return();
  });

  test('ends with the first error in that order, and starts nothing after it', async () => {
    const started: number[] = [];
    const failing = inOrder([0, 1, 2, 3, 4], 2, async (item) => {
      started.push(item);
      if (item > 0) throw new Error(`item ${item}`);
      return item;
    });
    await expect(collected(failing)).rejects.toThrow('item 1');
    expect(started).toEqual([0, 1, 2]);
  });
});

test('a picture that never comes does not hold up an aborted call', async () => {
  const [controller, reason] = [new AbortController(), new Error('enough')];
  const reading = collected(readPictures([1, 2], () => new Promise<Picture>(() => {}), controller.signal));
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
});

describe('parts of a batch', () => {
  async function* stream(pictures: Picture[]): AsyncGenerator<Picture> {
    yield* pictures;
  }
  const areaOf = ({ width, height }: Picture): number => width * height;
  const areas = async (pictures: Picture[], room: () => GroupRoom): Promise<number[][]> =>
    (await collected(inGroups(stream(pictures), areaOf, room))).map((group) => group.map(areaOf));

  test('hold as many pictures and pixels as there is room for, one at least', async () => {
    const pictures = [grey(2, 2), grey(3, 2), grey(10, 1), grey(30, 1), grey(1, 1), grey(1, 1), grey(1, 1)];
    expect(await areas(pictures, () => ({ items: 9, pixels: 10 }))).toEqual([[4, 6], [10], [30], [1, 1, 1]]);
    expect(await areas(pictures, () => ({ items: 2, pixels: 1000 }))).toEqual([[4, 6], [10, 30], [1, 1], [1]]);
    const rooms = [3, 1, 2, 9];
    expect((await areas(pictures, () => ({ items: rooms.shift() ?? 9, pixels: 1000 }))).map(({ length }) => length)).toEqual([3, 1, 2, 1]);
  });

  test('of a tensor follow the room there is', () => {
    const rooms = [2, 1, 5];
    const parts = [...tensorParts(Float32Array.from({ length: 12 }, (_, i) => i), 6, () => rooms.shift()!)];
    expect(parts.map(({ batch }) => batch)).toEqual([2, 1, 3]);
    expect(parts.map((part) => part.kind === 'tensor' && [...part.data])).toEqual([[0, 1, 2, 3], [4, 5], [6, 7, 8, 9, 10, 11]]);
  });

  test('in halves are what their pictures give alone', () => {
    const pictures = [grey(3, 5, 1), grey(8, 2, 2), grey(1, 7, 3), grey(2, 2, 4), grey(9, 9, 5)];
    const packed = (some: Picture[]): PlanInput => packPictures(some, size, 1e6).input;
    const [first, second] = halve(packed(pictures));
    expect(first).toEqual(packed(pictures.slice(0, 3)));
    expect(second).toEqual(packed(pictures.slice(3)));
    expect(halve(second)).toEqual([packed([pictures[3]!]), packed([pictures[4]!])]);
    const data = Float32Array.from({ length: 6 }, (_, i) => i);
    expect(halve({ kind: 'tensor', batch: 3, data })).toEqual([{ kind: 'tensor', batch: 2, data: data.slice(0, 4) }, { kind: 'tensor', batch: 1, data: data.slice(4) }]);
    expect([...joinRows(data.subarray(0, 2), data.subarray(4))]).toEqual([0, 1, 4, 5]);
  });

  test('too large for the GPU are scaled here', () => {
    const large = grey(100, 80);
    const unaligned = { ...large, data: new Uint8Array(large.data.length + 1).subarray(1) };
    for (const picture of [large, unaligned]) {
      const { input, geometries } = packPictures([picture], size, 7999);
      expect(input).toMatchObject({ kind: 'tensor', batch: 1 });
      expect(geometries).toMatchObject([{ width: 100, height: 80, newWidth: 40, newHeight: 32 }]);
    }
    expect(packPictures([large], size, 8000).input.kind).toBe('pictures');
  });
});
