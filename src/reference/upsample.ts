import type { Twin } from './dispatch.ts';
import { geometryOf } from './geometry.ts';

/** Twin of upsample.wgsl: every input pixel goes to a square of four. */
export const upsample: Twin = (dispatch) => {
  const { inWidth, inHeight, inputAt, outputAt, outOffset, outChannels } = geometryOf(dispatch);
  const input = dispatch.floats('input');
  const output = dispatch.floats('output');
  for (let image = 0; image < dispatch.batch; image++) {
    for (let y = 0; y < inHeight; y++) {
      for (let x = 0; x < inWidth; x++) {
        const from = inputAt(image, y, x);
        const channels = input.subarray(from, from + outChannels);
        for (const [down, right] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) output.set(channels, outputAt(image, 2 * y + down, 2 * x + right) + outOffset);
      }
    }
  }
};
