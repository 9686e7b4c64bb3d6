import { described } from '../core/described.ts';
import { InputError } from '../core/errors.ts';
import { fetchPicture } from './fetch-picture.ts';
import { checkSize, pictureFrom, type Picture, type RawPixels } from './picture.ts';

/** What a browser accepts as a picture: anything drawable, an address, an encoded file, or raw pixels. */
export type BrowserPictureSource =
  | HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap | ImageData | HTMLVideoElement | VideoFrame
  | Blob | string | URL | Uint8Array | ArrayBuffer | RawPixels;

type Drawable = HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap | HTMLVideoElement | VideoFrame;
type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

const OTHERWISE = 'have a picture\'s site permit reading it (Access-Control-Allow-Origin).';

/**
 * Reads the pixels of whatever a page has, as the page shows them: upright, transparency on white, 8-bit sRGB. A video
 * gives the frame shown now. The source stays the caller's: nothing is closed, but an `<img>` that waits to come into view
 * (`loading="lazy"`) is loaded now.
 * @param options.signal ends the download of an address; its reason is thrown
 * @throws InputError `bad-image` (not loaded, empty, closed, no picture, or from a site whose pixels this page may not
 * read), `bad-argument` for an address that is none, `not-found` or `offline` for one that cannot be fetched.
 */
export async function pictureOf(source: BrowserPictureSource, { signal }: { signal?: AbortSignal } = {}): Promise<Picture> {
  if (typeof source === 'string' || source instanceof URL) {
    const { blob, name } = await fetchPicture(String(source), OTHERWISE, signal);
    return decodeBlob(blob, name);
  }
  if (source instanceof Blob) return decodeBlob(source, source instanceof File ? source.name : 'the given Blob');
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) {
    return decodeBlob(new Blob([new Uint8Array(source)]), 'the given bytes'); // a copy: a Blob takes no shared memory
  }
  if (typeof source !== 'object' || source === null) throw notDrawable(source);
  if ('data' in source) return isForeignColour(source) ? readback(repaint(source), source.width, source.height) : pictureFrom(source);
  if ('decode' in source && !source.complete) await loaded(source);
  const { width, height } = sizeOf(source);
  return readback(source, width, height);
}

/** Waits for an image element. One that is lazy and out of view would not begin by itself. */
async function loaded(image: HTMLImageElement): Promise<void> {
  image.loading = 'eager';
  await image.decode().catch(() => undefined);
}

/** The size in pixels of a drawable, whatever size the page shows it at; of an image out of a `srcset`, as its density has it. */
function sizeOf(source: Drawable): { width: number; height: number } {
  if ('naturalWidth' in source) return sized(source.naturalWidth, source.naturalHeight, 'an image element that did not load');
  if ('videoWidth' in source) {
    const hasFrame = source.readyState >= 2;
    return sized(hasFrame ? source.videoWidth : 0, source.videoHeight, 'a video without a frame yet: wait for its "loadeddata" event');
  }
  if ('displayWidth' in source) return sized(source.displayWidth, source.displayHeight, 'a VideoFrame that is closed');
  if ('width' in source && typeof source.width === 'number') return sized(source.width, source.height, 'an empty canvas or closed ImageBitmap');
  throw notDrawable(source);
}

function sized(width: number, height: number, otherwise: string): { width: number; height: number } {
  if (!(width > 0 && height > 0)) throw badImage('a picture with pixels', otherwise, 'Detect after it has loaded and before it is closed.');
  checkSize(width, height);
  return { width, height };
}

let scratch: Context | undefined;
/** Pixels of a canvas that is kept: 64 MB. */
const KEPT_PIXELS = 2 ** 24;

/** Draws on white and reads back; one canvas serves all calls, for nothing is awaited in between. */
function readback(source: Drawable, width: number, height: number): Picture {
  scratch ??= newContext(width, height, 'srgb');
  const { canvas } = scratch;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  scratch.fillStyle = '#fff';
  scratch.fillRect(0, 0, width, height);
  let data: Uint8ClampedArray;
  try {
    scratch.drawImage(source, 0, 0, width, height);
    ({ data } = scratch.getImageData(0, 0, width, height));
  } catch (cause) {
    scratch = undefined; // a tainted canvas stays tainted
    throw unreadable(cause);
  }
  const drawn = data[3] === 255; // beyond its limits a canvas holds nothing, not even the white, and never again will
  if (!drawn || width * height > KEPT_PIXELS) scratch = undefined;
  if (!drawn) throw badImage('a picture that a canvas of this browser can hold', `${width} x ${height}`, 'Scale it down or cut it into tiles first.');
  return { width, height, data };
}

function newContext(width: number, height: number, colorSpace: PredefinedColorSpace): Context {
  const canvas = typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(width, height);
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { colorSpace, willReadFrequently: true }) as Context | null;
  if (context) return context;
  throw badImage('a canvas to read pixels with', `none of ${width} x ${height} in this browser`, 'Scale the picture down first.');
}

function isForeignColour(source: ImageData | RawPixels): source is ImageData {
  return 'colorSpace' in source && (source.colorSpace !== 'srgb' || !(source.data instanceof Uint8ClampedArray));
}

/** Image data of another colour space, on a canvas of that space, from where drawing converts it. */
function repaint(source: ImageData): OffscreenCanvas | HTMLCanvasElement {
  const context = newContext(source.width, source.height, source.colorSpace);
  try {
    context.putImageData(source, 0, 0);
  } catch (cause) {
    throw unreadable(cause); // its pixels went to a worker
  }
  return context.canvas;
}

async function decodeBlob(blob: Blob, name: string): Promise<Picture> {
  if (blob.type.startsWith('image/svg') && typeof Image !== 'undefined') return decodeSvg(blob, name);
  const bitmap = await createImageBitmap(blob).catch((cause: unknown) => {
    throw undecodable(name, blob, cause);
  });
  try {
    return readback(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/** Browsers rasterise SVG only through an image element. */
async function decodeSvg(blob: Blob, name: string): Promise<Picture> {
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  try {
    await image.decode();
    return await pictureOf(image);
  } catch (cause) {
    throw cause instanceof InputError ? cause : undecodable(name, blob, cause);
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

function unreadable(cause: unknown): InputError {
  if (cause instanceof DOMException && cause.name === 'SecurityError') {
    return badImage(
      'a picture whose pixels this page may read', 'one from another site (a tainted canvas)',
      'Set crossOrigin = "anonymous" before its src and have that site send Access-Control-Allow-Origin, or pass its Blob.', cause,
    );
  }
  return badImage('a picture that can be drawn', cause instanceof Error ? cause.message : String(cause), 'Is it loaded and not closed?', cause);
}

function undecodable(name: string, blob: Blob, cause: unknown): InputError {
  const found = blob.size === 0 ? `${name}: an empty file` : `${name}: ${blob.size} bytes of ${blob.type || 'unknown type'}`;
  const remedy = blob.type.startsWith('image/svg') ? 'A worker draws no SVG: pass a bitmap that the page made of it.' : 'Is it a complete picture file? SVG is taken as a Blob of its type.';
  return badImage('a picture this browser can decode', found, remedy, cause);
}

function notDrawable(source: unknown): InputError {
  return badImage('an image, canvas, video, frame, Blob, URL or raw pixels { width, height, data }', described(source), 'Pass one of these.');
}

function badImage(expected: string, found: string, remedy: string, cause?: unknown): InputError {
  return new InputError('bad-image', { expected, found, remedy }, { cause });
}
