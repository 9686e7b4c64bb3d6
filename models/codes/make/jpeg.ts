import sharp from 'sharp';
import type { Picture } from './picture.ts';
import { Random } from './random.ts';

/** The picture as JPEG bytes; the quality follows from the seed unless given. */
export async function toJpeg(picture: Picture, seed: number, quality?: number): Promise<Buffer> {
  const random = new Random(seed, 2);
  const chosen = quality ?? Math.round(random.chance(0.3) ? random.between(25, 60) : random.between(60, 95));
  return sharp(toBytes(picture), { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .jpeg({ quality: chosen, chromaSubsampling: random.chance(0.6) ? '4:2:0' : '4:4:4' })
    .toBuffer();
}

/** Rounded and clamped RGB bytes. */
export function toBytes(picture: Picture): Buffer {
  const bytes = Buffer.alloc(picture.data.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.max(0, Math.min(255, Math.round(picture.data[i] as number)));
  return bytes;
}
