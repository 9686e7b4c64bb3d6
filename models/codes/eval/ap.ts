/** Left, top, right, bottom in pixels. */
export type Edges = readonly [number, number, number, number];

/** One reported box of a class, and one that should be found. */
export interface Found {
  readonly classId: number;
  readonly score: number;
  readonly edges: Edges;
}

export interface Wanted {
  readonly classId: number;
  readonly edges: Edges;
}

/** A picture's detections, best first or not, and its labels. */
export interface Judged {
  readonly found: readonly Found[];
  readonly wanted: readonly Wanted[];
}

/** Average precision of one class; undefined where no picture shows the class. */
export interface ClassPrecision {
  readonly targets: number;
  readonly ap50: number | undefined;
  readonly ap: number | undefined;
}

/** Overlaps at which COCO averages: 0.50, 0.55, … 0.95. */
export const OVERLAPS: readonly number[] = Array.from({ length: 10 }, (_, i) => (50 + 5 * i) / 100);
const MOST_PER_PICTURE = 100;

/** Areas in square pixels, the lower bound included. */
export type AreaRange = readonly [number, number];

/** COCO's small, medium and large objects. */
export const AREAS: Readonly<Record<'small' | 'medium' | 'large', AreaRange>> = {
  small: [0, 32 ** 2], medium: [32 ** 2, 96 ** 2], large: [96 ** 2, Infinity],
};
const ANY_AREA: AreaRange = [0, Infinity];

/** Intersection over union; 0 for boxes without area. */
export function overlapOf(a: Edges, b: Edges): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (areaOf(a) + areaOf(b) - both);
}

function areaOf([left, top, right, bottom]: Edges): number {
  return (right - left) * (bottom - top);
}

/**
 * COCO average precision per class: AP50, and the mean over overlaps 0.50 … 0.95. Detections are matched best first, each to
 * the free target it overlaps most; at most 100 detections a picture and class count. Precision is made monotone and
 * read at 101 recalls. With a range of areas only targets within it count; detections that match another one, or match none and
 * are outside themselves, count neither way. (COCO's rules, without crowds.)
 */
export function precisionByClass(pictures: readonly Judged[], classes: number, range = ANY_AREA): ClassPrecision[] {
  return Array.from({ length: classes }, (_, classId) => {
    const targets = pictures.reduce((sum, { wanted }) => sum + wanted.filter((w) => w.classId === classId && isWithin(w.edges, range)).length, 0);
    if (targets === 0) return { targets, ap50: undefined, ap: undefined };
    const each = OVERLAPS.map((least) => {
      const matches = pictures.flatMap((picture) => matchClass(picture, classId, least, range));
      return averagePrecision(matches, targets);
    });
    return { targets, ap50: each[0], ap: mean(each) };
  });
}

/** Mean over the classes that occur. */
export function meanPrecision(classes: readonly ClassPrecision[]): { ap50: number; ap: number } {
  const seen = classes.filter((c) => c.targets > 0);
  return { ap50: mean(seen.map((c) => c.ap50 ?? 0)), ap: mean(seen.map((c) => c.ap ?? 0)) };
}

interface Match {
  readonly score: number;
  readonly hit: boolean;
}

function isWithin(edges: Edges, [low, high]: AreaRange): boolean {
  const area = areaOf(edges);
  return area >= low && area < high;
}

function matchClass({ found, wanted }: Judged, classId: number, least: number, range: AreaRange): Match[] {
  const targets = wanted.filter((w) => w.classId === classId);
  const counted = targets.filter((w) => isWithin(w.edges, range));
  const others = targets.filter((w) => !isWithin(w.edges, range));
  const taken = new Set<Wanted>();
  const ranked = found.filter((f) => f.classId === classId).sort((a, b) => b.score - a.score).slice(0, MOST_PER_PICTURE);
  return ranked.flatMap(({ score, edges }) => {
    const own = closest(edges, counted, taken, least);
    const other = own === undefined ? closest(edges, others, taken, least) : undefined;
    const target = own ?? other;
    if (target !== undefined) taken.add(target);
    if (own === undefined && (other !== undefined || !isWithin(edges, range))) return [];
    return [{ score, hit: own !== undefined }];
  });
}

/** The target not yet taken that the edges overlap most, by `least` or more. */
function closest(edges: Edges, targets: readonly Wanted[], taken: ReadonlySet<Wanted>, least: number): Wanted | undefined {
  let best: Wanted | undefined;
  let most = least;
  for (const target of targets) {
    const overlap = taken.has(target) ? -1 : overlapOf(edges, target.edges);
    if (overlap >= most) [best, most] = [target, overlap];
  }
  return best;
}

/** Area under the monotone precision curve, read at recalls 0, 0.01, … 1. */
export function averagePrecision(matches: readonly Match[], targets: number): number {
  const ranked = [...matches].sort((a, b) => b.score - a.score);
  let hits = 0;
  const recalls: number[] = [];
  const precisions: number[] = [];
  ranked.forEach(({ hit }, i) => {
    if (hit) hits++;
    recalls.push(hits / targets);
    precisions.push(hits / (i + 1));
  });
  for (let i = precisions.length - 2; i >= 0; i--) precisions[i] = Math.max(precisions[i]!, precisions[i + 1]!);
  let sum = 0;
  for (let step = 0, i = 0; step <= 100; step++) {
    while (i < recalls.length && recalls[i]! < step / 100 - 1e-12) i++;
    sum += precisions[i] ?? 0;
  }
  return sum / 101;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
