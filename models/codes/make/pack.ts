/** Writes codes and look-alikes as small bitmaps, from which training composes pictures on the fly. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { integerOption } from '../../../src/cli/options.ts';
import { required, runScript } from '../../../tools/script.ts';
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

async function writePack(folder: string, codes: number, decoys: number): Promise<void> {
  const files: Buffer[] = [];
  const entries: Entry[] = [];
  for (const kind of [...CLASSES, 'decoy'] as const) {
    // Bar codes come in many symbologies and want more variety than the others.
    const share = kind === 'decoy' ? decoys : Math.round(codes * (kind === 'linear' ? 0.4 : 0.12));
    for (let index = 0; index < share; index++) {
      const sprite = spriteOf(kind, index);
      const file = await encode(sprite);
      const { x, y, width, height } = sprite.code ?? { x: 0, y: 0, width: 0, height: 0 };
      files.push(file);
      entries.push({ bytes: file.length, codeClass: sprite.code?.codeClass ?? -1, area: [x, y, width, height] });
    }
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pack.bin'), Buffer.concat(files));
  writeFileSync(join(folder, 'pack.json'), JSON.stringify(entries));
  console.log(`${entries.length} bitmaps, ${(files.reduce((sum, file) => sum + file.length, 0) / 2 ** 20).toFixed(1)} MiB`);
}

const usage = `npx tsx models/codes/make/pack.ts --out FOLDER [options]
Writes codes and look-alikes as bitmaps: pack.bin holds grey PNGs (white is ink) one after the other, pack.json their sizes
and where the modules are.`;

await runScript(usage, {
  out: { value: 'FOLDER', about: 'Where to write the pack' },
  codes: { value: 'N', about: 'How many codes, 2000 unless told' },
  decoys: { value: 'N', about: 'How many look-alikes, 1500 unless told' },
}, async (values) => {
  const out = required('out', values.out, 'Name a folder for the pack.');
  await writePack(out, integerOption('codes', values.codes, 2000, [1, 1e6]), integerOption('decoys', values.decoys, 1500, [0, 1e6]));
});
