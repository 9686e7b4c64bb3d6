import { addPlane, valueNoise, type Picture } from './picture.ts';
import type { Random } from './random.ts';

/** How hard the camera treats a picture: 0 leaves it nearly as drawn, 1 allows the worst. */
export type Harshness = number;

/** Light, gloss, lens, sensor: everything between the scene and the file. Lengths scale with the picture. */
export function photograph(random: Random, picture: Picture, harshness: Harshness): Picture {
  const unit = Math.max(picture.width, picture.height) / 320;
  if (random.chance(0.6 * harshness)) illuminate(random, picture);
  if (random.chance(0.15 * harshness)) shine(random, picture);
  let out = picture;
  if (random.chance(0.25 * harshness)) out = coarsen(random, out);
  if (random.chance(0.45 * harshness)) blur(out, random.logBetween(0.4, 2.6) * unit * harshness);
  if (random.chance(0.12 * harshness)) smear(random, out, random.between(2, 9) * unit * harshness);
  tone(random, out, harshness);
  if (random.chance(0.6 * harshness)) addNoise(random, out, random.logBetween(1.5, 22) * harshness);
  if (random.chance(0.02)) threshold(out, random.between(90, 170));
  return out;
}

/** Brightness that changes across the picture, perhaps with the edge of a shadow. */
function illuminate(random: Random, picture: Picture): void {
  const angle = random.between(0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(angle) / picture.width, Math.sin(angle) / picture.height];
  const strength = random.between(0.1, 0.75);
  const shadow = random.chance(0.3) ? random.between(0.35, 0.8) : 1;
  const edge = random.between(-0.4, 0.4);
  const softness = random.between(4, 60);
  scalePixels(picture, (x, y) => {
    const t = (x - picture.width / 2) * dx + (y - picture.height / 2) * dy;
    const lit = shadow + (1 - shadow) / (1 + Math.exp(-(t - edge) * softness));
    return (1 + strength * t) * lit;
  });
}

function scalePixels(picture: Picture, gain: (x: number, y: number) => number): void {
  const { data } = picture;
  for (let y = 0, at = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++, at += 3) {
      const by = gain(x, y);
      for (let c = 0; c < 3; c++) data[at + c] = (data[at + c] as number) * by;
    }
  }
}

/** One or two highlights, as lamps leave on gloss. */
function shine(random: Random, picture: Picture): void {
  for (let i = random.int(1, 2); i > 0; i--) {
    const [x0, y0] = [random.next() * picture.width, random.next() * picture.height];
    const [rx, ry] = [random.between(0.04, 0.3) * picture.width, random.between(0.02, 0.2) * picture.height];
    const turn = random.between(0, Math.PI);
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const peak = random.between(60, 260);
    const plane = new Float32Array(picture.width * picture.height);
    for (let y = 0; y < picture.height; y++) {
      for (let x = 0; x < picture.width; x++) {
        const u = ((x - x0) * cos + (y - y0) * sin) / rx;
        const v = ((y - y0) * cos - (x - x0) * sin) / ry;
        const distance = u * u + v * v;
        if (distance < 6) plane[y * picture.width + x] = peak * Math.exp(-distance);
      }
    }
    addPlane(picture, plane, [1, 1, 0.95]);
  }
}

/** Down to a smaller picture and up again: a low resolution sensor, or a small picture enlarged. */
function coarsen(random: Random, picture: Picture): Picture {
  const by = random.between(1.3, 3);
  const [width, height] = [Math.max(8, Math.round(picture.width / by)), Math.max(8, Math.round(picture.height / by))];
  const small = resize(picture, width, height);
  return random.chance(0.15) ? resize(small, picture.width, picture.height, false) : resize(small, picture.width, picture.height);
}

/** Bilinear (or nearest) resize; reducing by up to 3 takes the mean of 2×2 samples. */
export function resize(picture: Picture, width: number, height: number, smooth = true): Picture {
  const out = { width, height, data: new Float32Array(width * height * 3) };
  const [sx, sy] = [picture.width / width, picture.height / height];
  const offsets = sx > 1.2 ? [0.25, 0.75] : [0.5];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      for (const oy of offsets) {
        for (const ox of offsets) mixIn(picture, (x + ox) * sx - 0.5, (y + oy) * sy - 0.5, smooth, out.data, at, offsets.length ** -2);
      }
    }
  }
  return out;
}

function mixIn(picture: Picture, x: number, y: number, smooth: boolean, out: Float32Array, at: number, weight: number): void {
  const { width, height, data } = picture;
  const px = Math.max(0, Math.min(width - 1.001, smooth ? x : Math.round(x)));
  const py = Math.max(0, Math.min(height - 1.001, smooth ? y : Math.round(y)));
  const [x0, y0] = [Math.floor(px), Math.floor(py)];
  const [fx, fy] = [px - x0, py - y0];
  const upper = (y0 * width + x0) * 3;
  const lower = upper + width * 3;
  for (let c = 0; c < 3; c++) {
    const top = (data[upper + c] as number) * (1 - fx) + (data[upper + 3 + c] as number) * fx;
    const bottom = (data[lower + c] as number) * (1 - fx) + (data[lower + 3 + c] as number) * fx;
    out[at + c] = (out[at + c] as number) + weight * (top + (bottom - top) * fy);
  }
}

