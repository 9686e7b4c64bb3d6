import { InputError } from '../core/errors.ts';
import { DEEPEST_STRIDE } from './network.ts';

/** @throws InputError 'bad-argument' unless both sides, in pixels, are positive multiples of 32 */
export function checkInputSize(height: number, width: number): void {
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
