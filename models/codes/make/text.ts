import bwip from 'bwip-js/node';
import { createInk, fillRect, stamp, type Ink } from './ink.ts';
import type { Random } from './random.ts';

const WORDS = ('the of and to in is for on with net weight best before lot no serial made from batch keep dry store '
  + 'ingredients sugar water salt wheat milk may contain traces product of total price date qty item order ship').split(' ');
const GLYPHS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz.,:-/%&()';

/** How text looks: one of the two embedded fonts, its cell size in pixels, and how much wider or narrower than usual. */
export interface TextStyle {
  readonly font: 'OCR-A' | 'OCR-B';
  readonly size: number;
  readonly stretch: number;
  readonly bold: boolean;
}

export function randomStyle(random: Random, size: number): TextStyle {
  return {
    font: random.chance(0.85) ? 'OCR-B' : 'OCR-A',
    size: Math.max(8, size),
    stretch: random.between(0.6, 1.4),
    bold: random.chance(0.35),
  };
}

/** Writes one line with its baseline at `y`; returns the x where it ended. */
export function writeText(ink: Ink, text: string, x: number, y: number, style: TextStyle): number {
  const font = bwip.FontLib.lookup(style.font);
  let pen = x;
  for (const character of text) {
    const glyph = bwip.FontLib.getglyph(font, character.charCodeAt(0), style.size * style.stretch, style.size);
    const bitmap: Ink = { width: glyph.width, height: glyph.height, data: glyph.bytes };
    if (character !== ' ' && glyph.width > 0) {
      stamp(ink, bitmap, pen + glyph.left, y - glyph.top);
      if (style.bold) stamp(ink, bitmap, pen + glyph.left + Math.max(1, style.size / 16), y - glyph.top);
    }
    pen += glyph.advance;
    if (pen > ink.width) break;
  }
  return pen;
}

/** Words, numbers or letter salad, about `length` characters. */
export function randomText(random: Random, length: number): string {
  const kind = random.next();
  if (kind < 0.25) return random.text('0123456789', length);
  if (kind < 0.45) return random.text(GLYPHS, length);
  let out = '';
  while (out.length < length) out += `${random.pick(WORDS)} `;
  return kind < 0.7 ? out.toUpperCase() : out;
}

/** A paragraph, flush left, as a bitmap of the given size. */
export function textBlock(random: Random, width: number, height: number): Ink {
  const ink = createInk(width, height);
  const style = randomStyle(random, height / random.int(2, 14));
  const pitch = style.size * random.between(1, 1.7);
  for (let y = style.size; y < height; y += pitch) {
    const fill = random.chance(0.2) ? random.between(0.3, 0.9) : 1;
    writeText(ink, randomText(random, Math.ceil(3 * fill * width / style.size)), 0, y, style);
    if (fill < 1) fillRect(ink, width * fill, y - style.size, width, style.size * 1.3, 0);
  }
  return ink;
}