/** Gaussian blur by two box blurs each way; sigma in pixels. */
export function blur(picture: Picture, sigma: number): void {
  const radius = Math.max(1, Math.round(Math.sqrt(6 * sigma * sigma + 1) / 2 - 0.5));
  const share = Math.min(1, (sigma * sigma * 6) / ((2 * radius + 1) ** 2 - 1));
  for (let pass = 0; pass < 2; pass++) {
    boxBlur(picture.data, picture.height, picture.width, picture.width * 3, 3, radius, share);
    boxBlur(picture.data, picture.width, picture.height, 3, picture.width * 3, radius, share);
  }
}

/** Running mean of 2·radius+1 samples along `step`, mixed with the original by `share`. */
function boxBlur(data: Float32Array, lines: number, length: number, lineStep: number, step: number, radius: number, share: number): void {
  const line = new Float32Array(length);
  const gain = share / (2 * radius + 1);
  for (let i = 0; i < lines; i++) {
    for (let c = 0; c < 3; c++) {
      const base = i * lineStep + c;
      for (let k = 0; k < length; k++) line[k] = data[base + k * step] as number;
      let sum = 0;
      for (let k = -radius; k <= radius; k++) sum += line[Math.max(0, Math.min(length - 1, k))] as number;
      for (let k = 0; k < length; k++) {
        data[base + k * step] = (line[k] as number) * (1 - share) + sum * gain;
        sum += (line[Math.min(length - 1, k + radius + 1)] as number) - (line[Math.max(0, k - radius)] as number);
      }
    }
  }
}

/** Motion blur of the given length in a random direction. */
function smear(random: Random, picture: Picture, length: number): void {
  const angle = random.between(0, Math.PI);
  const source = picture.data.slice();
  const taps = Math.max(3, Math.round(length));
  const { width, height, data } = picture;
  data.fill(0);
  for (let tap = 0; tap < taps; tap++) {
    const along = (tap / (taps - 1) - 0.5) * length;
    const [dx, dy] = [Math.round(Math.cos(angle) * along), Math.round(Math.sin(angle) * along)];
    for (let y = 0, at = 0; y < height; y++) {
      const row = Math.max(0, Math.min(height - 1, y + dy)) * width;
      for (let x = 0; x < width; x++, at += 3) {
        const from = (row + Math.max(0, Math.min(width - 1, x + dx))) * 3;
        for (let c = 0; c < 3; c++) data[at + c] = (data[at + c] as number) + (source[from + c] as number) / taps;
      }
    }
  }
}

/** Exposure, contrast, gamma, white balance, saturation; sometimes grey. */
function tone(random: Random, picture: Picture, harshness: Harshness): void {
  const contrast = 1 + harshness * random.between(-0.6, 0.35);
  const shift = harshness * random.between(-45, 45);
  const gamma = Math.exp(harshness * random.between(-0.5, 0.5));
  const saturation = random.chance(0.2) ? 0 : 1 - harshness * random.between(-0.2, 0.7);
  const cast = [0, 1, 2].map(() => 1 + harshness * random.between(-0.12, 0.12));
  const curve = new Float32Array(256);
  for (let i = 0; i < 256; i++) curve[i] = 255 * Math.max(0, Math.min(1, ((i - 128) * contrast + 128 + shift) / 255)) ** gamma;
  const { data } = picture;
  for (let at = 0; at < data.length; at += 3) {
    const grey = 0.3 * (data[at] as number) + 0.59 * (data[at + 1] as number) + 0.11 * (data[at + 2] as number);
    for (let c = 0; c < 3; c++) {
      const value = (grey + ((data[at + c] as number) - grey) * saturation) * (saturation === 0 ? 1 : (cast[c] as number));
      data[at + c] = curve[Math.max(0, Math.min(255, Math.round(value)))] as number;
    }
  }
}

/** Sensor noise: brightness and colour, sometimes in coarse grains. */
function addNoise(random: Random, picture: Picture, deviation: number): void {
  const chroma = random.between(0, 0.6);
  const { data } = picture;
  for (let at = 0; at < data.length; at += 3) {
    const shared = deviation * 2.4 * (random.next() + random.next() - 1);
    for (let c = 0; c < 3; c++) data[at + c] = (data[at + c] as number) + shared + deviation * 3 * chroma * (random.next() - 0.5);
  }
  if (random.chance(0.25)) {
    const grain = valueNoise(random, picture.width, picture.height, random.between(1.5, 4));
    addPlane(picture, grain, [deviation, deviation, deviation]);
  }
}

/** Black and white, as fax machines and bad scans leave it. */
function threshold(picture: Picture, at: number): void {
  for (let i = 0; i < picture.data.length; i += 3) {
    const value = (picture.data[i + 1] as number) > at ? 255 : 0;
    picture.data.fill(value, i, i + 3);
  }
}
