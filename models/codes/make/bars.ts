import { createInk, fillRect } from './ink.ts';
import type { Random } from './random.ts';
import { LONGEST_SIDE, type DrawnCode, type Encoded } from './drawn-code.ts';

/** How many modules the encoder means by one unit of a bar's height: an inch, at a point a module. */
const MODULES_IN_HEIGHT = 72;
/** Most pixels a module. */
const PITCH = 6;

/**
 * Draws a bar code at `pitch` pixels a module. `sbs` alternates widths of bars and spaces; `bhs` and `bbs` are the bars'
 * heights and lower ends. Guard bars of EAN and UPC hang below the others, and the bars of an add-on begin lower.
 */
export function drawBars(random: Random, encoded: Encoded, bearer: boolean): Omit<DrawnCode, 'text'> {
  const widths = trimmed(encoded.sbs ?? []);
  const modules = widths.reduce((sum, width) => sum + width, 0);
  const pitch = Math.max(1, Math.min(PITCH, Math.floor(LONGEST_SIDE / modules)));
  const height = Math.round(modules * pitch * random.logBetween(0.12, 0.9));
  const spread = random.chance(0.25) ? random.between(-0.25, 0.3) * pitch : 0;
  const ends = endsOf(encoded);
  const hang = Math.round(Math.max(0, ...ends.map(({ below }) => below)) * MODULES_IN_HEIGHT * pitch);
  const ink = createInk(Math.round(modules * pitch), height + hang);
  let at = 0;
  widths.forEach((width, i) => {
    const { above, below } = ends[i / 2] ?? { above: 0, below: 0 };
    const [top, bottom] = [Math.round(above * height), height + Math.round(below * MODULES_IN_HEIGHT * pitch)];
    if (i % 2 === 0) fillRect(ink, at * pitch, top, width * pitch + spread, bottom - top);
    at += width;
  });
  if (bearer) for (const top of [0, height - 4 * pitch]) fillRect(ink, 0, top, ink.width, 4 * pitch);
  // The encoder names the middle of each digit's seven modules; those of an add-on stand in the room above its bars.
  const digits = hang === 0 ? [] : (encoded.txt ?? []).map(([text, x, y, , points]) => {
    const size = points * 0.72 * pitch;
    return { text, x: (x - 3.5) * pitch, y: y < 0 ? height + 0.8 * size : 0.13 * height, size };
  });
  return { ink, digits };
}

/** Widths from the first bar to the last; an encoder may give empty ones before and after them. */
function trimmed(widths: readonly number[]): number[] {
  const all = widths.slice();
  while (all[0] === 0) all.splice(0, 2);
  if (all.length % 2 === 0) all.pop();
  while (all.at(-1) === 0) all.splice(-2);
  return all;
}

/** For each bar, which share of the usual height it begins below the top, and how far it hangs below the others. */
function endsOf({ bhs = [], bbs = [] }: Encoded): { above: number; below: number }[] {
  const tops = bhs.map((height, i) => height + (bbs[i] ?? 0));
  const highest = Math.max(...tops);
  return tops.map((top, i) => ({ above: 1 - top / highest, below: Math.max(0, -(bbs[i] ?? 0)) }));
}
