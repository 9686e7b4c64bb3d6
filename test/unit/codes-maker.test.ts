import { describe, expect, test } from 'vitest';
import { drawBars } from '../../models/codes/make/bars.ts';
import type { DrawnCode } from '../../models/codes/make/drawn-code.ts';
import { toJpeg } from '../../models/codes/make/jpeg.ts';
import { createStencil, LEAST_LEGIBLE, legibility } from '../../models/codes/make/legible.ts';
import { createPicture } from '../../models/codes/make/picture.ts';
import { Random } from '../../models/codes/make/random.ts';
import { makeScene, type Scene } from '../../models/codes/make/scene.ts';
import { spriteOf } from '../../models/codes/make/sprite.ts';
import { drawSymbol, encode } from '../../models/codes/make/symbol.ts';
import { CLASSES, randomSymbol } from '../../models/codes/make/symbologies.ts';
import { createWarp } from '../../models/codes/make/warp.ts';

const few = { first: 0, count: 4 };
const scenes: readonly Scene[] = Array.from({ length: 60 }, (_, seed) => makeScene(seed, 96, few));

describe('a made picture', () => {
  test('is the same for the same seed, byte for byte, and another for another seed', async () => {
    const again = makeScene(7, 96, few);
    expect(again.labels).toEqual(scenes[7]!.labels);
    expect(await toJpeg(again.picture, 7)).toEqual(await toJpeg(scenes[7]!.picture, 7));
    expect(await toJpeg(scenes[8]!.picture, 7)).not.toEqual(await toJpeg(scenes[7]!.picture, 7));
  });

  test('has its boxes inside, each with an area', () => {
    const boxes = scenes.flatMap(({ picture, labels }) => labels.map(({ box }) => ({ picture, box })));
    expect(boxes.length).toBeGreaterThan(25);
    for (const { picture, box: [left, top, right, bottom] } of boxes) {
      expect(left).toBeGreaterThanOrEqual(-1e-6);
      expect(top).toBeGreaterThanOrEqual(-1e-6);
      expect(right).toBeLessThanOrEqual(picture.width + 1e-6);
      expect(bottom).toBeLessThanOrEqual(picture.height + 1e-6);
      expect(Math.min(right - left, bottom - top)).toBeGreaterThanOrEqual(4);
    }
  });

  test('shows every class, and sometimes no code at all', () => {
    const seen = new Set(scenes.flatMap(({ labels }) => labels.map(({ codeClass }) => CLASSES[codeClass])));
    expect(seen).toEqual(new Set(CLASSES));
    expect(scenes.filter(({ labels }) => labels.length === 0).length).toBeGreaterThan(3);
  });

  test('holds numbers only', () => {
    for (const { picture } of scenes) expect(picture.data.every(Number.isFinite)).toBe(true);
  });
});

describe('the legibility of a code', () => {
  const [width, height] = [24, 16];
  const whole = [0, 0, width, height] as const;
  const random = new Random(3);
  const stencil = createStencil(width, height);
  for (let x = 4; x < 20; x++) for (let y = 4; y < 12; y++) stencil.data.fill(x % 4 < 2 ? 0 : 255, (y * width + x) * 3, (y * width + x) * 3 + 3);
  const photoOf = (value: (printed: number) => number) => {
    const photo = createPicture(width, height);
    stencil.data.forEach((printed, i) => void (photo.data[i] = value(printed)));
    return photo;
  };

  test.each([
    ['as printed', (v: number) => v],
    ['inverted', (v: number) => 255 - v],
    ['faint', (v: number) => 120 + v * 0.01],
  ])('is 1 where it is %s', (_, value) => expect(legibility(photoOf(value), stencil, whole)).toBeCloseTo(1, 5));

  test('is 0 in one flat colour and beyond white, low under noise', () => {
    expect(legibility(photoOf(() => 77), stencil, whole)).toBe(0);
    expect(legibility(photoOf((v) => 300 + v), stencil, whole)).toBe(0);
    const noisy = legibility(photoOf((v) => 100 + v * 0.1 + 100 * random.normal()), stencil, whole);
    expect(noisy).toBeLessThan(LEAST_LEGIBLE);
  });

  test('looks at the printed pixels only', () => {
    const photo = photoOf((v) => (v < 0 ? 255 * random.next() : v));
    expect(legibility(photo, stencil, whole)).toBeCloseTo(1, 5);
    expect(legibility(photo, stencil, [0, 0, 3, 3])).toBe(0);
  });

  test('is kept up by a gentler photo: hardly a code is lost', () => {
    const wide = Array.from({ length: 40 }, (_, seed) => makeScene(900 + seed, 192, few));
    expect(wide.filter(({ labels }) => labels.length > 0).length).toBeGreaterThan(28);
  });
});

