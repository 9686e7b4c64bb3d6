import type { Ink } from './ink.ts';
import type { Colour, Picture } from './picture.ts';
import type { Area, Sprite } from './sprite.ts';
import type { Point, Warp } from './warp.ts';

/** Ink and paper; paper undefined lets the ground show between the ink. Alpha 1 covers fully. */
export interface Print {
  readonly ink: Colour;
  readonly paper?: Colour;
  readonly alpha: number;
}

/** Left, top, right, bottom in picture pixels. */
export type Box = readonly [number, number, number, number];

/** Draws the sprite, or the given area of it, through the warp, sampled from the level nearest to the picture's resolution. */
export function place(picture: Picture, sprite: Sprite, warp: Warp, print: Print, area: Area = wholeOf(sprite)): void {
  const full = sprite.levels[0] as Ink;
  const outline = outlineOf(warp, wholeOf(sprite), full);
  const [left, top, right, bottom] = boundsOf(outline);
  const texels = (full.width * full.height) / Math.max(1, Math.abs(areaOf(outline)));
  const level = Math.max(0, Math.min(sprite.levels.length - 1, Math.floor(Math.log2(texels) / 2 + 0.3)));
  const ink = sprite.levels[level] as Ink;
  const x1 = Math.min(picture.width, Math.ceil(right));
  const y1 = Math.min(picture.height, Math.ceil(bottom));
  for (let y = Math.max(0, Math.floor(top)); y < y1; y++) {
    for (let x = Math.max(0, Math.floor(left)); x < x1; x++) {
      const at = warp.inverse(x + 0.5, y + 0.5);
      if (at !== undefined && contains(area, at[0] * full.width, at[1] * full.height)) blend(picture, (y * picture.width + x) * 3, sample(ink, at[0], at[1]), print);
    }
  }
}

/** The sprite from edge to edge, in its own pixels. */
export function wholeOf({ levels: [full] }: Sprite): Area {
  const { width, height } = full as Ink;
  return { x: 0, y: 0, width, height };
}

function contains(area: Area, x: number, y: number): boolean {
  return x >= area.x && y >= area.y && x <= area.x + area.width && y <= area.y + area.height;
}

function blend(picture: Picture, at: number, darkness: number, print: Print): void {
  const { data } = picture;
  for (let c = 0; c < 3; c++) {
    const old = data[at + c] as number;
    const paper = print.paper === undefined ? old : (print.paper[c] as number);
    const printed = paper + ((print.ink[c] as number) - paper) * darkness;
    data[at + c] = old + (printed - old) * print.alpha;
  }
}

/** Ink between 0 and 1 at (u, v), bilinear. */
function sample(ink: Ink, u: number, v: number): number {
  const x = Math.max(0, Math.min(ink.width - 1.001, u * ink.width - 0.5));
  const y = Math.max(0, Math.min(ink.height - 1.001, v * ink.height - 0.5));
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const fx = x - x0;
  const at = y0 * ink.width + x0;
  const { data } = ink;
  const upper = (data[at] as number) * (1 - fx) + (data[at + 1] as number) * fx;
  if (y0 + 1 >= ink.height) return upper / 255;
  const lower = (data[at + ink.width] as number) * (1 - fx) + (data[at + ink.width + 1] as number) * fx;
  return (upper + (lower - upper) * (y - y0)) / 255;
}

/** The area's outline as it appears in the picture, 24 points a side (bent sides stay bent). */
export function outlineOf(warp: Warp, area: Area, full: { readonly width: number; readonly height: number }): Point[] {
  const points: Point[] = [];
  const steps = 24;
  const corners = [[0, 0], [1, 0], [1, 1], [0, 1]] as const;
  corners.forEach(([u0, v0], i) => {
    const [u1, v1] = corners[(i + 1) % 4] as Point;
    for (let s = 0; s < steps; s++) {
      const u = (area.x + area.width * (u0 + ((u1 - u0) * s) / steps)) / full.width;
      const v = (area.y + area.height * (v0 + ((v1 - v0) * s) / steps)) / full.height;
      points.push(warp.forward(u, v));
    }
  });
  return points;
}

export function boundsOf(points: readonly Point[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return [left, top, right, bottom];
}

/** Signed area (shoelace). */
export function areaOf(points: readonly Point[]): number {
  let twice = 0;
  points.forEach(([x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % points.length] as Point;
    twice += x * nextY - nextX * y;
  });
  return twice / 2;
}

/** The part of a polygon inside [0,width]×[0,height] (Sutherland and Hodgman, one border after the other). */
export function clipToPicture(points: readonly Point[], width: number, height: number): Point[] {
  const borders: readonly ((p: Point) => number)[] = [([x]) => x, ([x]) => width - x, ([, y]) => y, ([, y]) => height - y];
  let kept: readonly Point[] = points;
  for (const distance of borders) {
    const next: Point[] = [];
    kept.forEach((point, i) => {
      const before = kept[(i + kept.length - 1) % kept.length] as Point;
      const [a, b] = [distance(before), distance(point)];
      if (a < 0 !== b < 0) {
        const share = a / (a - b);
        next.push([before[0] + (point[0] - before[0]) * share, before[1] + (point[1] - before[1]) * share]);
      }
      if (b >= 0) next.push(point);
    });
    kept = next;
  }
  return [...kept];
}
