import { paintGround, scatterDecoys, type Ground } from './background.ts';
import { photograph } from './camera.ts';
import { createStencil, LEAST_LEGIBLE, legibility, STENCILLED } from './legible.ts';
import { createPicture, paint, randomColour, type Colour, type Picture } from './picture.ts';
import { areaOf, boundsOf, clipToPicture, outlineOf, place, wholeOf, type Box, type Print } from './place.ts';
import { Random } from './random.ts';
import { spriteOf, type Area, type Sprite } from './sprite.ts';
import { type CodeClass } from './symbologies.ts';
import { createWarp, randomBend, type Pose } from './warp.ts';

/** A code in a picture: class index, and left, top, right, bottom in pixels. */
export interface Label {
  readonly codeClass: number;
  readonly box: Box;
}

export interface Scene {
  readonly picture: Picture;
  readonly labels: readonly Label[];
}

/** A scene while codes are put into it, with the stencil of what has been printed. */
interface Draft extends Scene {
  readonly stencil: Picture;
  readonly labels: Label[];
}

/** Which code sprites a set draws from: sets with different `first` never share a code. */
export interface SpriteRange {
  readonly first: number;
  readonly count: number;
}

/** The held-out set: seeds and codes that no training set uses. */
export const HELD_OUT = { seed: 500_000_000, sprites: { first: 100_000, count: 300 } } as const;

/** Kinds of pictures: one code nearly filling a clean picture; a close-up; a photo; no code at all. */
type Kind = 'clean' | 'closeUp' | 'photo' | 'none';

const CLASS_WEIGHTS: readonly (readonly [CodeClass, number])[] = [
  ['linear', 40], ['qr', 18], ['datamatrix', 13], ['aztec', 10], ['pdf417', 12], ['maxicode', 7],
];
/** Codes of which less than this share lies inside the picture are not put there. */
const LEAST_VISIBLE = 0.45;
/** How much gentler each further photo of the same scene is, as long as one of its codes cannot be made out. */
const GENTLER = [1, 0.4, 0.1];

/**
 * Makes the picture of this seed: same seed, size and sprites, same pixels.
 * `longest` is the longer side in pixels. Boxes hug the modules: no quiet zone, no text.
 */
export function makeScene(seed: number, longest: number, sprites: SpriteRange): Scene {
  const random = new Random(seed, 1);
  const kind = random.weighted<Kind>([['clean', 16], ['closeUp', 26], ['photo', 42], ['none', 16]]);
  const aspect = random.pick([1, 1, 4 / 3, 4 / 3, 3 / 4, 3 / 4, 16 / 9, random.between(0.4, 2.4)]);
  const picture = createPicture(
    Math.max(32, Math.round(aspect >= 1 ? longest : longest * aspect)),
    Math.max(32, Math.round(aspect >= 1 ? longest / aspect : longest)),
  );
  const draft: Draft = { picture, stencil: createStencil(picture.width, picture.height), labels: [] };
  paintGround(random, picture, groundFor(random, kind));
  if (kind === 'none') scatterDecoys(random, picture, random.int(1, 9), [0.15, 1.3], random.chance(0.4));
  else if (kind === 'photo' || random.chance(0.25)) scatterDecoys(random, picture, random.int(0, 6), [0.08, 0.7], random.chance(0.4));
  if (kind !== 'none') addCodes(random, draft, kind, sprites);
  const harshness = kind === 'clean' ? random.pick([0, 0, 0.3, 0.7]) : random.pick([0.4, 0.8, 1, 1]);
  return legiblePhoto(random, draft, harshness);
}

/** A photo on which every code can be made out; after the gentlest attempt, labels for those that can. */
function legiblePhoto(random: Random, { picture, stencil, labels }: Draft, harshness: number): Scene {
  let taken: Scene = { picture, labels };
  for (const share of GENTLER) {
    const photo = photograph(random, { ...picture, data: picture.data.slice() }, harshness * share);
    taken = { picture: photo, labels: labels.filter(({ box }) => legibility(photo, stencil, box) >= LEAST_LEGIBLE) };
    if (taken.labels.length === labels.length) break;
  }
  return taken;
}

function groundFor(random: Random, kind: Kind): Ground {
  if (kind === 'clean') return random.weighted<Ground>([['plain', 7], ['paper', 3]]);
  return random.weighted<Ground>([['plain', 1], ['paper', 2], ['gradient', 2], ['texture', 3], ['clutter', 4], ['package', 4], ['page', 3]]);
}

function addCodes(random: Random, draft: Draft, kind: Kind, sprites: SpriteRange): void {
  const { labels } = draft;
  const many = kind === 'photo' && random.chance(0.35);
  const wanted = many ? random.int(2, random.chance(0.2) ? 10 : 4) : 1;
  const sameClass = random.chance(0.4) ? random.weighted(CLASS_WEIGHTS) : undefined;
  for (let tries = 0; labels.length < wanted && tries < wanted * 6; tries++) {
    const codeClass = sameClass ?? random.weighted(CLASS_WEIGHTS);
    const sprite = spriteOf(codeClass, sprites.first + random.int(0, sprites.count - 1));
    const share = kind === 'photo' ? random.logBetween(0.06, many ? 0.4 : 0.6) : random.between(0.45, 1.05);
    addCode(random, draft, kind, sprite, share);
  }
}

