/** A grey bitmap of printed ink: 0 bare paper, 255 full ink. Everything printed starts as one. */
export interface Ink {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export function createInk(width: number, height: number): Ink {
  return { width, height, data: new Uint8Array(width * height) };
}

/** Fills the part of the rectangle that lies inside; edges are rounded to whole pixels. */
export function fillRect(ink: Ink, x: number, y: number, width: number, height: number, value = 255): void {
  const x0 = Math.max(0, Math.round(x));
  const x1 = Math.min(ink.width, Math.round(x + width));
  const y0 = Math.max(0, Math.round(y));
  const y1 = Math.min(ink.height, Math.round(y + height));
  for (let row = y0; row < y1; row++) ink.data.fill(value, row * ink.width + x0, row * ink.width + Math.max(x0, x1));
}

/** Fills every pixel whose centre the predicate accepts; the predicate sees pixel coordinates. */
export function fillWhere(ink: Ink, inside: (x: number, y: number) => boolean, value = 255): void {
  for (let y = 0; y < ink.height; y++) {
    for (let x = 0; x < ink.width; x++) if (inside(x + 0.5, y + 0.5)) ink.data[y * ink.width + x] = value;
  }
}

/** A frame of the given thickness just inside the rectangle. */
export function strokeRect(ink: Ink, x: number, y: number, width: number, height: number, thickness: number): void {
  fillRect(ink, x, y, width, thickness);
  fillRect(ink, x, y + height - thickness, width, thickness);
  fillRect(ink, x, y, thickness, height);
  fillRect(ink, x + width - thickness, y, thickness, height);
}

/** Copies one bitmap into another at whole pixels, keeping the darker of the two. */
export function stamp(target: Ink, source: Ink, left: number, top: number): void {
  const x0 = Math.round(left);
  const y0 = Math.round(top);
  for (let y = Math.max(0, -y0); y < source.height && y + y0 < target.height; y++) {
    for (let x = Math.max(0, -x0); x < source.width && x + x0 < target.width; x++) {
      const at = (y + y0) * target.width + x + x0;
      const value = source.data[y * source.width + x] as number;
      if (value > (target.data[at] as number)) target.data[at] = value;
    }
  }
}

/** The bitmap at half size, each pixel the mean of four; odd edges repeat. */
export function halve(ink: Ink): Ink {
  const half = createInk(Math.max(1, ink.width >> 1), Math.max(1, ink.height >> 1));
  for (let y = 0; y < half.height; y++) {
    const upper = Math.min(2 * y, ink.height - 1) * ink.width;
    const lower = Math.min(2 * y + 1, ink.height - 1) * ink.width;
    for (let x = 0; x < half.width; x++) {
      const left = Math.min(2 * x, ink.width - 1);
      const right = Math.min(2 * x + 1, ink.width - 1);
      const sum = (ink.data[upper + left] as number) + (ink.data[upper + right] as number)
        + (ink.data[lower + left] as number) + (ink.data[lower + right] as number);
      half.data[y * half.width + x] = (sum + 2) >> 2;
    }
  }
  return half;
}
