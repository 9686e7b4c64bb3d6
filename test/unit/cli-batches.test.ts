import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectFiles, inBatches, type Read } from '../../src/cli/detect-files.ts';
import { fake, oneCode } from '../cases/fake-engine.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'batches-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;

async function* reads(areas: (number | undefined)[]): AsyncGenerator<Read> {
  for (const [index, area] of areas.entries()) {
    const file = `${index}`;
    yield area === undefined ? { file, error: new Error('broken') } : { file, picture: { width: area, height: 1, data: new Uint8Array() } };
  }
}

async function sizes(areas: (number | undefined)[], most: { pictures: number; pixels: number }, stop = signal): Promise<number[]> {
  const lengths = [];
  for await (const batch of inBatches(reads(areas), most, stop)) lengths.push(batch.length);
  return lengths;
}

describe('batches of files', () => {
  it('close at the number of files, those that cannot be read among them', async () => {
    expect(await sizes([1, undefined, 1, 1, 1], { pictures: 2, pixels: 100 })).toEqual([2, 2, 1]);
    expect(await sizes([], { pictures: 2, pixels: 100 })).toEqual([]);
  });

  it('take no further picture once they hold enough pixels', async () => {
    expect(await sizes([40, 40, 30, 200, undefined, 10, 90, 1], { pictures: 8, pixels: 100 })).toEqual([3, 1, 3, 1]);
  });

  it('end where interrupted', async () => {
    expect(await sizes([1, 1, 1], { pictures: 2, pixels: 100 }, AbortSignal.abort())).toEqual([]);
  });

  it('are read a few pictures ahead, not a whole batch', async () => {
    const files = await Promise.all(Array.from({ length: 12 }, async (_, index) => {
      const path = join(folder, `${index}.png`);
      await sharp({ create: { width: 8 + index, height: 8, channels: 3, background: 'teal' } }).png().toFile(path);
      return path;
    }));
    const engine = fake({
      detect: async (pictures) => {
        await new Promise((resolve) => { setTimeout(resolve, 100); });
        await rm(files[11]!, { force: true });
        return pictures.map(oneCode);
      },
    });
    const found: string[] = [];
    const settings = { batch: 6, threshold: 0.25, classes: undefined, signal };
    for await (const outcome of detectFiles(files, await engine.open({ model: undefined, adapter: undefined }, null as never), settings)) {
      found.push('error' in outcome ? 'gone' : `${outcome.picture.width}`);
    }
    expect(found).toEqual([...Array.from({ length: 11 }, (_, index) => `${8 + index}`), 'gone']);
    expect(engine.batches.map(({ length }) => length)).toEqual([6, 5]);
  });
});
