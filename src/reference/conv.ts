import type { Twin } from './dispatch.ts';
import { finisher } from './finish.ts';
import { type Geometry, geometryOf } from './geometry.ts';

/** Twin of conv.wgsl, conv_subgroup.wgsl and conv_tiled.wgsl: per pixel, its window laid out in a row, times every filter laid out likewise. */
export const conv: Twin = (dispatch) => {
  const geometry = geometryOf(dispatch);
  const [input, weights, bias] = ['input', 'weights', 'bias'].map((name) => dispatch.floats(name)) as [Float32Array, Float32Array, Float32Array];
  const { inChannels, kernel, outChannels, outHeight, outWidth, stride } = geometry;
  const finish = finisher(dispatch, geometry);
  const window = new Float32Array(kernel * kernel * inChannels);
  const sums = new Float64Array(outChannels);
  for (let image = 0; image < dispatch.batch; image++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        gatherWindow(window, input, geometry, kernel, image, y * stride, x * stride);
        applyFilters(sums, window, weights, bias);
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

/**
 * Every filter times the window, on top of the bias. In their 4×4 blocks, column by column, the weights lie as
 * [out/4][tap][in] of four outputs each.
 */
function applyFilters(sums: Float64Array, window: Float32Array, weights: Float32Array, bias: Float32Array): void {
  let at = 0;
  for (let o = 0; o < sums.length; o += 4) {
    let [a, b, c, d] = [bias[o]!, bias[o + 1]!, bias[o + 2]!, bias[o + 3]!];
    for (let i = 0; i < window.length; i++, at += 4) {
      const x = window[i]!;
      a += x * weights[at]!;
      b += x * weights[at + 1]!;
      c += x * weights[at + 2]!;
      d += x * weights[at + 3]!;
    }
    sums.set([a, b, c, d], o);
  }
}
