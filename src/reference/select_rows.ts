import type { Twin } from './dispatch.ts';
import { bestOf, headOf, sigmoid } from './head.ts';

/** Twin of select_rows.wgsl and select_rows_serial.wgsl: all classes of the chosen anchors in one list, sorted. */
export const selectRows: Twin = (dispatch) => {
  const { anchors, anchor4, bins, classes, rows } = headOf(dispatch);
  const logits = dispatch.floats('logits');
  const boxes = dispatch.floats('boxes');
  const chosen = dispatch.words('chosen');
  const detections = dispatch.floats('detections');
  for (let image = 0; image < dispatch.batch; image++) {
    const anchorOf = (candidate: number): number => image * anchors + chosen[image * rows + Math.floor(candidate / classes)]!;
    const scores = Float32Array.from({ length: rows * classes }, (_, i) => sigmoid(logits[anchorOf(i) * anchor4 * 4 + 4 * bins + (i % classes)]!));
    bestOf(scores, rows).forEach((candidate, row) => {
      const box = anchorOf(candidate) * 4;
      detections.set([...boxes.subarray(box, box + 4), scores[candidate]!, candidate % classes], (image * rows + row) * 6);
    });
  }
};
