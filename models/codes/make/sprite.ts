import { createInk, halve, stamp, strokeRect, type Ink } from './ink.ts';
import { drawDecoy } from './decoys.ts';
import type { DrawnCode } from './drawn-code.ts';
import { Random } from './random.ts';
import { drawSymbol } from './symbol.ts';
import { CLASSES, type CodeClass } from './symbologies.ts';
import { randomStyle, randomText, writeText } from './text.ts';

/** A rectangle in a sprite's pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Something printed, ready to be put into pictures: the bitmap at full, half, quarter … size. */
export interface Sprite {
  readonly levels: readonly Ink[];
  /** Where the code's modules are, without quiet zone and text; absent for look-alikes. */
  readonly code?: Area & { readonly codeClass: number };
}

const cache = new Map<string, Sprite>();

/** The sprite with this number: codes of one class, or look-alikes. Made once, then kept. */
export function spriteOf(kind: CodeClass | 'decoy', index: number): Sprite {
  const key = `${kind}:${index}`;
  let sprite = cache.get(key);
  if (sprite === undefined) {
    const random = new Random(index, 7919 * (1 + CLASSES.indexOf(kind as CodeClass)));
    sprite = kind === 'decoy' ? { levels: pyramid(drawDecoy(random)) } : codeSprite(random, kind);
    cache.set(key, sprite);
  }
  return sprite;
}

function codeSprite(random: Random, codeClass: CodeClass): Sprite {
  const code = drawSymbol(random, codeClass);
  const short = Math.min(code.ink.width, code.ink.height);
  const beside = random.chance(0.8) ? Math.max(0, ...code.digits.map(({ x }) => -x)) : 0;
  const quiet = Math.round(Math.max(beside, random.chance(0.3) ? random.between(0, 0.04) * short : random.between(0.04, 0.25) * short));
  const style = randomStyle(random, Math.min(44, Math.max(16, code.ink.width * random.between(0.05, 0.11))));
  const wordsChance = codeClass === 'linear' ? 0.75 : 0.2;
  const below = random.chance(wordsChance) ? Math.round(style.size * 1.4) : 0;
  const above = random.chance(0.12) ? Math.round(style.size * 1.4) : 0;
  const ink = createInk(code.ink.width + 2 * quiet, code.ink.height + 2 * quiet + above + below);
  const area = { x: quiet, y: quiet + above, width: code.ink.width, height: code.ink.height };
  stamp(ink, code.ink, area.x, area.y);
  if (below > 0) writeCaption(random, ink, area, code, style, codeClass);
  if (above > 0) writeText(ink, randomText(random, 24), quiet, quiet + style.size, style);
  if (random.chance(0.05)) strokeRect(ink, 0, 0, ink.width, ink.height, Math.max(2, short * 0.015));
  return { levels: pyramid(ink), code: { ...area, codeClass: CLASSES.indexOf(codeClass) } };
}

/** The line under a code: digits between the guard bars for EAN and UPC, else the content or other words. */
function writeCaption(
  random: Random, ink: Ink, area: Area, code: DrawnCode, style: ReturnType<typeof randomStyle>, codeClass: CodeClass,
): void {
  const own = codeClass === 'linear' && random.chance(0.85);
  if (own && code.digits.length > 0) {
    for (const { text, x, y, size } of code.digits) {
      const [left, right] = [area.x + x, area.x + x + 0.6 * size];
      if (left >= 0 && right <= ink.width) writeText(ink, text, left, area.y + y, { ...style, size, stretch: 0.95 });
    }
    return;
  }
  const text = own ? code.text : randomText(random, 20);
  const wide = text.length * style.size * style.stretch * 0.6;
  const left = random.chance(0.2) ? area.x : area.x + Math.max(0, (area.width - wide) / 2);
  writeText(ink, text, left, area.y + area.height + style.size * 1.1, style);
}

function pyramid(ink: Ink): Ink[] {
  const levels = [ink];
  for (let level = ink; Math.min(level.width, level.height) > 4 && levels.length < 8;) {
    level = halve(level);
    levels.push(level);
  }
  return levels;
}
