import { describe, expect, it } from 'vitest';
import type { Detection } from '../../src/image/detection.ts';
import { annotate } from '../../src/image/draw.ts';
import { classColour, textColour, toHex, type Colour } from '../../src/image/palette.ts';
import type { Picture } from '../../src/image/picture.ts';
import { textStrokes } from '../../src/image/stroke-font.ts';
import { complaintOf } from '../cases/complaint.ts';

const grey = (width: number, height: number): Picture => {
  const data = new Uint8Array(width * height * 4).fill(120);
  for (let alpha = 3; alpha < data.length; alpha += 4) data[alpha] = 255;
  return { width, height, data };
};

const found = (xmin: number, ymin: number, xmax: number, ymax: number, classId = 1, score = 0.93): Detection =>
  ({ label: 'qr', classId, score, box: { xmin, ymin, xmax, ymax } });

const pixel = ({ width, data }: Picture, x: number, y: number): number[] => [...data.slice((y * width + x) * 4, (y * width + x) * 4 + 4)];

const silent = { text: (): string => '' };

describe('annotate', () => {
  it('takes grey and RGB too, and nothing that is no picture', () => {
    const white = annotate({ width: 4, height: 3, data: new Uint8Array(12).fill(255) }, [], silent);
    expect(annotate({ width: 4, height: 3, data: new Uint8Array(36).fill(255), channels: 3 }, [], silent)).toEqual(white);
    expect(white.data).toEqual(new Uint8Array(48).fill(255));
    for (const wrong of [{ width: 4, height: 3, data: new Uint8Array(13) }, null]) expect(complaintOf(() => annotate(wrong as never, [])).code).toBe('bad-image');
  });

  it('writes nothing for texts without strokes, and brings colours into their range', () => {
    const blank = annotate(grey(60, 60), [found(5, 25, 55, 55)], { text: () => ' ' });
    expect(blank.data).not.toEqual(grey(60, 60).data);
    const drawn = annotate(grey(60, 60), [found(5, 5, 55, 55)], { ...silent, colour: () => [300, -5, 127.6] });
    expect([...drawn.data.subarray((30 * 60 + 5) * 4, (30 * 60 + 5) * 4 + 3)]).toEqual([255, 0, 128]);
  });

  it('draws a box in its class colour on a copy', () => {
    const picture = grey(200, 150);
    const before = picture.data.slice();
    const drawn = annotate(picture, [found(50, 40, 150, 110)], { ...silent, lineWidth: 4 });
    expect(picture.data).toEqual(before);
    const colour = [...classColour(1), 255];
    for (const [x, y] of [[100, 38], [100, 41], [48, 75], [51, 75], [148, 75], [151, 75], [100, 108], [100, 111]] as const) {
      expect(pixel(drawn, x, y), `line at ${x}, ${y}`).toEqual(colour);
    }
    for (const [x, y] of [[100, 75], [100, 44], [100, 30], [30, 75], [100, 120]] as const) {
      expect(pixel(drawn, x, y), `untouched at ${x}, ${y}`).toEqual([120, 120, 120, 255]);
    }
    expect(pixel(drawn, 100, 37)[0]).toBeLessThan(120); // the dark edge
  });

  it('paints the line once where its strips meet', () => {
    const drawn = annotate(grey(60, 60), [found(5, 5, 55, 55)], { ...silent, lineWidth: 2 });
    const column = Array.from({ length: 30 }, (_, step) => pixel(drawn, 3, 15 + step).join());
    expect(new Set(column).size).toBe(1);
  });

  it('anti-aliases the corners', () => {
    const drawn = annotate(grey(200, 200), [found(20, 20, 180, 180)], { ...silent, lineWidth: 8 });
    const shades = new Set<string>();
    for (let y = 14; y < 34; y++) for (let x = 14; x < 34; x++) shades.add(pixel(drawn, x, y).join());
    expect(shades.size).toBeGreaterThan(8);
  });

  it.each([
    ['beyond every edge', found(-50, -50, 500, 500)],
    ['outside the picture', found(300, 300, 400, 400)],
    ['of no size', found(20, 20, 20, 20)],
    ['thinner than its line', found(20, 20, 21, 60)],
  ])('takes a box %s', (_name, detection) => {
    const drawn = annotate(grey(100, 80), [detection]);
    expect(drawn.data).toHaveLength(100 * 80 * 4);
    expect(drawn.data.every((value, index) => index % 4 !== 3 || value === 255)).toBe(true);
  });

  it('labels even a picture smaller than the label', () => {
    const drawn = annotate(grey(8, 6), [found(1, 1, 7, 5)]);
    expect(pixel(drawn, 4, 5).slice(0, 3)).not.toEqual([120, 120, 120]);
  });

  it('writes the label in a readable colour on a plate of the class colour', () => {
    const drawn = annotate(grey(300, 200), [found(100, 100, 250, 180, 3)]);
    const colours = new Map<string, number>();
    for (let y = 75; y < 99; y++) for (let x = 100; x < 160; x++) colours.set(pixel(drawn, x, y).join(), (colours.get(pixel(drawn, x, y).join()) ?? 0) + 1);
    expect(colours.get([...classColour(3), 255].join())).toBeGreaterThan(200);
    expect(colours.get([...textColour(classColour(3)), 255].join())).toBeGreaterThan(20);
  });

  it('makes the same pixels each time', () => {
    const detections = [found(10, 10, 60, 60), found(30, 30, 90, 70, 2, 0.5)];
    expect(annotate(grey(100, 80), detections).data).toEqual(annotate(grey(100, 80), detections).data);
  });
});

