import type { Twin } from './dispatch.ts';
import { finisher } from './finish.ts';
import { type Geometry, geometryOf } from './geometry.ts';

/** Twin of conv.wgsl and conv_tiled.wgsl: per pixel, its window laid out in a row, times each filter laid out likewise. */
export const conv: Twin = (dispatch) => {
  const geometry = geometryOf(dispatch);
  const { KERNEL: kernel, STRIDE: stride } = dispatch.constants as { KERNEL: number; STRIDE: number };
  const input = dispatch.floats('input');
  const bias = dispatch.floats('bias');
  const { inChannels, outChannels, outHeight, outWidth } = geometry;
  const finish = finisher(dispatch, geometry);
  const window = new Float32Array(kernel * kernel * inChannels);
  const filters = unpackFilters(dispatch.floats('weights'), outChannels, inChannels, kernel * kernel);
  const sums = new Float64Array(outChannels);
  for (let image = 0; image < dispatch.batch; image++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        gatherWindow(window, input, geometry, kernel, image, y * stride, x * stride);
        for (let o = 0; o < outChannels; o++) sums[o] = bias[o]! + dot(window, filters, o * window.length);
        finish(sums, geometry.outputAt(image, y, x));
      }
    }
  }
};

/** The inputs under a filter centred on (centreY, centreX), zeros outside the map. */
function gatherWindow(window: Float32Array, input: Float32Array, geometry: Geometry, kernel: number, image: number, centreY: number, centreX: number): void {
  const { inChannels, inHeight, inWidth } = geometry;
  const reach = (kernel - 1) / 2;
  let at = 0;
  for (let y = centreY - reach; y <= centreY + reach; y++) {
    for (let x = centreX - reach; x <= centreX + reach; x++) {
      if (y < 0 || y >= inHeight || x < 0 || x >= inWidth) window.fill(0, at, at + inChannels);
      else {
        const from = geometry.inputAt(image, y, x);
        for (let i = 0; i < inChannels; i++) window[at + i] = input[from + i]!;
      }
      at += inChannels;
    }
  }
}

/** From blocks [out/4][tap][in/4] of 4×4, column by column, to [out][tap][in]. */
function unpackFilters(packed: Float32Array, outputs: number, inputs: number, taps: number): Float32Array {
  const filters = new Float32Array(outputs * taps * inputs);
  let from = 0;
  for (let block = 0; block < outputs; block += 4) {
    for (let tap = 0; tap < taps; tap++) {
      for (let i = 0; i < inputs; i++) {
        for (let o = block; o < block + 4; o++) filters[(o * taps + tap) * inputs + i] = packed[from++]!;
      }
    }
  }
  return filters;
}

function dot(window: Float32Array, filters: Float32Array, filter: number): number {
  let sum = 0;
  for (let i = 0; i < window.length; i++) sum += window[i]! * filters[filter + i]!;
  return sum;
}
