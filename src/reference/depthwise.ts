import type { Twin } from './dispatch.ts';
import { finisher } from './finish.ts';
import { geometryOf } from './geometry.ts';

/** Twin of depthwise.wgsl: each channel under its own filter. */
export const depthwise: Twin = (dispatch) => {
  const geometry = geometryOf(dispatch);
  const [input, weights, bias] = ['input', 'weights', 'bias'].map((name) => dispatch.floats(name)) as [Float32Array, Float32Array, Float32Array];
  const { inHeight, inWidth, kernel, outChannels, outHeight, outWidth, stride } = geometry;
  const finish = finisher(dispatch, geometry);
  const reach = (kernel - 1) / 2;
  const sums = new Float64Array(outChannels);

  const addTap = (ky: number, kx: number, image: number, y: number, x: number): void => {
    if (y < 0 || y >= inHeight || x < 0 || x >= inWidth) return;
    const from = geometry.inputAt(image, y, x);
    const filter = (ky * kernel + kx) * outChannels;
    for (let channel = 0; channel < outChannels; channel++) sums[channel]! += input[from + channel]! * weights[filter + channel]!;
  };

  for (let image = 0; image < dispatch.batch; image++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        sums.set(bias.subarray(0, outChannels));
        for (let ky = 0; ky < kernel; ky++) {
          for (let kx = 0; kx < kernel; kx++) addTap(ky, kx, image, y * stride + ky - reach, x * stride + kx - reach);
        }
        finish(sums, geometry.outputAt(image, y, x));
      }
    }
  }
};
