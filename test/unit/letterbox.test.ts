import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { letterbox, letterboxGeometry, toPictureBox } from '../../src/image/letterbox.ts';
import { pictureFrom, type Picture } from '../../src/image/picture.ts';

interface GoldenCase {
  width: number; height: number; netWidth: number; netHeight: number;
  newWidth: number; newHeight: number; left: number; top: number;
  /** Base64 of [netHeight, netWidth, 3] bytes. */
  pixels: string;
}

const golden = JSON.parse(readFileSync(new URL('golden/letterbox-opencv.json', import.meta.url), 'utf8')) as { cases: GoldenCase[] };

/** The same formula as in letterbox-opencv.py. */
function pattern(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set([(x * 37 + y * 11) % 256, (x * x * 3 + y * 29) % 256, (x * y * 7 + 13 * x) % 256], (y * width + x) * 3);
    }
  }
  return pictureFrom({ width, height, data, channels: 3 });
}

describe('letterbox against OpenCV', () => {
  it('has golden cases', () => expect(golden.cases.length).toBeGreaterThanOrEqual(5));

  it.each(golden.cases)('$width x $height into $netWidth x $netHeight', ({ pixels, ...expected }) => {
    const { width, height, netWidth, netHeight } = expected;
    expect(letterboxGeometry(width, height, netWidth, netHeight)).toMatchObject(expected);
    const output = letterbox(pattern(width, height), netWidth, netHeight);
    const reference = Buffer.from(pixels, 'base64');
    const plane = netWidth * netHeight;
    expect(reference.length).toBe(3 * plane);
    let worst = 0;
    for (let index = 0; index < 3 * plane; index++) {
      const value = output[(index % 3) * plane + Math.floor(index / 3)]! * 255;
      worst = Math.max(worst, Math.abs(value - reference[index]!));
    }
    expect(worst).toBeLessThan(1); // OpenCV interpolates in fixed point and rounds to whole levels
  });
});

describe('letterbox geometry', () => {
  it('rounds halves to the even number, as the usual letterbox does', () => {
    expect(letterboxGeometry(1280, 721, 640, 640).newHeight).toBe(360);
    expect(letterboxGeometry(1280, 723, 640, 640).newHeight).toBe(362);
  });

  it('puts the odd pixel of padding right and below', () => {
    expect(letterboxGeometry(33, 64, 32, 32)).toMatchObject({ newWidth: 16, left: 8 });
    expect(letterboxGeometry(30, 64, 32, 32)).toMatchObject({ newWidth: 15, left: 8 });
    expect(letterboxGeometry(64, 30, 32, 32)).toMatchObject({ newHeight: 15, top: 8 });
  });

  it('keeps at least one pixel of an extremely thin picture', () => {
    expect(letterboxGeometry(10_000, 1, 320, 320)).toMatchObject({ newWidth: 320, newHeight: 1 });
  });

  it('refuses sizes that are no sizes', () => {
    for (const size of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => letterboxGeometry(size, 10, 320, 320)).toThrow(/width and height of 1 pixel or more/);
      expect(() => letterboxGeometry(10, 10, 320, size)).toThrow(/width and height of 1 pixel or more/);
    }
  });
});

describe('boxes back to the picture', () => {
  it.each([[1280, 721], [721, 1280], [100, 100], [7, 3000]])('maps the corners of the resized picture to those of %i x %i', (width, height) => {
    const geometry = letterboxGeometry(width, height, 640, 416);
    const { left, top, newWidth, newHeight } = geometry;
    const whole = toPictureBox({ xmin: left, ymin: top, xmax: left + newWidth, ymax: top + newHeight }, geometry);
    expect(whole.xmin).toBe(0);
    expect(whole.ymin).toBe(0);
    expect(whole.xmax).toBeCloseTo(width, 6);
    expect(whole.ymax).toBeCloseTo(height, 6);
  });

  it('clips what lies in the padding', () => {
    const geometry = letterboxGeometry(200, 100, 320, 320);
    expect(toPictureBox({ xmin: -5, ymin: 0, xmax: 400, ymax: 320 }, geometry)).toEqual({ xmin: 0, ymin: 0, xmax: 200, ymax: 100 });
  });
});
