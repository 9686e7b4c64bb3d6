import { createInk, fillRect, fillWhere, strokeRect, type Ink } from './ink.ts';
import type { Random } from './random.ts';
import { randomStyle, randomText, textBlock, writeText } from './text.ts';

type Painter = (random: Random, ink: Ink) => void;

/** Evenly spaced bars or sine waves: blinds, fences, corduroy, rulers. */
const stripes: Painter = (random, ink) => {
  const pitch = random.logBetween(5, 70);
  const duty = random.between(0.2, 0.8);
  const soft = random.chance(0.3);
  const wave = random.chance(0.25) ? random.between(2, 12) : 0;
  for (let y = 0; y < ink.height; y++) {
    const shift = wave * Math.sin(y / 30);
    for (let x = 0; x < ink.width; x++) {
      const phase = (((x + shift) / pitch) % 1 + 1) % 1;
      ink.data[y * ink.width + x] = soft ? 127 + 127 * Math.sin(phase * 2 * Math.PI) : phase < duty ? 255 : 0;
    }
  }
};

/** Few bars of random widths, as on flags and clothes; too few for a bar code. */
const fewBars: Painter = (random, ink) => {
  const count = random.int(2, 7);
  for (let i = 0, x = 0; i < count; i++) {
    x += (ink.width / count) * random.between(0.2, 0.8);
    fillRect(ink, x, 0, (ink.width / count) * random.between(0.05, 0.6), ink.height, random.int(120, 255));
  }
};

const checkerboard: Painter = (random, ink) => {
  const cell = ink.width / random.int(2, 26);
  const skew = random.between(0.7, 1.4);
  fillWhere(ink, (x, y) => (Math.floor(x / cell) + Math.floor(y / (cell * skew))) % 2 === 0);
};

/** Lines of a table, graph paper, tiles or window panes; cells may hold text. */
const grid: Painter = (random, ink) => {
  const columns = random.int(2, 16);
  const rows = random.int(2, 16);
  const thick = random.between(0.02, 0.3) * Math.min(ink.width / columns, ink.height / rows);
  for (let i = 0; i <= columns; i++) fillRect(ink, (i / columns) * (ink.width - thick), 0, Math.max(1, thick), ink.height);
  for (let i = 0; i <= rows; i++) fillRect(ink, 0, (i / rows) * (ink.height - thick), ink.width, Math.max(1, thick));
  if (!random.chance(0.5)) return;
  const style = randomStyle(random, (ink.height / rows) * 0.6);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (random.chance(0.7)) writeText(ink, randomText(random, 2).slice(0, 2), ((column + 0.15) * ink.width) / columns, ((row + 0.8) * ink.height) / rows, style);
    }
  }
};

/** A crossword: a grid in which some cells are black and some hold a letter. */
const crossword: Painter = (random, ink) => {
  const cells = random.int(5, 15);
  const pitch = ink.width / cells;
  const share = random.between(0.12, 0.35);
  const style = randomStyle(random, pitch * 0.7);
  for (let y = 0; y * pitch < ink.height; y++) {
    for (let x = 0; x < cells; x++) {
      if (random.chance(share)) fillRect(ink, x * pitch, y * pitch, pitch, pitch);
      else if (random.chance(0.4)) writeText(ink, random.text('ABCDEFGHIJKLMNOP', 1), (x + 0.2) * pitch, (y + 0.8) * pitch, style);
    }
  }
  for (let i = 0; i <= cells; i++) {
    fillRect(ink, i * pitch, 0, 2, ink.height);
    fillRect(ink, 0, i * pitch, ink.width, 2);
  }
};

/** Rows of keys with a letter each. */
const keyboard: Painter = (random, ink) => {
  const columns = random.int(4, 14);
  const rows = random.int(3, 6);
  const width = ink.width / columns;
  const height = ink.height / rows;
  const filled = random.chance(0.5);
  const style = randomStyle(random, Math.min(width, height) * 0.45);
  for (let row = 0; row < rows; row++) {
    const shift = (row % 3) * width * 0.3;
    for (let column = 0; column < columns; column++) {
      const x = column * width + shift;
      if (filled) fillRect(ink, x + width * 0.07, row * height + height * 0.07, width * 0.86, height * 0.86, 200);
      else strokeRect(ink, x + width * 0.07, row * height + height * 0.07, width * 0.86, height * 0.86, 3);
      if (!filled) writeText(ink, random.text('QWERTYUIOPASDFGHJKL', 1), x + width * 0.3, (row + 0.7) * height, style);
    }
  }
};

