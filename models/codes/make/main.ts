/** Makes pictures of codes with labels. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { integerOption } from '../../../src/cli/options.ts';
import { InputError } from '../../../src/core/errors.ts';
import { required, runScript } from '../../../tools/script.ts';
import { toJpeg } from './jpeg.ts';
import { makeScene, type SpriteRange } from './scene.ts';

interface Entry {
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  /** Class index, then left, top, right, bottom in pixels. */
  readonly boxes: readonly (readonly number[])[];
}

async function makeShard(folder: string, seed: number, count: number, size: number, sprites: SpriteRange): Promise<void> {
  const files: Buffer[] = [];
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    const { picture, labels } = makeScene(seed + i, size, sprites);
    const file = await toJpeg(picture, seed + i);
    files.push(file);
    const boxes = labels.map(({ codeClass, box }) => [codeClass, ...box.map((edge) => Math.round(edge * 100) / 100)]);
    entries.push({ bytes: file.length, width: picture.width, height: picture.height, boxes });
  }
  const name = join(folder, String(seed).padStart(8, '0'));
  writeFileSync(`${name}.bin`, Buffer.concat(files));
  writeFileSync(`${name}.json.part`, JSON.stringify(entries));
  renameSync(`${name}.json.part`, `${name}.json`);
}

function spritesOf(text: string): SpriteRange {
  const [, first, count] = /^(\d+):([1-9]\d*)$/.exec(text) ?? [];
  if (first !== undefined) return { first: Number(first), count: Number(count) };
  throw new InputError('bad-argument', { expected: '--sprites as FIRST:COUNT', found: text, remedy: 'For example 0:1200.' });
}

const usage = `npx tsx models/codes/make/main.ts --out FOLDER [options]
Makes pictures of codes; the same seed makes the same picture. Every shard is a file <seed>.bin in FOLDER, JPEGs one after
the other, and a file <seed>.json with their sizes and boxes.`;

await runScript(usage, {
  out: { value: 'FOLDER', about: 'Where to write the shards' },
  seed: { value: 'N', about: 'Seed of the first picture, 0 unless told' },
  count: { value: 'N', about: 'Pictures in a shard, 1000 unless told' },
  shards: { value: 'N', about: 'How many shards, 1 unless told' },
  size: { value: 'N', about: 'Longer side of a picture in pixels, 320 unless told' },
  sprites: { value: 'FIRST:COUNT', about: 'Which codes of each kind to draw from, 0:1200 unless told' },
}, async (values) => {
  const out = required('out', values.out, 'Name a folder for the shards.');
  const first = integerOption('seed', values.seed, 0, [0, 2 ** 31]);
  const count = integerOption('count', values.count, 1000, [1, 1e6]);
  const shards = integerOption('shards', values.shards, 1, [1, 1e5]);
  const size = integerOption('size', values.size, 320, [64, 4096]);
  const sprites = spritesOf(values.sprites ?? '0:1200');
  sharp.concurrency(1);
  mkdirSync(out, { recursive: true });
  for (let shard = 0; shard < shards; shard++) {
    const seed = first + shard * count;
    const start = performance.now();
    await makeShard(out, seed, count, size, sprites);
    console.log(`shard ${seed}: ${count} pictures, ${((count * 1000) / (performance.now() - start)).toFixed(1)} a second`);
  }
});
