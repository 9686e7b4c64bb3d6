/**
 * A stroke font of our own for labels: every printable ASCII character as the path of a round pen, as in SVG's
 * M, L and Q. Capitals stand from 0 to 10 downwards, small letters from 3, descenders reach 13.
 */
const glyphs: Record<string, string> = {
  '!': 'M.5 0L.5 6.6M.5 9.8L.5 9.8', '"': 'M0 0L0 2.6M2.6 0L2.6 2.6', '#': 'M2.2 .6L1.2 9.4M5.6 .6L4.6 9.4M0 3.4L6.6 3.4M0 6.6L6.6 6.6',
  $: 'M5.4 2.8Q5 1.2 2.8 1.2Q.2 1.2 .2 3.2Q.2 4.7 2.8 5Q5.8 5.4 5.8 7Q5.8 8.9 2.9 8.9Q.3 8.9 0 7.2M2.9-.6L2.9 10.8',
  '%': 'M1.8 0Q3.6 0 3.6 2.2Q3.6 4.4 1.8 4.4Q0 4.4 0 2.2Q0 0 1.8 0M7.4 5.6Q9.2 5.6 9.2 7.8Q9.2 10 7.4 10Q5.6 10 5.6 7.8Q5.6 5.6 7.4 5.6M7.6 0L1.6 10',
  '&': 'M7 10L1.6 3.4Q.6 2.2 1 1.2Q1.5 0 2.9 0Q4.8 0 4.8 1.8Q4.8 3.2 2.6 4.5Q0 5.9 0 7.6Q0 10 2.9 10Q5.8 10 6.6 5.8',
  "'": 'M0 0L0 2.6', '(': 'M2.2-.8Q0 1.8 0 5.2Q0 8.6 2.2 11.2', ')': 'M0-.8Q2.2 1.8 2.2 5.2Q2.2 8.6 0 11.2',
  '*': 'M2.4 0L2.4 4.8M.3 1.2L4.5 3.6M4.5 1.2L.3 3.6', '+': 'M3 2.6L3 8.4M0 5.5L6 5.5', ',': 'M.6 9.8L0 11.9', '-': 'M0 5.8L3.4 5.8',
  '.': 'M.2 9.8L.2 9.8', '/': 'M4.4-.6L0 11', ':': 'M.2 4L.2 4M.2 9.8L.2 9.8', ';': 'M.6 4L.6 4M.6 9.8L0 11.9', '<': 'M5.4 2.2L0 5.5L5.4 8.8',
  '=': 'M0 3.9L5.8 3.9M0 7.1L5.8 7.1', '>': 'M0 2.2L5.4 5.5L0 8.8', '?': 'M0 2.2Q.4 0 2.6 0Q5 0 5 2.3Q5 3.7 3.7 4.6Q2.5 5.4 2.5 7M2.5 9.8L2.5 9.8',
  '@': 'M6.6 3.6L6.2 6.4Q6 7.6 7.2 7.6Q9.2 7.4 9.2 4.8Q9 0 4.8 0Q0 .2 0 5.4Q.2 10.8 5.2 10.8Q6.8 10.8 7.8 10.2M6.4 5Q6 3.2 4.6 3.2Q2.8 3.4 2.7 5.6Q2.8 7.6 4.2 7.6Q5.8 7.4 6.3 5.6',
  '[': 'M2.2-.8L0-.8L0 11.2L2.2 11.2', '\\': 'M0-.6L4.4 11', ']': 'M0-.8L2.2-.8L2.2 11.2L0 11.2', '^': 'M0 4L2.6 0L5.2 4', _: 'M0 11.6L6 11.6', '`': 'M0 0L1.4 1.6',
  '{': 'M3-.8Q1.4-.8 1.4 .8L1.4 3.4Q1.4 5.2 0 5.2Q1.4 5.2 1.4 7L1.4 9.6Q1.4 11.2 3 11.2', '|': 'M0-1L0 11.8',
  '}': 'M0-.8Q1.6-.8 1.6 .8L1.6 3.4Q1.6 5.2 3 5.2Q1.6 5.2 1.6 7L1.6 9.6Q1.6 11.2 0 11.2', '~': 'M0 6.2Q.4 4.4 1.8 4.6L4 6Q5.4 6.2 5.8 4.4',
  0: 'M3 0Q6 0 6 5Q6 10 3 10Q0 10 0 5Q0 0 3 0', 1: 'M.6 2.2L3 0L3 10M.7 10L5.3 10', 2: 'M.2 2.6Q.5 0 3 0Q5.8 0 5.8 2.7Q5.8 4.5 3.7 6.5L0 10L6 10',
  3: 'M.3 1.9Q1 0 3 0Q5.6 0 5.6 2.4Q5.6 4.8 3 4.8L2.2 4.8M3 4.8Q6 4.8 6 7.4Q6 10 3 10Q.6 10 0 8', 4: 'M4.7 10L4.7 0L0 7.2L6.4 7.2',
  5: 'M5.4 0L.9 0L.4 4.9Q1.4 3.9 3 3.9Q6 3.9 6 6.9Q6 10 3 10Q.7 10 0 8.2', 6: 'M5.5 1.6Q4.8 0 3.2 0Q0 0 0 5.4L0 6.9Q0 10 3 10Q6 10 6 7Q6 4.1 3.1 4.1Q.6 4.1 0 6.4',
  7: 'M0 0L6 0L2 10', 8: 'M3 4.7Q5.6 4.7 5.6 2.3Q5.6 0 3 0Q.4 0 .4 2.3Q.4 4.7 3 4.7Q6 4.7 6 7.3Q6 10 3 10Q0 10 0 7.3Q0 4.7 3 4.7',
  9: 'M.5 8.4Q1.2 10 2.8 10Q6 10 6 4.6L6 3.1Q6 0 3 0Q0 0 0 3Q0 5.9 2.9 5.9Q5.4 5.9 6 3.6',
  A: 'M0 10L3.5 0L7 10M1.2 6.7L5.8 6.7', B: 'M3.2 4.8Q5.5 4.8 5.5 2.4Q5.5 0 3.2 0L0 0L0 10L3.4 10Q6 10 6 7.4Q6 4.8 3.4 4.8L0 4.8',
  C: 'M6.5 2.6Q6 0 3.4 0Q0 0 0 5Q0 10 3.4 10Q6 10 6.5 7.4', D: 'M0 0L0 10L2.8 10Q6.6 10 6.6 5Q6.6 0 2.8 0L0 0', E: 'M5.4 0L0 0L0 10L5.4 10M0 4.9L4.7 4.9',
  F: 'M5.4 0L0 0L0 10M0 5L4.6 5', G: 'M6.4 2.4Q5.8 0 3.4 0Q0 0 0 5Q0 10 3.5 10Q6.8 10 6.8 6.6L6.8 5.4L3.9 5.4', H: 'M0 0L0 10M6.5 0L6.5 10M0 4.9L6.5 4.9',
  I: 'M0 0L3 0M1.5 0L1.5 10M0 10L3 10', J: 'M4.8 0L4.8 7Q4.8 10 2.4 10Q.3 10 0 7.6', K: 'M0 0L0 10M6 0L0 6M2.2 3.8L6.3 10', L: 'M0 0L0 10L5.2 10',
  M: 'M0 10L0 0L4 6.5L8 0L8 10', N: 'M0 10L0 0L6.6 10L6.6 0', O: 'M3.6 0Q7.2 0 7.2 5Q7.2 10 3.6 10Q0 10 0 5Q0 0 3.6 0', P: 'M0 10L0 0L3.2 0Q6 0 6 2.8Q6 5.6 3.2 5.6L0 5.6',
  Q: 'M3.6 0Q7.2 0 7.2 5Q7.2 10 3.6 10Q0 10 0 5Q0 0 3.6 0M4.4 7.6L7.4 11', R: 'M0 10L0 0L3.2 0Q6 0 6 2.8Q6 5.6 3.2 5.6L0 5.6M3.2 5.6L6.3 10',
  S: 'M5.7 2.4Q5.2 0 3 0Q.2 0 .2 2.5Q.2 4.4 3 4.9Q6 5.4 6 7.5Q6 10 3 10Q.4 10 0 7.5', T: 'M0 0L6.6 0M3.3 0L3.3 10', U: 'M0 0L0 6.4Q0 10 3.2 10Q6.4 10 6.4 6.4L6.4 0',
  V: 'M0 0L3.5 10L7 0', W: 'M0 0L2.4 10L5 1.5L7.6 10L10 0', X: 'M0 0L6.6 10M6.6 0L0 10', Y: 'M0 0L3.4 5L6.8 0M3.4 5L3.4 10', Z: 'M0 0L6.2 0L0 10L6.2 10',
  a: 'M.5 4.1Q1.1 3 2.6 3Q5 3 5 5.4L5 10M5 6.2L2.5 6.2Q0 6.2 0 8.1Q0 10 2.2 10Q4.2 10 5 8.2', b: 'M0 0L0 10M0 6.5Q0 3 2.7 3Q5.4 3 5.4 6.5Q5.4 10 2.7 10Q0 10 0 6.5',
  c: 'M4.8 4.7Q4.3 3 2.6 3Q0 3 0 6.5Q0 10 2.6 10Q4.3 10 4.8 8.3', d: 'M5.4 0L5.4 10M5.4 6.5Q5.4 3 2.7 3Q0 3 0 6.5Q0 10 2.7 10Q5.4 10 5.4 6.5',
  e: 'M0 6.4L5.2 6.4Q5.2 3 2.6 3Q0 3 0 6.5Q0 10 2.7 10Q4.3 10 5 8.6', f: 'M3.9 .1Q1.5-.5 1.5 2.2L1.5 10M0 3.2L3.6 3.2',
  g: 'M5.4 3L5.4 10.2Q5.4 13 2.7 13Q1 13 .3 12M5.4 6.5Q5.4 3 2.7 3Q0 3 0 6.5Q0 10 2.7 10Q5.4 10 5.4 6.5', h: 'M0 0L0 10M0 6Q.2 3 2.7 3Q5 3 5 5.6L5 10',
  i: 'M0 3L0 10M0 .2L0 .2', j: 'M1.6 3L1.6 10.8Q1.6 13 0 12.9M1.6 .2L1.6 .2', k: 'M0 0L0 10M4.7 3L0 7.3M1.8 5.7L5 10', l: 'M0 0L0 8.4Q0 10 1.6 10',
  m: 'M0 3L0 10M0 5.6Q.2 3 2.2 3Q4 3 4 5.4L4 10M4 5.6Q4.2 3 6.2 3Q8 3 8 5.4L8 10', n: 'M0 3L0 10M0 6Q.2 3 2.7 3Q5 3 5 5.6L5 10',
  o: 'M2.7 3Q5.4 3 5.4 6.5Q5.4 10 2.7 10Q0 10 0 6.5Q0 3 2.7 3', p: 'M0 3L0 13M0 6.5Q0 3 2.7 3Q5.4 3 5.4 6.5Q5.4 10 2.7 10Q0 10 0 6.5',
  q: 'M5.4 3L5.4 13M5.4 6.5Q5.4 3 2.7 3Q0 3 0 6.5Q0 10 2.7 10Q5.4 10 5.4 6.5', r: 'M0 3L0 10M0 6.2Q.2 3 3.3 3.1', t: 'M1.4 .8L1.4 8Q1.4 10.2 3.6 9.9M0 3.2L3.5 3.2',
  s: 'M4.4 4.6Q4 3 2.3 3Q.2 3 .2 4.7Q.2 6.1 2.3 6.4Q4.7 6.8 4.7 8.3Q4.7 10 2.3 10Q.5 10 0 8.3', u: 'M5 3L5 10M0 3L0 7.4Q0 10 2.3 10Q4.8 10 5 7',
  v: 'M0 3L2.6 10L5.2 3', w: 'M0 3L1.9 10L3.9 4L5.9 10L7.8 3', x: 'M0 3L5 10M5 3L0 10', y: 'M0 3L2.6 10M5.2 3L2.2 11.6Q1.6 13 .1 12.9', z: 'M0 3L4.8 3L0 10L4.8 10',
};

