import type { Tolerance } from './match.ts';

export type CheckStatus = 'passed' | 'failed' | 'skipped';

/** What a check looks at: this engine alone, the file run by another engine against it, or that in float32. */
export type CheckGroup = 'independence' | 'detections' | 'heads' | 'rounding';

/** One thing that was tried, and how it went. */
export interface Check {
  /** Stable name, e.g. `independence/permuted/3`. */
  id: string;
  group: CheckGroup;
  batch: number;
  /** What holds if it passed, a short clause. */
  claim: string;
  status: CheckStatus;
  /** The figures, or why it failed or was skipped. */
  detail: string;
  figures?: CheckFigures;
}

export interface CheckFigures {
  /** Rows with a partner within tolerance, of how many. */
  matched: number;
  of: number;
  /** Rows let off, because it is chance which rows of the lowest scores are listed. */
  letOff: number;
  /** Input pixels. */
  boxDifference: number;
  scoreDifference: number;
}

/** A detection as shown in a report: corners in input pixels. */
export interface ShownBox {
  label: string;
  classId: number;
  score: number;
  corners: [x1: number, y1: number, x2: number, y2: number];
}

/** One picture of the largest batch, with what each engine saw in it. */
export interface ShownPicture {
  name: string;
  /** Its slot in the batch. */
  slot: number;
  /** [3, height, width], RGB in 0..1. */
  pixels: Float32Array;
  /** This engine, the picture alone. */
  alone: ShownBox[];
  /** The other engine, in the batch; null where there is none or it failed. */
  peer: ShownBox[] | null;
}

export interface ValidationReport {
  /** False where any check failed. */
  passed: boolean;
  model: { scale: string; classCount: number; opset: number; producer: string; bytes: number };
  input: { height: number; width: number };
  engine: string;
  /** The other engine, or null with the reason in `withoutPeer`. */
  peer: string | null;
  withoutPeer: string | null;
  tolerance: Tolerance;
  checks: Check[];
  /** The first layer where the two engines differ, looked for where detections differ. */
  firstDifference: { tensor: string; difference: number } | null;
  pictures: ShownPicture[];
  milliseconds: number;
}

/** Two digits that people can read: 0, 0.23, 32, 7.5e-8. */
export function roughly(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(2)));
}

/** How many checks went which way. */
export function tally(checks: Check[]): Record<CheckStatus, number> {
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

/** The report as JSON, without the pictures' pixels. */
export function reportJson(report: ValidationReport): string {
  return JSON.stringify(report, (key, value: unknown) => (key === 'pixels' ? undefined : value), 2);
}