describe('colours', () => {
  const luminance = (colour: Colour): number => {
    const [red, green, blue] = colour.map((channel) => (channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  it('keep text readable on every class (WCAG AA, 4.5)', () => {
    for (let classId = 0; classId < 365; classId++) {
      const [low, high] = [luminance(classColour(classId)), luminance(textColour(classColour(classId)))].toSorted((a, b) => a - b) as [number, number];
      expect((high + 0.05) / (low + 0.05), `class ${classId}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('tell the first classes apart and differ for all of COCO', () => {
    for (let first = 0; first < 8; first++) {
      for (let second = 0; second < first; second++) {
        const distance = Math.hypot(...classColour(first).map((channel, index) => channel - classColour(second)[index]!));
        expect(distance, `${toHex(classColour(first))} ${toHex(classColour(second))}`).toBeGreaterThan(50);
      }
    }
    expect(new Set(Array.from({ length: 80 }, (_, classId) => toHex(classColour(classId)))).size).toBe(80);
  });
});

describe('the font', () => {
  const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));

  it('draws every printable ASCII character, each differently, within its line', () => {
    const drawings = new Set(printable.map((character) => textStrokes(character, 10).segments.join()));
    expect(drawings.size).toBe(94);
    expect(drawings).not.toContain(textStrokes('码', 10).segments.join());
    for (const character of printable) {
      const { segments } = textStrokes(character, 10);
      const heights = segments.filter((_, index) => index % 2 === 1);
      expect(Math.min(...heights), character).toBeGreaterThanOrEqual(-1.2);
      expect(Math.max(...heights), character).toBeLessThanOrEqual(13);
    }
  });

  it('scales, advances and strips accents', () => {
    expect(textStrokes('qr 0.93', 20).width).toBeCloseTo(2 * textStrokes('qr 0.93', 10).width);
    expect(textStrokes('qr 0.93', 10).width).toBeGreaterThan(textStrokes('qr', 10).width);
    expect(textStrokes('caf\u00e9', 10)).toEqual(textStrokes('cafe', 10));
    expect(textStrokes('', 10)).toEqual({ segments: [], width: 0 });
  });
});
