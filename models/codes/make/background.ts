import { blur } from './camera.ts';
import { addPlane, paint, randomColour, valueNoise, type Colour, type Picture } from './picture.ts';
import { place } from './place.ts';
import type { Random } from './random.ts';
import { spriteOf } from './sprite.ts';
import { createWarp, randomBend } from './warp.ts';

/** How many different look-alikes there are to choose from. */
const DECOYS = 1500;

/** What lies behind and beside the codes. */
export type Ground = 'plain' | 'paper' | 'gradient' | 'texture' | 'clutter' | 'package' | 'page';

/** Paints the ground over the whole picture. */
export function paintGround(random: Random, picture: Picture, ground: Ground): void {
  if (ground === 'plain') return fill(picture, random.chance(0.7) ? [255, 255, 255] : nearWhite(random));
  if (ground === 'paper') {
    fill(picture, nearWhite(random));
    addTexture(random, picture, random.between(2, 10));
    return;
  }
  paintGradient(random, picture);
  if (ground !== 'page') addTexture(random, picture, random.between(4, 60));
  if (ground === 'clutter') paintShapes(random, picture, random.int(4, 40));
  if (ground === 'package') paintShapes(random, picture, random.int(1, 8));
  if (ground === 'page') scatterDecoys(random, picture, random.int(1, 4), [0.4, 1.2], true);
  if (random.chance(0.25)) blur(picture, random.between(0.5, 4) * (Math.max(picture.width, picture.height) / 320));
}

function nearWhite(random: Random): Colour {
  const level = random.between(170, 255);
  return [level, level - random.between(-8, 20), level - random.between(-8, 40)];
}

function fill(picture: Picture, colour: Colour): void {
  paint(picture, [0, 0, picture.width, picture.height], colour, () => 1);
}

function paintGradient(random: Random, picture: Picture): void {
  const dim = random.chance(0.5);
  const base = dim ? nearWhite(random) : randomColour(random);
  fill(picture, base);
  if (random.chance(0.4)) return;
  const angle = random.between(0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(angle) / picture.width, Math.sin(angle) / picture.height];
  paint(picture, [0, 0, picture.width, picture.height], randomColour(random), (x, y) => {
    const t = (x - picture.width / 2) * dx + (y - picture.height / 2) * dy + 0.5;
    return 0.8 * Math.max(0, Math.min(1, t));
  });
}

/** Clouds, grain and streaks: plaster, carton, wood, cloth, concrete. */
function addTexture(random: Random, picture: Picture, strength: number): void {
  const octaves = random.int(1, 3);
  for (let octave = 0; octave < octaves; octave++) {
    const cell = random.logBetween(1.5, 120);
    const plane = valueNoise(random, picture.width, picture.height, cell);
    const amount = strength * random.between(0.3, 1) / (octave + 1);
    const tint = random.chance(0.6) ? ([amount, amount, amount] as const) : ([0, 1, 2].map(() => amount * random.between(-1, 1)) as unknown as Colour);
    addPlane(picture, plane, tint);
  }
}

/** Boxes, discs and bars in random colours with soft or hard edges and a shaded side. */
function paintShapes(random: Random, picture: Picture, count: number): void {
  const longest = Math.max(picture.width, picture.height);
  for (let i = 0; i < count; i++) {
    const [x0, y0] = [random.next() * picture.width, random.next() * picture.height];
    const [rx, ry] = [random.logBetween(0.02, 0.6) * longest, random.logBetween(0.02, 0.6) * longest];
    const turn = random.chance(0.5) ? 0 : random.between(0, Math.PI);
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const round = random.chance(0.35);
    const shade = random.between(-0.6, 0.6);
    const alpha = random.chance(0.7) ? 1 : random.between(0.2, 1);
    const reach = Math.hypot(rx, ry);
    paint(picture, [x0 - reach, y0 - reach, x0 + reach, y0 + reach], randomColour(random), (x, y) => {
      const u = ((x - x0) * cos + (y - y0) * sin) / rx;
      const v = ((y - y0) * cos - (x - x0) * sin) / ry;
      const inside = round ? u * u + v * v < 1 : Math.abs(u) < 1 && Math.abs(v) < 1;
      return inside ? alpha * (1 - Math.abs(shade) * (shade > 0 ? u + 1 : 1 - u) * 0.5) : 0;
    });
  }
}

/** Lays look-alikes about; sizes are shares of the longer side. */
export function scatterDecoys(random: Random, picture: Picture, count: number, sizes: readonly [number, number], aligned: boolean): void {
  const longest = Math.max(picture.width, picture.height);
  const slant = aligned ? random.between(-0.1, 0.1) : 0;
  for (let i = 0; i < count; i++) {
    const sprite = spriteOf('decoy', random.int(0, DECOYS - 1));
    const full = sprite.levels[0] as { width: number; height: number };
    const scale = (random.logBetween(...sizes) * longest) / Math.max(full.width, full.height);
    const warp = createWarp({
      centre: [random.next() * picture.width, random.next() * picture.height],
      size: [full.width * scale, full.height * scale],
      turn: aligned ? slant : random.between(-Math.PI, Math.PI),
      tilt: aligned ? [0, 0] : [random.normal() * 0.35, random.normal() * 0.35],
      ...randomBend(random),
    });
    const dark = random.chance(0.75);
    const ink: Colour = random.chance(0.6) ? (dark ? [20, 20, 25] : [240, 240, 240]) : randomColour(random);
    const paper = random.chance(0.55) ? (random.chance(0.5) ? nearWhite(random) : randomColour(random)) : undefined;
    place(picture, sprite, warp, { ink, paper, alpha: random.chance(0.8) ? 1 : random.between(0.3, 1) });
  }
}