/** Stands for characters the font lacks. */
const missing = 'M0 0L5 0L5 10L0 10L0 0';
const wordSpace = 5.2;
const letterSpace = 2.5;
const stepsPerCurve = 6;

/** A line of text as pen strokes: straight segments x0, y0, x1, y1, and the advance from its left to its right end. */
export interface TextStrokes {
  segments: number[];
  width: number;
}

/**
 * Lays out one line of text with its top left corner at (0, 0).
 * Accented letters lose their accents; other characters outside printable ASCII become a box.
 * @param capHeight height of a capital in pixels.
 */
export function textStrokes(text: string, capHeight: number): TextStrokes {
  const unit = capHeight / 10;
  const segments: number[] = [];
  let pen = 0;
  for (const character of text.normalize('NFD').replace(/\p{Mark}/gu, '')) {
    if (character === ' ') {
      pen += wordSpace;
      continue;
    }
    const glyph = flatten(glyphs[character] ?? missing);
    let right = 0;
    glyph.forEach((value, index) => {
      if (index % 2 === 0) right = Math.max(right, value);
      segments.push((index % 2 === 0 ? value + pen : value) * unit);
    });
    pen += right + letterSpace;
  }
  return { segments, width: Math.max(0, pen - letterSpace) * unit };
}

const flattened = new Map<string, number[]>();

/** A path as straight segments, curves cut into short ones. */
function flatten(path: string): number[] {
  const known = flattened.get(path);
  if (known) return known;
  const segments: number[] = [];
  let x = 0;
  let y = 0;
  for (const [, command, rest] of path.matchAll(/([MLQ])([^MLQ]*)/g)) {
    const [a, b, c, d] = (rest!.match(/-?\d*\.?\d+/g) ?? []).map(Number) as [number, number, number, number];
    if (command === 'L') segments.push(x, y, a, b);
    if (command === 'Q') segments.push(...curve(x, y, a, b, c, d));
    [x, y] = command === 'Q' ? [c, d] : [a, b];
  }
  flattened.set(path, segments);
  return segments;
}

function curve(x: number, y: number, controlX: number, controlY: number, endX: number, endY: number): number[] {
  const at = (from: number, control: number, to: number, t: number): number => from * (1 - t) ** 2 + 2 * control * t * (1 - t) + to * t * t;
  const points = Array.from({ length: stepsPerCurve + 1 }, (_, step) => {
    const t = step / stepsPerCurve;
    return [at(x, controlX, endX, t), at(y, controlY, endY, t)] as const;
  });
  return points.slice(1).flatMap((point, index) => [...points[index]!, ...point]);
}
