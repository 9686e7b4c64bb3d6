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

/**
 * A picture of a code is right when some detection of its class reaches the score and, where corner points of a
 * 2-D code are known, overlaps their bounding box by half or more; a picture without codes is right when nothing is reported.
 */
export function isRight(photo: PhotoLabel, detections: readonly PhotoDetection[]): boolean {
  const reported = detections.filter(({ score }) => score >= LEAST_SCORE);
  if (photo.class === 'none') return reported.length === 0;
  const own = reported.filter(({ label }) => label === photo.class);
  const quads = photo.class === 'linear' ? [] : photo.found.filter(({ quad }) => quad.length >= 3).map(({ quad }) => boundingBox(quad));
  if (quads.length === 0) return own.length > 0;
  return own.some(({ edges }) => quads.some((quad) => overlapOf(edges, quad) >= LEAST_OVERLAP));
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
