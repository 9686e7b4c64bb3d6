import { softmax } from './attention.ts';
import type { Twin } from './dispatch.ts';
import { headOf, sigmoid } from './head.ts';

/** Twin of decode.wgsl: level by level, each anchor's box and its best class's score. */
export const decode: Twin = (dispatch) => {
  const { anchors, width8, width16, width32, cells8, cells16, classes, bins, anchor4 } = headOf(dispatch);
  const logits = dispatch.floats('logits');
  const boxes = dispatch.floats('boxes');
  const scores = dispatch.floats('scores');
  const levels = [
    { stride: 8, width: width8, first: 0, end: cells8 },
    { stride: 16, width: width16, first: cells8, end: cells8 + cells16 },
    { stride: 32, width: width32, first: cells8 + cells16, end: anchors },
  ];
  for (let image = 0; image < dispatch.batch; image++) {
    for (const { stride, width, first, end } of levels) {
      for (let cell = first; cell < end; cell++) {
        const anchor = image * anchors + cell;
        const own = logits.subarray(anchor * anchor4 * 4, (anchor + 1) * anchor4 * 4);
        const [left, top, right, bottom] = [0, 1, 2, 3].map((side) => expectation(own.subarray(side * bins, (side + 1) * bins))) as [number, number, number, number];
        const x = ((cell - first) % width) + 0.5;
        const y = Math.floor((cell - first) / width) + 0.5;
        boxes.set([(x - left) * stride, (y - top) * stride, (x + right) * stride, (y + bottom) * stride], anchor * 4);
        scores[anchor] = sigmoid(Math.max(...own.subarray(4 * bins, 4 * bins + classes)));
      }
    }
  }
};

function expectation(bins: Float32Array): number {
  return softmax(Float64Array.from(bins)).reduce((sum, share, bin) => sum + share * bin, 0);
}
