/** Makes the sample pictures of the demo anew: npx tsx models/codes/make/samples.ts [FOLDER] */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { toBytes } from './jpeg.ts';
import { makeScene } from './scene.ts';

const LONGEST_SIDE = 800;
/** Codes that neither training nor the held-out set uses. */
const SPRITES = { first: 200_000, count: 60 };

/** Scenes chosen for variety: nine codes at once, one large code, grey, coloured, glare, tilted. */
const SAMPLES: Readonly<Record<string, number>> = {
  'pdf417-tilted.webp': 436, 'barcode-turned.jpg': 433, 'barcode-in-glare.jpg': 419, 'maxicode-and-weave.jpg': 412,
  'datamatrix-turned.jpg': 471, 'qr-in-print.webp': 411, 'qr-on-a-card.jpg': 423, 'nine-codes.jpg': 470,
};

const folder = process.argv[2] ?? 'models/codes/samples';
mkdirSync(folder, { recursive: true });
for (const [name, seed] of Object.entries(SAMPLES)) {
  const { picture } = makeScene(seed, LONGEST_SIDE, SPRITES);
  const raw = { width: picture.width, height: picture.height, channels: 3 as const };
  const image = sharp(toBytes(picture), { raw });
  await (name.endsWith('.webp') ? image.webp({ quality: 82 }) : image.jpeg({ quality: 82 })).toFile(join(folder, name));
}
