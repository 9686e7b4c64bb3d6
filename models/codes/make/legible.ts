import { createPicture, type Picture } from './picture.ts';
import type { Box, Print } from './place.ts';

/** Below this a person sees a smear, darkness or noise but hardly a code (judged by eye on crops of made pictures, sorted by it). */
export const LEAST_LEGIBLE = 0.3;
/** How modules are printed into a stencil. */
export const STENCILLED: Print = { ink: [0, 0, 0], paper: [255, 255, 255], alpha: 1 };
/** What a stencil holds where nothing was printed. */
const BARE = -1;

/** A picture to print the modules of codes into, each where the scene has it: what a perfect photo would show of them. */
export function createStencil(width: number, height: number): Picture {
  const stencil = createPicture(width, height);
  stencil.data.fill(BARE);
  return stencil;
}

/**
 * How much of the code in this box the photo still shows: the largest of the three channels' absolute correlations (0..1)
 * with the stencil, over the printed pixels. Inverted codes count like others; one flat colour is 0.
 */
export function legibility(photo: Picture, stencil: Picture, box: Box): number {
  return Math.max(...[0, 1, 2].map((channel) => Math.abs(correlation(photo, stencil, box, channel))));
}

function correlation(photo: Picture, stencil: Picture, [left, top, right, bottom]: Box, channel: number): number {
  let [n, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(photo.height, Math.ceil(bottom)); y++) {
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(photo.width, Math.ceil(right)); x++) {
      const at = (y * photo.width + x) * 3 + channel;
      const printed = stencil.data[at] as number;
      if (printed < 0) continue;
      const seen = Math.max(0, Math.min(255, photo.data[at] as number));
      n++;
      a += printed;
      b += seen;
      aa += printed * printed;
      bb += seen * seen;
      ab += printed * seen;
    }
  }
  const spread = (n * aa - a * a) * (n * bb - b * b);
  return spread > 0 ? (n * ab - a * b) / Math.sqrt(spread) : 0;
}
