/** Labels of the data maker against the pixels it draws: a box must hug the modules wherever a code is put. */
import { describe, expect, test, vi } from 'vitest';
import { overlapOf } from '../../models/codes/eval/ap.ts';
import { createInk, fillRect, halve, stamp, type Ink } from '../../models/codes/make/ink.ts';
import { createStencil, STENCILLED } from '../../models/codes/make/legible.ts';
import * as placing from '../../models/codes/make/place.ts';
import { Random } from '../../models/codes/make/random.ts';
import { makeScene } from '../../models/codes/make/scene.ts';
import { spriteOf, type Area, type Sprite } from '../../models/codes/make/sprite.ts';
import { drawSymbol } from '../../models/codes/make/symbol.ts';
import { CLASSES } from '../../models/codes/make/symbologies.ts';
import { createWarp, type Pose, type Warp } from '../../models/codes/make/warp.ts';

vi.mock('../../models/codes/make/place.ts', async (original) => {
  const actual = await original<typeof placing>();
  return { ...actual, place: vi.fn(actual.place) };
});
const { boundsOf, outlineOf, place } = placing;

/** Levels of a bitmap as sprites have them. */
function levelsOf(ink: Ink): Ink[] {
  const levels = [ink];
  for (let level = ink; Math.min(level.width, level.height) > 4 && levels.length < 8;) levels.push(level = halve(level));
  return levels;
}

/** A code with margins that differ on all sides, so that a box beside its code cannot look right. */
function bareSprite(ink: Ink): Sprite & { code: Area } {
  const code = { x: 90, y: 20, width: ink.width, height: ink.height, codeClass: 0 };
  const whole = createInk(ink.width + 100, ink.height + 80);
  stamp(whole, ink, code.x, code.y);
  return { levels: levelsOf(whole), code };
}

/** The same sprite with the area of its modules all black, and nothing beside it. */
function solid({ levels: [full], code }: Sprite): Sprite {
  const ink = createInk(full!.width, full!.height);
  fillRect(ink, code!.x, code!.y, code!.width, code!.height);
  return { levels: levelsOf(ink) };
}

/** Bounds of the dark pixels that the sprite, or an area of it, leaves on a blank picture. */
function inked(sprite: Sprite, warp: Warp, width: number, height: number, area?: Area): placing.Box {
  const picture = createStencil(width, height);
  place(picture, sprite, warp, STENCILLED, area);
  const points: [number, number][] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = picture.data[(y * width + x) * 3]!;
      if (value >= 0 && value < 128) points.push([x, y], [x + 1, y + 1]);
    }
  }
  return boundsOf(points);
}

/** Pixels are whole, and the levels of a sprite whose sides are odd lose a part of one. */
const MOST_PIXELS_OFF = 1.5;
const flat: Pose = { centre: [200, 205], size: [0, 0], turn: 0, tilt: [0, 0], bend: 0, bendAlong: 'u', ripple: [0, 0, 0] };
const poses: readonly [string, Partial<Pose>][] = [
  ['flat', {}],
  ['turned a little', { turn: 0.15 }],
  ['turned by a quarter', { turn: Math.PI / 2 }],
  ['upside down', { turn: Math.PI }],
  ['slanted', { turn: 0.8 }],
  ['in perspective', { tilt: [0.9, 0] }],
  ['in perspective both ways, turned', { tilt: [-0.5, 0.6], turn: 2.2 }],
  ['round a can', { bend: 1.1 }],
  ['round a pole', { bend: 1.1, bendAlong: 'v' }],
  ['crumpled', { ripple: [0.06, 1.3, 0.2] }],
  ['all at once', { turn: -0.4, tilt: [0.5, -0.6], bend: 0.8, ripple: [0.04, 0.8, 0.7] }],
];

/** How far the edge that lies farthest from the other box's lies from it, in pixels. */
function farthest(a: placing.Box, b: placing.Box): number {
  return Math.max(...a.map((edge, i) => Math.abs(edge - b[i]!)));
}

describe.each(CLASSES)('the box of %s hugs its modules', (codeClass) => {
  const sprite = bareSprite(drawSymbol(new Random(11), codeClass).ink);
  const full = sprite.levels[0]!;
  const scale = 240 / Math.max(full.width, full.height);

  test.each(poses)('%s', (_, pose) => {
    const warp = createWarp({ ...flat, size: [full.width * scale, full.height * scale], ...pose });
    const box = boundsOf(outlineOf(warp, sprite.code, full));
    expect(farthest(inked(solid(sprite), warp, 400, 400), box)).toBeLessThan(MOST_PIXELS_OFF);
    // A corner of an Aztec code or a MaxiCode may be bare: slanted, its modules reach less far than its outline.
    expect(overlapOf(inked(sprite, warp, 400, 400), box)).toBeGreaterThan(0.94);
  });
});

test('every label of a made picture is the box of a code that was drawn into it', () => {
  let count = 0;
  for (let seed = 0; seed < 30; seed++) {
    vi.mocked(place).mockClear();
    const { picture: { width, height }, labels } = makeScene(seed, 192, { first: 0, count: 4 });
    const printed = vi.mocked(place).mock.calls.filter(([, { code }, , , area]) => code !== undefined && area === undefined);
    const drawn = printed.map(([, sprite, warp]) => ({ codeClass: sprite.code!.codeClass, box: inked(solid(sprite), warp, width, height) }));
    for (const { codeClass, box } of labels) {
      const off = drawn.filter((code) => code.codeClass === codeClass).map((code) => farthest(code.box, box));
      expect(Math.min(...off), `seed ${seed}`).toBeLessThan(MOST_PIXELS_OFF);
      count++;
    }
  }
  expect(count).toBeGreaterThan(25);
});

test.each(CLASSES)('the area of a sprite of %s holds its modules, whatever words and frame are beside them', (codeClass) => {
  for (let index = 0; index < 6; index++) {
    const { levels: [full], code } = spriteOf(codeClass, index);
    const { width, height } = full!;
    const warp = createWarp({ ...flat, centre: [width / 2, height / 2], size: [width, height] });
    const { x, y } = code!;
    expect(overlapOf(inked({ levels: [full!] }, warp, width, height, code), [x, y, x + code!.width, y + code!.height])).toBeGreaterThan(0.94);
  }
});