/** Over and under threads. */
const weave: Painter = (random, ink) => {
  const pitch = random.between(6, 40);
  const over = random.int(1, 3);
  fillWhere(ink, (x, y) => {
    const a = Math.floor(x / pitch);
    const b = Math.floor(y / pitch);
    return (a + over * b) % (over + 2) < 1 ? (x / pitch) % 1 < 0.8 : (y / pitch) % 1 < 0.15;
  });
};

/** Printer's dots, perforated metal, speaker grilles. */
const dots: Painter = (random, ink) => {
  const pitch = random.between(8, 50);
  const radius = pitch * random.between(0.12, 0.45);
  const offset = random.chance(0.5) ? pitch / 2 : 0;
  fillWhere(ink, (x, y) => {
    const row = Math.floor(y / pitch);
    const dx = ((x + (row % 2) * offset) % pitch) - pitch / 2;
    return Math.hypot(dx, (y % pitch) - pitch / 2) < radius;
  });
};

/** Concentric squares or circles: logos, targets, lone finder patterns. */
const rings: Painter = (random, ink) => {
  const square = random.chance(0.5);
  const count = random.int(1, 5);
  const x0 = ink.width / 2;
  const y0 = ink.height / 2;
  fillWhere(ink, (x, y) => {
    const dx = Math.abs(x - x0);
    const dy = Math.abs(y - y0);
    const radius = (square ? Math.max(dx, dy) : Math.hypot(dx, dy)) / x0;
    return radius < 0.98 && Math.floor(radius * (2 * count + 1)) % 2 === 0;
  });
};

const bricks: Painter = (random, ink) => {
  const height = random.between(15, 60);
  const width = height * random.between(1.5, 3.5);
  const mortar = height * random.between(0.06, 0.2);
  fillWhere(ink, (x, y) => {
    const row = Math.floor(y / height);
    return y % height > mortar && (x + (row % 2) * (width / 2)) % width > mortar;
  });
};

const piano: Painter = (random, ink) => {
  const keys = random.int(7, 28);
  const width = ink.width / keys;
  for (let i = 0; i <= keys; i++) {
    fillRect(ink, i * width, 0, 2, ink.height);
    if ([0, 1, 3, 4, 5].includes(i % 7)) fillRect(ink, (i + 0.7) * width, 0, width * 0.6, ink.height * 0.62);
  }
};

const text: Painter = (random, ink) => {
  ink.data.set(textBlock(random, ink.width, ink.height).data);
};

/** A title over a paragraph and a table's lines: a leaflet, a receipt, a label. */
const label: Painter = (random, ink) => {
  writeText(ink, randomText(random, 14), 8, ink.height * 0.16, randomStyle(random, ink.height * 0.14));
  const block = textBlock(random, Math.round(ink.width * 0.9), Math.round(ink.height * 0.6));
  for (let y = 0; y < block.height; y++) {
    ink.data.set(block.data.subarray(y * block.width, (y + 1) * block.width), (y + Math.round(ink.height * 0.25)) * ink.width + 8);
  }
  if (random.chance(0.5)) strokeRect(ink, 0, 0, ink.width, ink.height, 3);
  if (random.chance(0.4)) fillRect(ink, 0, ink.height * 0.88, ink.width, ink.height * 0.1);
};

/** Random thick strokes: handwriting, signatures, scripts without letters of ours. */
const scribble: Painter = (random, ink) => {
  const thick = random.between(2, 9);
  for (let line = 0; line < random.int(1, 5); line++) {
    let x = random.between(0, 40);
    let y = random.between(0.2, 0.8) * ink.height;
    let angle = random.between(-1, 1);
    while (x < ink.width && x >= -20) {
      fillRect(ink, x, y, thick, thick);
      angle += random.between(-0.5, 0.5);
      x += Math.cos(angle) * 2 + 0.6;
      y += Math.sin(angle) * 2;
    }
  }
};

const PAINTERS: readonly (readonly [Painter, number])[] = [
  [text, 6], [label, 4], [stripes, 3], [fewBars, 1.5], [checkerboard, 1.5], [grid, 2.5], [crossword, 1.5], [keyboard, 1.5],
  [weave, 1.5], [dots, 1.5], [rings, 1.5], [bricks, 1], [piano, 0.8], [scribble, 1.5],
];

/** Something that resembles a code or stands near codes, and is none. */
export function drawDecoy(random: Random): Ink {
  const width = random.int(160, 360);
  const ink = createInk(width, Math.round(width * random.logBetween(0.4, 1.6)));
  random.weighted(PAINTERS)(random, ink);
  return ink;
}
