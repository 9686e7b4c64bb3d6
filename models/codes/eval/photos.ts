import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../../src/core/errors.ts';
import { overlapOf, type Edges } from './ap.ts';

/** A row of the photos' labels.json. */
export interface PhotoLabel {
  readonly file: string;
  /** Class name, or `none` for a picture without codes. */
  readonly class: string;
  /** What a decoder located; incomplete, and for 1-D codes only a scan line. */
  readonly found: readonly { readonly format: string; readonly quad: readonly (readonly [number, number])[] }[];
}

export interface PhotoDetection {
  readonly label: string;
  readonly score: number;
  readonly edges: Edges;
}

/** Detections below this score do not count. */
export const LEAST_SCORE = 0.25;
const LEAST_OVERLAP = 0.5;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The rows of the folder's labels.json; undefined where there is no such file and none was asked for.
 * @throws InputError 'not-found' where one was
 */
export function readLabels(folder: string, wanted: boolean): PhotoLabel[] | undefined {
  const path = join(folder, 'labels.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as PhotoLabel[];
  if (!wanted) return undefined;
  const found = existsSync(folder) ? 'none there' : 'no such folder';
  throw new InputError('not-found', { expected: `labels.json in the folder of photos ${folder}`, found, remedy: 'Correct --photos, or leave it out.' });
}

/** So many photos, in their order: the first of every class, then about the same share of each, spread over it. */
export function spread(photos: readonly PhotoLabel[], limit: number): PhotoLabel[] {
  const ranks = new Map<string, number>();
  const keys = photos.map(({ class: name }) => {
    const rank = ranks.get(name) ?? 0;
    ranks.set(name, rank + 1);
    return (rank * GOLDEN) % 1; // multiples of the golden ratio lie evenly between 0 and 1, however many there are
  });
  const order = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!);
  const taken = new Set(order.slice(0, limit));
  return photos.filter((_, i) => taken.has(i));
}

/**
 * A picture of a code is right when some detection of its class reaches the score and, where corner points of 2-D codes of
 * that class are known, overlaps the bounding box of one by half or more; a picture without codes is right when nothing is
 * reported.
 */
export function isRight(photo: PhotoLabel, detections: readonly PhotoDetection[]): boolean {
  const reported = detections.filter(({ score }) => score >= LEAST_SCORE);
  if (photo.class === 'none') return reported.length === 0;
  const own = reported.filter(({ label }) => label === photo.class);
  const quads = quadsOf(photo);
  if (quads.length === 0) return own.length > 0;
  return own.some(({ edges }) => quads.some((quad) => overlapOf(edges, quad) >= LEAST_OVERLAP));
}

/** Bounding boxes of the located codes of the photo's class. A 2-D format's name holds its class's: QRCode, MicroQRCode. */
function quadsOf({ class: name, found }: PhotoLabel): Edges[] {
  if (name === 'linear') return [];
  return found.filter(({ format, quad }) => format.toLowerCase().includes(name) && quad.length >= 3).map(({ quad }) => boundingBox(quad));
}

function boundingBox(points: readonly (readonly [number, number])[]): Edges {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** How many of a class's pictures are right. */
export interface Share {
  readonly right: number;
  readonly of: number;
}

/** Shares per class in the order of first appearance; `codes` sums every class but `none`. */
export function sharesByClass(results: readonly { readonly class: string; readonly right: boolean }[]): Map<string, Share> {
  const shares = new Map<string, Share>();
  const add = (key: string, right: boolean): void => {
    const old = shares.get(key) ?? { right: 0, of: 0 };
    shares.set(key, { right: old.right + Number(right), of: old.of + 1 });
  };
  for (const result of results) {
    add(result.class, result.right);
    if (result.class !== 'none') add('codes', result.right);
  }
  return shares;
}
