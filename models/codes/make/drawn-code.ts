import type { Ink } from './ink.ts';

/** What the encoder returns for matrix and stacked codes, for bar codes, and for MaxiCode. */
export interface Encoded {
  readonly pixs?: readonly number[];
  readonly pixx?: number;
  readonly pixy?: number;
  readonly sbs?: readonly number[];
  readonly bhs?: readonly number[];
  readonly bbs?: readonly number[];
  /** Characters and the middle of each, in modules from the first bar; below the bars where y is negative; font; its size. */
  readonly txt?: readonly (readonly [text: string, x: number, y: number, font: string, points: number])[];
}

/** A digit with a place of its own: left end and baseline from the code's upper left corner, and size, in pixels. */
export interface Digit {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** A drawn code: nothing but its modules, which touch all four edges of the bitmap. */
export interface DrawnCode {
  readonly ink: Ink;
  readonly text: string;
  /** Digits between and beside the guard bars (EAN and UPC), where there are such bars. */
  readonly digits: readonly Digit[];
}

/** Most pixels along a side of a bitmap. */
export const LONGEST_SIDE = 640;
