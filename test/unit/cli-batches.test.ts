import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectFiles } from '../../src/cli/detect-files.ts';
import { fake, oneCode } from '../cases/fake-engine.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'batches-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;

/** Pictures of these widths; undefined is a file that is none. */
async function files(widths: (number | undefined)[], height = 8): Promise<string[]> {
  return Promise.all(widths.map(async (width, index) => {
    const path = join(folder, `${index} of ${widths.join()} by ${height}.png`);
    if (width === undefined) await writeFile(path, 'no picture');
    else await sharp({ create: { width, height, channels: 3, background: 'teal' } }).png({ compressionLevel: 1 }).toFile(path);
    return path;
  }));
}

async function batchesOf(paths: string[], batch: number, stop = signal): Promise<number[]> {
  const engine = fake();
  const opened = await engine.open({ model: undefined, adapter: undefined }, null as never);
  for await (const _ of detectFiles(paths, opened, { batch, threshold: 0.25, classes: undefined, signal: stop }));
  return engine.batches.map(({ length }) => length);
}

describe('batches of files', () => {
  it('close at the number of files, those that cannot be read among them', async () => {
    expect(await batchesOf(await files([1, undefined, 1, 1, 1]), 2)).toEqual([1, 2, 1]);
    expect(await batchesOf([], 2)).toEqual([]);
  });

  it('hold no more than 64 million pixels', async () => {
    expect(await batchesOf(await files([8192, 8, 8192, 8], 4000), 8)).toEqual([2, 2]);
  });

  it('end where interrupted', async () => {
    expect(await batchesOf(await files([1, 1, 1]), 2, AbortSignal.abort())).toEqual([]);
  });

  it('are read a few pictures ahead, not a whole batch', async () => {
    const paths = await files(Array.from({ length: 12 }, (_, index) => 8 + index));
    const engine = fake({
      detect: async (pictures) => {
        await new Promise((resolve) => { setTimeout(resolve, 100); });
        await rm(paths[11]!, { force: true });
        return pictures.map(oneCode);
      },
    });
    const found: string[] = [];
    const settings = { batch: 6, threshold: 0.25, classes: undefined, signal };
    for await (const outcome of detectFiles(paths, await engine.open({ model: undefined, adapter: undefined }, null as never), settings)) {
      found.push('error' in outcome ? 'gone' : `${outcome.picture.width}`);
    }
    expect(found).toEqual([...Array.from({ length: 11 }, (_, index) => `${8 + index}`), 'gone']);
    expect(engine.batches.map(({ length }) => length)).toEqual([6, 5]);
  });
});
