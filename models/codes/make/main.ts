/**
 * Makes pictures of codes with labels:
 *   npx tsx models/codes/make/main.ts --out DIR --seed 0 --count 2000 --shards 10 --size 320 --sprites 0:1200
 * Writes DIR/<seed>.bin (JPEGs one after the other) and DIR/<seed>.json (sizes and boxes) for every shard.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
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

const { values } = parseArgs({
  options: {
    out: { type: 'string' }, seed: { type: 'string', default: '0' }, count: { type: 'string', default: '1000' },
    shards: { type: 'string', default: '1' }, size: { type: 'string', default: '320' }, sprites: { type: 'string', default: '0:1200' },
  },
});
if (values.out === undefined) throw new Error('Expected --out FOLDER for the shards.');
sharp.concurrency(1);
mkdirSync(values.out, { recursive: true });
const [first = 0, spriteCount = 1200] = values.sprites.split(':').map(Number);
const count = Number(values.count);
for (let shard = 0; shard < Number(values.shards); shard++) {
  const seed = Number(values.seed) + shard * count;
  const start = performance.now();
  await makeShard(values.out, seed, count, Number(values.size), { first, count: spriteCount });
  console.log(`shard ${seed}: ${count} pictures, ${((count * 1000) / (performance.now() - start)).toFixed(1)} a second`);
}
