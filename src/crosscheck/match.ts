/** Numbers per detection row: x1, y1, x2, y2, score, class. */
export const ROW = 6;

/** How far two engines' detections may be apart and still count as agreeing. */
export interface Tolerance {
  /** Every box side, in input pixels. */
  box: number;
  score: number;
}

/** Several times the noise of float32, far below what a user could see. */
export const FLOAT32_TOLERANCE: Tolerance = { box: 0.1, score: 1e-3 };
/** For files with float16 weights. */
export const FLOAT16_TOLERANCE: Tolerance = { box: 2, score: 0.02 };

/** How the detections of one image by two engines go together. */
export interface Match {
  /** Row indices of the same object: ours, theirs. */
  pairs: [number, number][];
  /** Rows of ours, and of theirs, without a partner. */
  unpaired: [number[], number[]];
}

/** What to make of a match. */
export interface Judgement {
  agrees: boolean;
  /** Pairs within tolerance. */
  matched: number;
  /** Pairs that are further apart than the tolerance. */
  apart: number;
  /** Our rows, and theirs, that the other engine does not have. */
  missing: [number, number];
  /** Our rows let off because they are at the end of the list. */
  letOff: number;
  /** Largest difference of a box side among pairs that count, in input pixels. */
  boxDifference: number;
  /** The same of score. */
  scoreDifference: number;
}

/** A pair: within tolerance, further apart, or let off because which of the last rows make the list is chance. */
interface JudgedPair {
  verdict: 'agrees' | 'apart' | 'chance';
  boxDifference: number;
  scoreDifference: number;
}

/** A row without a partner: missing in the other engine's list, or let off as pairs are. */
interface JudgedRow {
  verdict: 'missing' | 'chance';
  score: number;
}

/** Boxes that overlap less are different objects. */
const LEAST_OVERLAP = 0.5;
/** Rounding puts a box of hundreds of pixels, or a score, no further than so many tolerances away. */
const ROUNDING_REACH = 10;
/** Nobody is shown rows of lower scores. */
const LEAST_SHOWN = 0.05;

/**
 * Pairs the rows of one image, [rows, 6], by class and overlap, best overlap first. Order does not count: near-equal
 * scores may swap from engine to engine, so that comparing row by row would say nothing.
 */
export function matchRows(ours: Float32Array, theirs: Float32Array): Match {
  const partners = new Map<number, number>();
  const taken = new Set<number>();
  for (const [mine, other] of candidates(ours, theirs)) {
    if (partners.has(mine) || taken.has(other)) continue;
    partners.set(mine, other);
    taken.add(other);
  }
  return {
    pairs: [...partners].sort(([a], [b]) => a - b),
    unpaired: [indices(ours).filter((row) => !partners.has(row)), indices(theirs).filter((row) => !taken.has(row))],
  };
}

/**
 * Whether two engines agree on one image. Rows within tolerance of the lowest score are let off: which of those make the
 * list is chance. Of the others one in 300 may lack a partner within tolerance, if rounding alone can be the reason.
 */
export function judge({ pairs, unpaired }: Match, ours: Float32Array, theirs: Float32Array, tolerance: Tolerance): Judgement {
  const paired = pairs.map((pair) => judgePair(pair, ours, theirs, tolerance));
  const [mine, others] = [ours, theirs].map((rows, side) => unpaired[side]!.map((row) => judgeUnpaired(rows, row, tolerance))) as [JudgedRow[], JudgedRow[]];
  const apart = count(paired, 'apart');
  const missing: [number, number] = [count(mine, 'missing'), count(others, 'missing')];
  const few = apart + Math.max(...missing) <= rowCount(ours) / 300;
  const counted = paired.filter(({ verdict }) => verdict !== 'chance');
  return {
    agrees: few && [...paired, ...mine, ...others].every((row) => canBeRounding(row, tolerance)),
    matched: count(paired, 'agrees'), apart, missing,
    letOff: count(paired, 'chance') + count(mine, 'chance'),
    boxDifference: Math.max(0, ...counted.map(({ boxDifference }) => boxDifference)),
    scoreDifference: Math.max(0, ...counted.map(({ scoreDifference }) => scoreDifference)),
  };
}

