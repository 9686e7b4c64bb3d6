import { InputError } from '../core/errors.ts';
import { DEEPEST_STRIDE } from './network.ts';

/** Largest height or width of a network's input in pixels: beyond, candidate boxes alone are millions. */
export const LARGEST_SIDE = 8192;

/** @throws InputError 'bad-argument' unless both sides, in pixels, are positive multiples of 32 of at most 8192 */
export function checkInputSize(height: number, width: number): void {
  if (Math.max(height, width) > LARGEST_SIDE) {
    throw new InputError('bad-argument', { expected: `an image size of at most ${LARGEST_SIDE}`, found: `${width}×${height}`, remedy: 'Use 640, for instance.' });
  }
  for (const side of [height, width]) {
    if (Number.isInteger(side) && side > 0 && side % DEEPEST_STRIDE === 0) continue;
    const near = Math.max(DEEPEST_STRIDE, Math.round(side / DEEPEST_STRIDE) * DEEPEST_STRIDE);
    throw new InputError('bad-argument', {
      expected: `an image size in multiples of ${DEEPEST_STRIDE}`,
      found: `${width}×${height}`,
      remedy: Number.isFinite(near) ? `Use ${near} instead of ${side}, for instance.` : 'Give whole numbers of pixels.',
    });
  }
}