describe('a drawn code', () => {
  test.each(CLASSES)('%s touches all four edges of its bitmap, so that its box hugs the modules', (codeClass) => {
    for (let seed = 0; seed < 5; seed++) {
      const { ink } = drawSymbol(new Random(seed), codeClass);
      const inked = (x0: number, y0: number, x1: number, y1: number): boolean => {
        for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) if (ink.data[y * ink.width + x]! > 0) return true;
        return false;
      };
      const edge = Math.max(2, Math.ceil(Math.max(ink.width, ink.height) * 0.06));
      expect(inked(0, 0, ink.width, edge)).toBe(true);
      expect(inked(0, ink.height - edge, ink.width, ink.height)).toBe(true);
      expect(inked(0, 0, edge, ink.height)).toBe(true);
      expect(inked(ink.width - edge, 0, ink.width, ink.height)).toBe(true);
    }
  });

  test.each(CLASSES)('%s comes in every symbology named for it', (codeClass) => {
    const symbols = Array.from({ length: 400 }, (_, seed) => randomSymbol(new Random(seed), codeClass));
    for (const kind of new Set(symbols.map(({ bcid }) => bcid))) {
      const own = symbols.filter(({ bcid }) => bcid === kind);
      expect(own.filter((symbol) => encode(symbol) !== undefined).length / own.length, kind).toBeGreaterThan(0.4); // Rectangular Micro QR may be too small
    }
  });

  test('of a shop has guard bars that hang between its digits, and an add-on begins lower', () => {
    const inked = ({ ink }: Pick<DrawnCode, 'ink'>, x: number, y: number): boolean => ink.data[y * ink.width + x]! > 0;
    const ean = drawBars(new Random(1), encode({ bcid: 'ean13', text: '123456789012 12', options: { includetext: true } })!, false);
    const [pitch, last] = [ean.ink.width / 127, ean.ink.height - 1];
    const at = (module: number): number => Math.floor((module + 0.5) * pitch);
    expect([0, 2, 46, 48, 92, 94].map((module) => inked(ean, at(module), last))).toEqual(Array(6).fill(true));
    expect(Array.from({ length: 42 }, (_, i) => inked(ean, at(3 + i), last))).not.toContain(true);
    expect([0, 126].map((module) => inked(ean, at(module), 0))).toEqual([true, false]);
    expect(ean.digits.map(({ text }) => text).join('')).toMatch(/^1234567890128/);
    expect(drawBars(new Random(1), encode({ bcid: 'ean13', text: '123456789012', options: {} })!, false).digits).toEqual([]);
  });

  test('look-alikes carry no label', () => {
    for (let index = 0; index < 8; index++) expect(spriteOf('decoy', index).code).toBeUndefined();
  });
});

describe('a warp', () => {
  test('there and back is where it began, bent, rippled and tilted', () => {
    const warp = createWarp({
      centre: [60, 50], size: [40, 30], turn: 0.7, tilt: [0.5, -0.4], bend: 0.9, bendAlong: 'u', ripple: [0.05, 0.8, 0.3],
    });
    for (const [u, v] of [[0.5, 0.5], [0.1, 0.9], [0.8, 0.3]] as const) {
      const back = warp.inverse(...warp.forward(u, v));
      expect(back![0]).toBeCloseTo(u, 9);
      expect(back![1]).toBeCloseTo(v, 9);
    }
  });
});
