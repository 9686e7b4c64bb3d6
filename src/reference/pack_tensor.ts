import type { Twin } from './dispatch.ts';

/** Twin of pack_tensor.wgsl: three planes into pixels of four floats, the last of them 0. */
export const packTensor: Twin = (dispatch) => {
  const { pixels } = dispatch.uniforms as { pixels: number };
  const tensor = dispatch.floats('tensor');
  const output = dispatch.floats('output');
  for (let image = 0; image < dispatch.batch; image++) {
    for (let channel = 0; channel < 4; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        output[(image * pixels + pixel) * 4 + channel] = channel < 3 ? tensor[(image * 3 + channel) * pixels + pixel]! : 0;
      }
    }
  }
};
