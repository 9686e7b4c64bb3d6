import type { Twin } from './dispatch.ts';

const REACH = 2;

/** Twin of sppf.wgsl: three 5×5 max pools one after another, each from one quarter of the channels into the next. */
export const sppf: Twin = (dispatch) => {
  const { width, height, channels4 } = dispatch.uniforms as { width: number; height: number; channels4: number };
  const map = dispatch.floats('map');
  const channels = channels4 * 4;
  const at = (image: number, y: number, x: number): number => ((image * height + y) * width + x) * 4 * channels;

  const highest = (image: number, y: number, x: number, channel: number): number => {
    let value = Number.NEGATIVE_INFINITY;
    for (let row = Math.max(0, y - REACH); row <= Math.min(height - 1, y + REACH); row++) {
      for (let column = Math.max(0, x - REACH); column <= Math.min(width - 1, x + REACH); column++) {
        value = Math.max(value, map[at(image, row, column) + channel]!);
      }
    }
    return value;
  };

  for (let channel = channels; channel < 4 * channels; channel++) {
    for (let image = 0; image < dispatch.batch; image++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) map[at(image, y, x) + channel] = highest(image, y, x, channel - channels);
      }
    }
  }
};