function judgePair([mine, other]: [number, number], ours: Float32Array, theirs: Float32Array, tolerance: Tolerance): JudgedPair {
  const pair: JudgedPair = {
    verdict: 'apart',
    boxDifference: columnDifference(ours, mine, theirs, other, [0, 1, 2, 3]),
    scoreDifference: columnDifference(ours, mine, theirs, other, [4]),
  };
  if (isWithin(pair, tolerance, 1)) return { ...pair, verdict: 'agrees' };
  return isLast(ours, mine, tolerance) && isLast(theirs, other, tolerance) ? { ...pair, verdict: 'chance' } : pair;
}

function judgeUnpaired(rows: Float32Array, row: number, tolerance: Tolerance): JudgedRow {
  return { verdict: isLast(rows, row, tolerance) ? 'chance' : 'missing', score: rows[row * ROW + 4]! };
}

/**
 * Whether rounding alone can be the reason for a verdict: where rows do not agree, there is a partner a little further
 * away, or a score that nobody is shown.
 */
function canBeRounding(judged: JudgedPair | JudgedRow, tolerance: Tolerance): boolean {
  if (judged.verdict === 'apart') return isWithin(judged, tolerance, ROUNDING_REACH);
  if (judged.verdict === 'missing') return judged.score < LEAST_SHOWN;
  return true;
}

/** Whether a pair is no further apart than so many tolerances. */
function isWithin({ boxDifference, scoreDifference }: JudgedPair, { box, score }: Tolerance, tolerances: number): boolean {
  return boxDifference <= tolerances * box && scoreDifference <= tolerances * score;
}

function count<Verdict extends string>(judged: { verdict: Verdict }[], verdict: Verdict): number {
  return judged.filter((one) => one.verdict === verdict).length;
}

function isLast(rows: Float32Array, row: number, tolerance: Tolerance): boolean {
  return rows[row * ROW + 4]! <= rows.at(-2)! + tolerance.score;
}

function columnDifference(a: Float32Array, i: number, b: Float32Array, j: number, columns: number[]): number {
  return Math.max(...columns.map((column) => Math.abs(a[i * ROW + column]! - b[j * ROW + column]!)));
}

/** Pairs that may be the same object, best overlap first, then nearest score. */
function candidates(ours: Float32Array, theirs: Float32Array): [number, number][] {
  const found: { pair: [number, number]; overlap: number; scoreDifference: number }[] = [];
  for (const mine of indices(ours)) {
    for (const other of indices(theirs)) {
      if (ours[mine * ROW + 5] !== theirs[other * ROW + 5]) continue;
      const common = overlap(ours, mine * ROW, theirs, other * ROW);
      if (common < LEAST_OVERLAP) continue;
      found.push({ pair: [mine, other], overlap: common, scoreDifference: Math.abs(ours[mine * ROW + 4]! - theirs[other * ROW + 4]!) });
    }
  }
  return found.sort((a, b) => b.overlap - a.overlap || a.scoreDifference - b.scoreDifference).map(({ pair }) => pair);
}

/** Intersection over union of two boxes; 1 for two boxes without area in the same place. */
function overlap(a: Float32Array, i: number, b: Float32Array, j: number): number {
  const width = Math.min(a[i + 2]!, b[j + 2]!) - Math.max(a[i]!, b[j]!);
  const height = Math.min(a[i + 3]!, b[j + 3]!) - Math.max(a[i + 1]!, b[j + 1]!);
  const common = Math.max(0, width) * Math.max(0, height);
  const union = area(a, i) + area(b, j) - common;
  if (union > 0) return common / union;
  return [0, 1, 2, 3].every((side) => Math.abs(a[i + side]! - b[j + side]!) < 1e-3) ? 1 : 0;
}

function area(rows: Float32Array, start: number): number {
  return (rows[start + 2]! - rows[start]!) * (rows[start + 3]! - rows[start + 1]!);
}

function rowCount(rows: Float32Array): number {
  return rows.length / ROW;
}

function indices(rows: Float32Array): number[] {
  return Array.from({ length: rowCount(rows) }, (_, row) => row);
}
