import type { Random } from './random.ts';

/** Red, green, blue in 0..255. */
export type Colour = readonly [number, number, number];

/** A picture under construction: RGB interleaved, 0..255, not yet rounded. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export function createPicture(width: number, height: number): Picture {
  return { width, height, data: new Float32Array(width * height * 3) };
}

export function randomColour(random: Random): Colour {
  return [random.between(0, 255), random.between(0, 255), random.between(0, 255)];
}

/** Mixes towards the colour inside the shape's bounding rectangle wherever `cover` (0..1) says. */
export function paint(
  picture: Picture, box: readonly [number, number, number, number], colour: Colour, cover: (x: number, y: number) => number,
): void {
  const [left, top, right, bottom] = box;
  const x1 = Math.min(picture.width, Math.ceil(right));
  const y1 = Math.min(picture.height, Math.ceil(bottom));
  for (let y = Math.max(0, Math.floor(top)); y < y1; y++) {
    for (let x = Math.max(0, Math.floor(left)); x < x1; x++) {
      const share = cover(x + 0.5, y + 0.5);
      if (share <= 0) continue;
      const at = (y * picture.width + x) * 3;
      for (let c = 0; c < 3; c++) {
        const old = picture.data[at + c] as number;
        picture.data[at + c] = old + ((colour[c] as number) - old) * share;
      }
    }
  }
}

/** Smooth random values in about -1..1 on a lattice of `cell` pixels, one plane of the picture's size. */
export function valueNoise(random: Random, width: number, height: number, cell: number): Float32Array {
  const columns = Math.ceil(width / cell) + 2;
  const lattice = new Float32Array(columns * (Math.ceil(height / cell) + 2));
  for (let i = 0; i < lattice.length; i++) lattice[i] = 2 * random.next() - 1;
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / cell);
    const fy = y / cell - row;
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / cell);
      const fx = x / cell - column;
      const at = row * columns + column;
      const upper = (lattice[at] as number) * (1 - fx) + (lattice[at + 1] as number) * fx;
      const lower = (lattice[at + columns] as number) * (1 - fx) + (lattice[at + columns + 1] as number) * fx;
      out[y * width + x] = upper * (1 - fy) + lower * fy;
    }
  }
  return out;
}

/** Adds a plane times a colour to the picture. */
export function addPlane(picture: Picture, plane: Float32Array, colour: Colour): void {
  const [r, g, b] = colour;
  const { data } = picture;
  for (let i = 0, at = 0; i < plane.length; i++, at += 3) {
    const value = plane[i] as number;
    data[at] = (data[at] as number) + value * r;
    data[at + 1] = (data[at + 1] as number) + value * g;
    data[at + 2] = (data[at + 2] as number) + value * b;
  }
}
