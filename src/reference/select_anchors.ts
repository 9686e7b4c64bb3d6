import type { Twin } from './dispatch.ts';
import { bestOf, headOf } from './head.ts';

/** Twin of select_anchors.wgsl and select_anchors_serial.wgsl: all anchors of an image, sorted. */
export const selectAnchors: Twin = (dispatch) => {
  const { anchors, rows } = headOf(dispatch);
  const scores = dispatch.floats('scores');
  const chosen = dispatch.words('chosen');
  for (let image = 0; image < dispatch.batch; image++) {
    chosen.set(bestOf(scores.subarray(image * anchors, (image + 1) * anchors), rows), image * rows);
  }
};
