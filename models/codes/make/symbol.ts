import bwip from 'bwip-js/node';
import { createInk, fillRect, fillWhere, type Ink } from './ink.ts';
import type { Random } from './random.ts';
import { randomSymbol, type CodeClass, type Symbol } from './symbologies.ts';

/** What the encoder returns for matrix and stacked codes, for bar codes, and for MaxiCode. */
interface Encoded {
  readonly pixs?: readonly number[];
  readonly pixx?: number;
  readonly pixy?: number;
  readonly sbs?: readonly number[];
  readonly bhs?: readonly number[];
}

/** A drawn code: nothing but its modules, which touch all four edges of the bitmap. */
export interface DrawnCode {
  readonly ink: Ink;
  readonly text: string;
  /** Longer guard bars, in pixels, that hang below the other bars (EAN and UPC). */
  readonly guard: number;
}

const LONGEST_SIDE = 400;

/** Encodes and draws a random symbol of the class. Contents that the encoder refuses are drawn anew. */
export function drawSymbol(random: Random, codeClass: CodeClass): DrawnCode {
  for (let tries = 0; tries < 50; tries++) {
    const symbol = randomSymbol(random, codeClass);
    const encoded = encode(symbol);
    if (encoded === undefined) continue;
    if (codeClass === 'maxicode') return { ink: drawMaxicode(encoded.pixs ?? []), text: '', guard: 0 };
    return encoded.sbs === undefined
      ? { ink: drawModules(random, encoded, codeClass), text: symbol.text, guard: 0 }
      : drawBars(random, encoded, symbol);
  }
  throw new Error(`The encoder refused 50 contents of class ${codeClass} in a row.`);
}

function encode(symbol: Symbol): Encoded | undefined {
  try {
    // The named export of the same name is another function: the renderer of the symbology called "raw".
    // oxlint-disable-next-line import/no-named-as-default-member
    const [encoded] = bwip.raw({ bcid: symbol.bcid, text: symbol.text, ...symbol.options } as bwip.RawOptions);
    return encoded as Encoded | undefined;
  } catch {
    return undefined;
  }
}

function drawModules(random: Random, encoded: Encoded, codeClass: CodeClass): Ink {
  const columns = encoded.pixx ?? 1;
  const pixs = encoded.pixs ?? [];
  const tall = codeClass === 'linear' ? random.between(0.9, 1.6) : 1;
  const heights = rowHeights(pixs.length / columns, encoded.pixy ?? 1).map((height) => height * tall);
  const total = heights.reduce((sum, height) => sum + height, 0);
  const size = Math.max(1, Math.min(12, Math.floor(LONGEST_SIDE / Math.max(columns, total))));
  const ink = createInk(columns * size, Math.round(total * size));
  const gap = codeClass !== 'pdf417' && codeClass !== 'linear' && random.chance(0.08) ? Math.max(1, size / 5) : 0;
  const dots = gap > 0 && codeClass === 'datamatrix';
  let end = 0;
  heights.forEach((height, row) => {
    const top = Math.round(end * size);
    end += height;
    for (let column = 0; column < columns; column++) {
      if (pixs[row * columns + column] !== 1) continue;
      fillRect(ink, column * size, top, size - gap, Math.round(end * size) - top - (dots ? gap : 0));
    }
  });
  return ink;
}

/**
 * Heights of the encoded rows in modules. The encoder lists each row once and gives their total: equal rows (all matrix
 * codes, PDF417), or DataBar's tall rows with separators of one module between them (one in a stack of three, else three).
 */
function rowHeights(rows: number, total: number): number[] {
  if (total % rows === 0) return Array.from({ length: rows }, () => total / rows);
  const period = rows === 3 ? 2 : 4;
  const tallRows = (rows - 1) / period + 1;
  return Array.from({ length: rows }, (_, row) => (row % period === 0 ? (total - rows + tallRows) / tallRows : 1));
}

/** Bars at `pitch` pixels a module; `sbs` alternates bar and space widths, `bhs` the bars' heights. */
function drawBars(random: Random, encoded: Encoded, symbol: Symbol): DrawnCode {
  const widths = (encoded.sbs ?? []).slice();
  const skipped = widths[0] === 0 ? (widths[1] ?? 0) : 0;
  if (widths.length % 2 === 0) widths.pop();
  const modules = widths.reduce((sum, width) => sum + width, 0) - skipped;
  const pitch = Math.max(1, Math.min(6, Math.floor(LONGEST_SIDE / modules)));
  const height = Math.round(modules * pitch * random.logBetween(0.12, 0.9));
  const heights = encoded.bhs ?? [];
  const usual = Math.min(...heights.slice(0, 8));
  const guard = Math.max(...heights) > usual * 1.02 ? Math.round(height * 0.07) : 0;
  const spread = random.chance(0.25) ? random.between(-0.25, 0.3) * pitch : 0;
  const ink = createInk(Math.round(modules * pitch), height + guard);
  let at = -skipped;
  widths.forEach((width, i) => {
    const tall = guard > 0 && (heights[i / 2] ?? 0) > usual * 1.02;
    if (i % 2 === 0 && width > 0) fillRect(ink, at * pitch, 0, width * pitch + spread, tall ? height + guard : height);
    at += width;
  });
  return { ink, text: symbol.text, guard };
}

/** MaxiCode (ISO/IEC 16023): 33 rows of hexagons, odd rows shifted by half a module, rings round the middle. */
function drawMaxicode(cells: readonly number[]): Ink {
  const module = 12;
  const rowPitch = module * Math.sqrt(3) / 2;
  const ink = createInk(30 * module, Math.round(32 * rowPitch + module * 1.1547));
  const dark = new Set(cells);
  const middle = { x: 14.5 * module, y: 16 * rowPitch + module * 0.577 };
  fillWhere(ink, (x, y) => {
    const radius = Math.hypot(x - middle.x, y - middle.y) / module;
    if (radius < 4.42) return (radius > 0.58 && radius < 1.34) || (radius > 2.11 && radius < 2.88) || radius > 3.64;
    return inHexagon(dark, x / module, y / module);
  });
  return ink;
}

function inHexagon(dark: ReadonlySet<number>, x: number, y: number): boolean {
  const row = Math.round((y - 0.577) / 0.866);
  for (const r of [row - 1, row, row + 1]) {
    const column = Math.floor(x - (r % 2 === 0 ? 0 : 0.5));
    if (column < 0 || column > 29 || !dark.has(r * 30 + column)) continue;
    const dx = Math.abs(x - column - (r % 2 === 0 ? 0.5 : 1));
    const dy = Math.abs(y - r * 0.866 - 0.577);
    if (dx < 0.44 && dy < 0.5 - dx * 0.577) return true;
  }
  return false;
}
