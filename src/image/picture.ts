import { described } from '../core/described.ts';
import { InputError } from '../core/errors.ts';

/** An opaque picture in memory: RGBA8, row-major from the top left, 4 bytes per pixel, sRGB. */
export interface Picture {
  width: number;
  height: number;
  /** `width * height * 4` bytes; every fourth is 255. */
  data: Uint8Array | Uint8ClampedArray;
}

/** Pixels as other libraries hand them over: grey, RGB or RGBA bytes, interleaved, without row padding. */
export interface RawPixels {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
  /** Bytes per pixel: 1 grey, 3 RGB, 4 RGBA. Left out: told from the length. */
  channels?: 1 | 3 | 4;
}

/** Most pixels a picture may have: 2^28, a gigabyte as RGBA. */
export const maxPixels = 2 ** 28;

const channelCounts = [1, 3, 4] as const;

/**
 * Checks raw pixels and makes them an opaque Picture. RGBA without transparency is taken over as it is, not copied;
 * transparent pixels are laid on white (see `flattenOnWhite`).
 * @throws InputError `bad-image` for sizes that are not positive integers, above 2^28 pixels, or data of another length.
 */
export function pictureFrom(pixels: RawPixels): Picture {
  const { width, height, data } = (pixels ?? {}) as RawPixels; // JavaScript may pass anything
  checkSize(width, height);
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw badImage('pixels as Uint8Array or Uint8ClampedArray', described(data), 'Pass bytes 0..255, one per channel.');
  }
  const channels = channelsOf(pixels);
  if (channels === 4) return { width, height, data: flattenOnWhite(data) };
  return { width, height, data: widen(data, channels) };
}

/** @throws InputError `bad-image` unless both sides are positive integers with at most 2^28 pixels between them. */
export function checkSize(width: number, height: number): void {
  const found = `${width} x ${height}`;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw badImage('a picture with a width and height of 1 pixel or more', found, 'Is the picture loaded and not empty?');
  }
  if (width * height > maxPixels) {
    throw badImage(`a picture of at most ${maxPixels} pixels`, found, 'Scale it down or cut it into tiles first.');
  }
}

/**
 * Lays RGBA pixels on white, as a page or a viewer shows them: dark codes and logos drawn on transparency stay visible.
 * Returns the same array where nothing is transparent, else a new one.
 */
export function flattenOnWhite<Bytes extends Uint8Array | Uint8ClampedArray>(data: Bytes): Bytes | Uint8Array {
  let pixel = 3;
  while (pixel < data.length && data[pixel] === 255) pixel += 4;
  if (pixel >= data.length) return data;
  const flat = Uint8Array.from(data);
  for (; pixel < flat.length; pixel += 4) {
    const alpha = flat[pixel]!;
    if (alpha === 255) continue;
    for (let channel = pixel - 3; channel < pixel; channel++) {
      flat[channel] = Math.round((flat[channel]! * alpha + 255 * (255 - alpha)) / 255);
    }
    flat[pixel] = 255;
  }
  return flat;
}

function channelsOf({ width, height, data, channels }: RawPixels): 1 | 3 | 4 {
  if (channels !== undefined && !channelCounts.includes(channels)) {
    throw badImage('1, 3 or 4 channels', `${channels}`, 'Convert the pixels to grey, RGB or RGBA.');
  }
  const fitting = channels ?? channelCounts.find((count) => count * width * height === data.length);
  if (fitting !== undefined && fitting * width * height === data.length) return fitting;
  const wanted = channels === undefined ? '1, 3 or 4' : `${channels}`;
  throw badImage(
    `${width} x ${height} x ${wanted} bytes of pixels`, `${data.length} bytes`,
    'Rows must follow each other without padding, one byte per channel.',
  );
}

/** Grey or RGB to opaque RGBA. */
function widen(data: Uint8Array | Uint8ClampedArray, channels: 1 | 3): Uint8Array {
  const pixels = data.length / channels;
  const wide = new Uint8Array(pixels * 4).fill(255);
  const green = channels === 3 ? 1 : 0;
  const blue = channels === 3 ? 2 : 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = pixel * channels;
    wide[pixel * 4] = data[from]!;
    wide[pixel * 4 + 1] = data[from + green]!;
    wide[pixel * 4 + 2] = data[from + blue]!;
  }
  return wide;
}

function badImage(expected: string, found: string, remedy: string): InputError {
  return new InputError('bad-image', { expected, found, remedy });
}