function addCode(random: Random, { picture, stencil, labels }: Draft, kind: Kind, sprite: Sprite, share: number): void {
  const code = sprite.code as NonNullable<Sprite['code']>;
  const full = sprite.levels[0] as { width: number; height: number };
  const warp = createWarp(poseOf(random, picture, kind, sprite, share));
  const outline = outlineOf(warp, code, full);
  const seen = clipToPicture(outline, picture.width, picture.height);
  if (seen.length < 3 || areaOf(seen) / areaOf(outline) < LEAST_VISIBLE) return;
  const box = boundsOf(seen);
  if (Math.min(box[2] - box[0], box[3] - box[1]) < 4) return;
  const whole = boundsOf(outlineOf(warp, wholeOf(sprite), full));
  if (labels.some((other) => overlap(other.box, whole))) return;
  place(picture, sprite, warp, printOf(random, kind));
  place(stencil, sprite, warp, STENCILLED, code);
  labels.push({ codeClass: code.codeClass, box });
  if (kind !== 'clean' && random.chance(0.1)) cover(random, picture, box);
}

function poseOf(random: Random, picture: Picture, kind: Kind, sprite: Sprite, share: number): Pose {
  const code = sprite.code as Area;
  const full = sprite.levels[0] as { width: number; height: number };
  const turn = kind === 'clean' && random.chance(0.8) ? 0 : random.chance(0.35) ? random.normal() * 0.12 : random.between(-Math.PI, Math.PI);
  const [cos, sin] = [Math.abs(Math.cos(turn)), Math.abs(Math.sin(turn))];
  const room = Math.min(picture.width / (code.width * cos + code.height * sin), picture.height / (code.width * sin + code.height * cos));
  const scale = share * room;
  const size = [full.width * scale, full.height * scale] as const;
  const loose = share > 0.8 ? random.between(-0.15, 0.15) : random.between(-0.5, 0.5);
  const centre = share > 0.45
    ? ([picture.width * (0.5 + (1 - share) * loose), picture.height * (0.5 + (1 - share) * random.between(-0.5, 0.5))] as const)
    : ([picture.width * random.between(0.02, 0.98), picture.height * random.between(0.02, 0.98)] as const);
  if (kind === 'clean') return { centre, size, turn, tilt: [0, 0], bend: 0, bendAlong: 'u', ripple: [0, 0, 0] };
  const steep = random.chance(0.3) ? 0.55 : 0.2;
  return { centre, size, turn, tilt: [tiltOf(random, steep), tiltOf(random, steep)], ...randomBend(random) };
}

function tiltOf(random: Random, deviation: number): number {
  return Math.max(-1.05, Math.min(1.05, random.normal() * deviation));
}

function overlap(a: Box, b: Box): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/** Dark on light for the most part; sometimes coloured, faint, inverted, or without paper of its own. */
function printOf(random: Random, kind: Kind): Print {
  if (kind === 'clean' && random.chance(0.85)) return { ink: [0, 0, 0], paper: [255, 255, 255], alpha: 1 };
  const dark: Colour = random.chance(0.7) ? grey(random.between(0, 60)) : scaled(randomColour(random), 0.4);
  const light: Colour = random.chance(0.65) ? grey(random.between(180, 255)) : lightened(randomColour(random));
  const faint = random.chance(0.12) ? random.between(0.25, 0.6) : 1;
  if (random.chance(0.08)) return { ink: light, paper: dark, alpha: faint };
  if (random.chance(0.1)) return { ink: dark, alpha: faint };
  return { ink: mixed(dark, light, 1 - faint), paper: light, alpha: 1 };
}

function grey(level: number): Colour {
  return [level, level, level];
}

function scaled([r, g, b]: Colour, by: number): Colour {
  return [r * by, g * by, b * by];
}

function lightened([r, g, b]: Colour): Colour {
  return [155 + r * 0.4, 155 + g * 0.4, 155 + b * 0.4];
}

function mixed(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** A finger, a leaf, a sticker: something round or straight over a part of the code, at most about a third. */
function cover(random: Random, picture: Picture, box: Box): void {
  const [width, height] = [box[2] - box[0], box[3] - box[1]];
  const radius = random.between(0.1, 0.3) * Math.min(width, height);
  const x0 = box[0] + random.next() * width;
  const y0 = box[1] + random.next() * height;
  const slim = random.between(0.3, 1);
  paint(picture, [x0 - radius, y0 - radius, x0 + radius, y0 + radius], randomColour(random),
    (x, y) => (Math.hypot((x - x0) / slim, y - y0) < radius ? 1 : 0));
}
