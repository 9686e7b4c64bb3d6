import bwip from 'bwip-js/node';
import { drawBars } from './bars.ts';
import { LONGEST_SIDE, type DrawnCode, type Encoded } from './drawn-code.ts';
import { createInk, fillRect, fillWhere, type Ink } from './ink.ts';
import type { Random } from './random.ts';
import { randomSymbol, type CodeClass, type Symbol } from './symbologies.ts';

/** Encodes and draws a random symbol of the class. Contents that the encoder refuses are drawn anew. */
export function drawSymbol(random: Random, codeClass: CodeClass): DrawnCode {
  for (let tries = 0; tries < 50; tries++) {
    const symbol = randomSymbol(random, codeClass);
    const encoded = encode(symbol);
    if (encoded === undefined) continue;
    if (codeClass === 'maxicode') return { ink: drawMaxicode(encoded.pixs ?? []), text: '', digits: [] };
    return encoded.sbs === undefined
      ? { ink: drawModules(random, encoded, codeClass), text: symbol.text, digits: [] }
      : { ...drawBars(random, encoded, symbol.bcid === 'itf14' && random.chance(0.6)), text: symbol.text };
  }
  throw new Error(`The encoder refused 50 contents of class ${codeClass} in a row.`);
}

/** The symbol encoded, or undefined where the encoder refuses its content. */
export function encode(symbol: Symbol): Encoded | undefined {
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
  let end = 0;
  heights.forEach((height, row) => {
    const top = Math.round(end * size);
    end += height;
    for (let column = 0; column < columns; column++) {
      if (pixs[row * columns + column] !== 1) continue;
      fillRect(ink, column * size, top, size - gap, Math.round(end * size) - top - gap);
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
