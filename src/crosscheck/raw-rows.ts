import type { NumberTensor } from './engine.ts';
import { ROW } from './match.ts';

/** How a raw output gives its boxes. */
export type BoxForm = 'corners' | 'centre and size';

/**
 * Detections [batch, rows, 6] out of a raw output [batch, 4 + classes, anchors] as the network's own head takes them: the
 * anchors with the best class, then the best pairs of anchor and class among those.
 */
export function rowsOfRaw({ data, dims }: NumberTensor, form: BoxForm): NumberTensor {
  const [batch, width, anchors] = dims as [number, number, number];
  const rows = Math.min(300, anchors);
  const found = new Float32Array(batch * rows * ROW);
  for (let image = 0; image < batch; image++) {
    const raw = data.subarray(image * width * anchors, (image + 1) * width * anchors);
    found.set(imageRows(raw, width - 4, anchors, rows, form), image * rows * ROW);
  }
  return { data: found, dims: [batch, rows, ROW] };
}

function imageRows(raw: Float32Array, classes: number, anchors: number, rows: number, form: BoxForm): number[] {
  const scoreOf = (anchor: number, classId: number): number => raw[(4 + classId) * anchors + anchor]!;
  const classIds = Array.from({ length: classes }, (_, classId) => classId);
  const best = Array.from({ length: anchors }, (_, anchor) => ({ anchor, score: Math.max(...classIds.map((classId) => scoreOf(anchor, classId))) }));
  const chosen = best.sort((a, b) => b.score - a.score).slice(0, rows);
  const pairs = chosen.flatMap(({ anchor }) => classIds.map((classId) => ({ anchor, classId, score: scoreOf(anchor, classId) })));
  const kept = pairs.sort((a, b) => b.score - a.score).slice(0, rows);
  return kept.flatMap(({ anchor, classId, score }) => [...corners(raw, anchor, anchors, form), score, classId]);
}

function corners(raw: Float32Array, anchor: number, anchors: number, form: BoxForm): number[] {
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => raw[i * anchors + anchor]!) as [number, number, number, number];
  return form === 'corners' ? [a, b, c, d] : [a - c / 2, b - d / 2, a + c / 2, b + d / 2];
}
