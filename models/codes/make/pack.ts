/**
 * Writes codes and look-alikes as small bitmaps, from which training composes pictures on the fly:
 *   npx tsx models/codes/make/pack.ts --out FOLDER --codes 2000 --decoys 1500
 * FOLDER/pack.bin holds grey PNGs (white is ink) one after the other, FOLDER/pack.json their sizes and where the modules are.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { spriteOf, type Sprite } from './sprite.ts';
import { CLASSES } from './symbologies.ts';

interface Entry {
  readonly bytes: number;
  /** Class index; -1 for a look-alike. */
  readonly codeClass: number;
  /** Left, top, width, height of the modules in the bitmap's pixels. */
  readonly area: readonly number[];
}

async function encode(sprite: Sprite): Promise<Buffer> {
  const { width, height, data } = sprite.levels[0]!;
  return sharp(Buffer.from(data), { raw: { width, height, channels: 1 } }).toColourspace('b-w').png({ compressionLevel: 9 }).toBuffer();
}

const { values } = parseArgs({
  options: { out: { type: 'string' }, codes: { type: 'string', default: '2000' }, decoys: { type: 'string', default: '1500' } },
});
if (values.out === undefined) throw new Error('Expected --out FOLDER for the pack.');
mkdirSync(values.out, { recursive: true });
const files: Buffer[] = [];
const entries: Entry[] = [];
for (const kind of [...CLASSES, 'decoy'] as const) {
  // Bar codes come in many symbologies and want more variety than the others.
  const share = kind === 'decoy' ? Number(values.decoys) : Math.round(Number(values.codes) * (kind === 'linear' ? 0.4 : 0.12));
  for (let index = 0; index < share; index++) {
    const sprite = spriteOf(kind, index);
    const file = await encode(sprite);
    const { x, y, width, height } = sprite.code ?? { x: 0, y: 0, width: 0, height: 0 };
    files.push(file);
    entries.push({ bytes: file.length, codeClass: sprite.code?.codeClass ?? -1, area: [x, y, width, height] });
  }
}
writeFileSync(join(values.out, 'pack.bin'), Buffer.concat(files));
writeFileSync(join(values.out, 'pack.json'), JSON.stringify(entries));
console.log(`${entries.length} bitmaps, ${(files.reduce((sum, file) => sum + file.length, 0) / 2 ** 20).toFixed(1)} MiB`);
