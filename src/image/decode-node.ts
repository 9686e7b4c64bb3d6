import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Sharp, SharpOptions } from 'sharp';
import { InputError } from '../core/errors.ts';
import { pathOfFileAddress } from '../core/file-address.ts';
import { fetchPicture } from './fetch-picture.ts';
import { maxPixels, pictureFrom, type Picture, type RawPixels } from './picture.ts';

/** What Node and Deno accept as a picture: a path or address, a file's bytes, or raw pixels. */
export type NodePictureSource = string | URL | Uint8Array | ArrayBuffer | Blob | RawPixels;

interface NamedBytes {
  bytes: Uint8Array;
  name: string;
}

const readable = 'JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG';

/**
 * Reads a picture as a viewer shows it: turned upright by its EXIF orientation, transparency on white, grey, CMYK,
 * 16-bit and colour profiles brought to 8-bit sRGB, the first frame of an animation, SVG at its own size.
 * @param source path, file: or http(s): address, bytes of an image file, Blob, or raw pixels `{ width, height, data }`.
 * @param options.signal ends the download of an address; its reason is thrown
 * @throws InputError `not-found`, `offline`, `bad-argument` (no address), or `bad-image` (no picture, truncated, more than
 * 2^28 pixels), or `unsupported` (a picture file, and sharp is not installed).
 */
export async function pictureOf(source: NodePictureSource, { signal }: { signal?: AbortSignal } = {}): Promise<Picture> {
  if (isRawPixels(source)) return pictureFrom(source);
  const { bytes, name } = await encodedBytes(source, signal);
  return decode(bytes, name);
}

/** Loads sharp when the first picture needs it; the engine itself runs without. */
export async function loadSharp(): Promise<(input: Uint8Array, options?: SharpOptions) => Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new InputError('unsupported', {
      expected: 'the package "sharp" for reading and writing picture files',
      found: 'none that loads on this system',
      remedy: 'Install it (npm install sharp) or pass raw pixels { width, height, data }.',
    }, { cause });
  }
}

async function decode(bytes: Uint8Array, name: string): Promise<Picture> {
  const sharp = await loadSharp();
  try {
    return await opaquePixels(sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels }));
  } catch (cause) {
    const { found, remedy } = explain(bytes, cause);
    throw new InputError('bad-image', { expected: `a picture (${readable})`, found: `${name}: ${found}`, remedy }, { cause });
  }
}

async function opaquePixels(image: Sharp): Promise<Picture> {
  const { channels, depth, icc, space } = await image.metadata();
  if (channels > 4 && space !== 'cmyk') throw new Error(`${channels} channels`); // sharp's own words for it are of vectors
  // Left to itself, sharp turns 16-bit pixels that have a profile into Display P3; told sRGB, it does so with those that have none.
  if (icc && depth === 'ushort' && space === 'rgb16') image.withIccProfile('srgb', { attach: false });
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

function explain(bytes: Uint8Array, cause: unknown): { found: string; remedy: string } {
  const message = cause instanceof Error ? cause.message.trim().split('\n').at(-1)! : String(cause);
  if (bytes.length === 0) return { found: 'an empty file', remedy: 'Was it copied or downloaded completely?' };
  if (/pixel limit/.test(message)) {
    return { found: `more than ${maxPixels} pixels`, remedy: 'Scale it down or cut it into tiles first.' };
  }
  const [channels] = /channel limit/.test(message) ? ['more than 5 channels'] : /^\d+ channels$/.exec(message) ?? [];
  if (channels) return { found: `a picture of ${channels}`, remedy: 'Pass RGB: those of its channels that show what a camera would.' };
  if (/unsupported image format/.test(message)) {
    return { found: `${bytes.length} bytes of another format`, remedy: `Is it a picture, and complete? Convert it to ${readable}.` };
  }
  if (isHeic(bytes)) return { found: 'a HEIC picture (HEVC)', remedy: `Convert it to ${readable}.` };
  return { found: `a damaged file (${message})`, remedy: 'Is it complete? Copy or download it again.' };
}

/** Whether the brands of a HEIF file name HEVC, as those of phones do: sharp comes without it, and fails as on damage. */
function isHeic(bytes: Uint8Array): boolean {
  const [size = 0] = bytes.length < 8 ? [] : [new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)];
  return /^ftyp.*he[iv][cmsx]/s.test(Buffer.from(bytes.subarray(4, size)).toString('latin1'));
}

async function encodedBytes(source: Exclude<NodePictureSource, RawPixels>, signal: AbortSignal | undefined): Promise<NamedBytes> {
  if (source instanceof Uint8Array) return { bytes: source, name: 'the given bytes' };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: 'the given bytes' };
  if (source instanceof Blob) {
    const name = source instanceof File ? source.name : 'the given Blob';
    return { bytes: new Uint8Array(await source.arrayBuffer()), name };
  }
  if (source instanceof URL || typeof source === 'string') return readAddress(String(source), signal);
  throw new InputError('bad-image', {
    expected: 'a path, URL, Blob, the bytes of an image file, or raw pixels { width, height, data }',
    found: source === null ? 'null' : typeof source,
    remedy: 'Canvas and video elements exist only in browsers.',
  });
}

async function readAddress(address: string, signal: AbortSignal | undefined): Promise<NamedBytes> {
  if (/^(https?|data|blob):/i.test(address)) return download(address, signal);
  const path = /^file:/i.test(address) ? pathOfFileAddress(address) : address;
  try {
    return { bytes: await readFile(path), name: basename(path) };
  } catch (cause) {
    throw unreadable(path, cause as NodeJS.ErrnoException);
  }
}

function unreadable(path: string, cause: NodeJS.ErrnoException): InputError {
  const reasons: Record<string, string> = { ENOENT: 'no such file', EISDIR: 'a folder', EACCES: 'a file this user may not read' };
  const found = `${path}: ${reasons[cause.code ?? ''] ?? cause.message}`;
  const code = cause.code === 'ENOENT' ? 'not-found' : 'bad-image';
  return new InputError(code, { expected: 'a picture file', found, remedy: 'Check the path and its spelling.' }, { cause });
}

async function download(address: string, signal: AbortSignal | undefined): Promise<NamedBytes> {
  const { blob, name } = await fetchPicture(address, 'save the picture and pass its path.', signal);
  return { bytes: new Uint8Array(await blob.arrayBuffer()), name };
}

function isRawPixels(source: NodePictureSource): source is RawPixels {
  return typeof source === 'object' && source !== null && 'width' in source && 'data' in source;
}
