import type { Random } from './random.ts';

export type Point = readonly [number, number];

/** How a flat rectangle lies in the picture: bent round a cylinder, rippled, tilted, turned and seen in perspective. */
export interface Pose {
  /** Middle of the rectangle in picture pixels. */
  readonly centre: Point;
  /** Width and height in picture pixels, before tilting. */
  readonly size: Point;
  /** Turn in the picture plane, and tilts out of it about the two axes, in radians. */
  readonly turn: number;
  readonly tilt: Point;
  /** Half the angle of the cylinder it is wrapped round (0: flat), along u or v. */
  readonly bend: number;
  readonly bendAlong: 'u' | 'v';
  /** Ripple height as a share of the rectangle, its waves per width and its phase. */
  readonly ripple: readonly [number, number, number];
}

/** The map between the rectangle ([0,1]², u right, v down) and picture pixels, in both directions. */
export interface Warp {
  forward(u: number, v: number): Point;
  /** Undefined where the picture point lies outside the rectangle. */
  inverse(x: number, y: number): Point | undefined;
}

/** Pinhole projection of the tilted rectangle from a distance of 2.2 times its longer side. */
export function createWarp(pose: Pose): Warp {
  const matrix = projection(pose);
  const back = invert(matrix);
  const [height, waves, phase] = pose.ripple;
  const wave = (u: number): number => height * Math.sin(Math.PI * 2 * (waves * u + phase));
  const sine = Math.sin(pose.bend);
  const wrap = (t: number): number => (pose.bend === 0 ? t : Math.sin(pose.bend * (2 * t - 1)) / (2 * sine) + 0.5);
  const unwrap = (t: number): number => (pose.bend === 0 ? t : Math.asin(clamp((2 * t - 1) * sine)) / (2 * pose.bend) + 0.5);
  const alongU = pose.bendAlong === 'u';
  return {
    forward(u, v) {
      const s = alongU ? wrap(u) : u;
      const t = (alongU ? v : wrap(v)) + wave(s);
      return project(matrix, s, t);
    },
    inverse(x, y) {
      const [s, t] = project(back, x, y);
      if (s < 0 || s > 1) return undefined;
      const flat = t - wave(s);
      if (flat < 0 || flat > 1) return undefined;
      return alongU ? [unwrap(s), flat] : [s, unwrap(flat)];
    },
  };
}

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}

type Matrix = readonly number[];

function project(m: Matrix, x: number, y: number): Point {
  const w = (m[6] as number) * x + (m[7] as number) * y + (m[8] as number);
  return [
    ((m[0] as number) * x + (m[1] as number) * y + (m[2] as number)) / w,
    ((m[3] as number) * x + (m[4] as number) * y + (m[5] as number)) / w,
  ];
}

/** 3×3 matrix from [0,1]² to picture pixels: centre, scale, tilt about y then x, project, turn, shift. */
function projection(pose: Pose): Matrix {
  const [width, height] = pose.size;
  const [about, over] = pose.tilt;
  const depth = 2.2 * Math.max(width, height);
  const [ca, sa, co, so] = [Math.cos(about), Math.sin(about), Math.cos(over), Math.sin(over)];
  // Columns of the tilted plane: the images of the unit steps along the rectangle's own axes.
  const ux = [ca, so * sa, -co * sa] as const;
  const uy = [0, co, so] as const;
  const flat = (axis: 0 | 1 | 2): readonly [number, number, number] =>
    [ux[axis] * width, uy[axis] * height, -(ux[axis] * width + uy[axis] * height) / 2];
  const [x, y, z] = [flat(0), flat(1), flat(2)];
  const w = z.map((value) => value / depth) as [number, number, number];
  w[2] += 1;
  const [ct, st] = [Math.cos(pose.turn), Math.sin(pose.turn)];
  const [cx, cy] = pose.centre;
  return [
    ...[0, 1, 2].map((i) => ct * (x[i] as number) - st * (y[i] as number) + cx * (w[i] as number)),
    ...[0, 1, 2].map((i) => st * (x[i] as number) + ct * (y[i] as number) + cy * (w[i] as number)),
    ...w,
  ];
}

function invert(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m as [number, number, number, number, number, number, number, number, number];
  const cofactors = [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d];
  const determinant = a * (cofactors[0] as number) + b * (cofactors[3] as number) + c * (cofactors[6] as number);
  return cofactors.map((value) => value / determinant);
}

/** A random bend and ripple: mostly flat. */
export function randomBend(random: Random): Pick<Pose, 'bend' | 'bendAlong' | 'ripple'> {
  return {
    bend: random.chance(0.25) ? random.between(0.3, 1.2) : 0,
    bendAlong: random.chance(0.7) ? 'u' : 'v',
    ripple: random.chance(0.12) ? [random.between(0.01, 0.06), random.between(0.3, 1.5), random.next()] : [0, 0, 0],
  };
}
