import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { InputError } from '../core/errors.ts';
import { loadSharp } from './decode-node.ts';
import type { Picture } from './picture.ts';

const formats = { '.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png', '.webp': 'webp', '.avif': 'avif', '.tif': 'tiff', '.tiff': 'tiff' } as const;

/** Whether `writePicture` can write a file of this name's format. */
export function isWritable(path: string): boolean {
  return extname(path).toLowerCase() in formats;
}

/**
 * Writes a picture in the format of the path's ending, making its folder where missing. JPEG, WebP and AVIF at high quality.
 * @throws InputError `unsupported` for another ending, `bad-argument` where the file cannot be written.
 */
export async function writePicture(path: string, picture: Picture): Promise<void> {
  const format = formats[extname(path).toLowerCase() as keyof typeof formats];
  if (format === undefined) {
    throw new InputError('unsupported', {
      expected: `a name ending in ${Object.keys(formats).join(', ')}`, found: path, remedy: 'Choose one of these formats.',
    });
  }
  const encoded = await encodePicture(picture, format);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, encoded);
  } catch (cause) {
    const found = (cause as Error).message;
    throw new InputError('bad-argument', { expected: `to write ${path}`, found, remedy: 'Choose another folder.' }, { cause });
  }
}

/** Encodes a picture as a file's bytes. */
export async function encodePicture(picture: Picture, format: (typeof formats)[keyof typeof formats]): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const { width, height, data } = picture;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const choice = { png: {}, tiff: { compression: 'lzw' }, jpeg: { quality: 90 }, webp: { quality: 90 }, avif: { quality: 80 } }[format];
  return sharp(bytes, { raw: { width, height, channels: 4 }, limitInputPixels: false }).removeAlpha().toFormat(format, choice).toBuffer();
}
