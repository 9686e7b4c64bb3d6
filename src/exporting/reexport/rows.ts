import { nodePath } from '../../yolov10/blocks.ts';
import type { DetectLayer } from '../../yolov10/layers.ts';
import type { GraphWriter, Made, Tensor } from './graph-writer.ts';
import type { Settings } from './options.ts';

/**
 * The best rows of boxes and scores [batch, 4 + classes, anchors]: the anchors with the best class first, then the best
 * (anchor, class) pairs among those. Index tensors are widened by Expand to constants, which keeps every shape inferable.
 */
export function writeRows(w: GraphWriter, settings: Settings, layer: DetectLayer, predictions: Tensor): Tensor {
  const node = nodePath(layer.path);
  const { batch, anchors, rows } = settings;
  const { classCount } = layer;
  const byAnchor = w.transpose(predictions, [0, 2, 1], `${node}/Transpose_output_0`);
  const [boxes, scores] = w.split(byAnchor, -1, [
    { name: `${node}/Split_2_output_0`, dims: [batch, anchors, 4] },
    { name: `${node}/Split_2_output_1`, dims: [batch, anchors, classCount] },
  ]);
  const bestClass = w.maxOverLast(scores, `${node}/ReduceMax_output_0`);
  const [, bestAnchors] = writeTopK(w, settings, `${node}/TopK`, bestClass);
  const anchorColumn = w.unsqueeze(bestAnchors, [-1], `${node}/Unsqueeze_output_0`);
  const bestBoxes = writeGather(w, node, '', boxes, anchorColumn);
  const bestScores = writeGather(w, node, '_1', scores, anchorColumn);

  const pairs = w.apply('Flatten', [bestScores], { name: `${node}/Flatten_output_0`, dims: [batch, rows * classCount] }, { axis: 1 });
  const [score, pair] = writeTopK(w, settings, `${node}/TopK_1`, pairs);
  const count = w.int(`${node}/classCount`, classCount);
  const row = w.apply('Div', [pair, count], { name: `${node}/Div_output_0`, dims: pair.dims });
  const classId = settings.output === 'mod-free' ? writeRemainder(w, node, pair, row, count) : writeMod(w, node, pair, count);
  const columns = [
    writeGather(w, node, '_2', bestBoxes, w.unsqueeze(row, [-1], `${node}/Unsqueeze_1_output_0`)),
    w.unsqueeze(score, [-1], `${node}/Unsqueeze_2_output_0`),
    w.cast(w.unsqueeze(classId, [-1], `${node}/Unsqueeze_3_output_0`), 'float', `${node}/Cast_output_0`),
  ];
  return w.apply('Concat', columns, { name: layer.output, dims: [batch, rows, 6] }, { axis: -1 });
}

function writeTopK(w: GraphWriter, { batch, rows }: Settings, node: string, x: Tensor): readonly [Tensor, Tensor] {
  const made = (index: 0 | 1): Made => ({ name: `${node}_output_${index}`, dims: [batch, rows], dataType: index === 0 ? 'float' : 'int64' });
  return w.node('TopK', [x, w.ints(`${node}.k`, [rows])], [made(0), made(1)], { axis: -1, largest: 1, sorted: 1 });
}

/** Rows of `x` [batch, n, columns] at `index` [batch, rows, 1]. */
function writeGather(w: GraphWriter, node: string, suffix: string, x: Tensor, index: Tensor): Tensor {
  const dims = index.dims.with(2, x.dims[2]!);
  const target = w.ints(`${node}/Expand${suffix}.shape`, [1, 1, x.dims[2] as number]);
  const wide = w.apply('Expand', [index, target], { name: `${node}/Expand${suffix}_output_0`, dims });
  return w.apply('GatherElements', [x, wide], { name: `${node}/GatherElements${suffix}_output_0`, dims }, { axis: 1 });
}

function writeMod(w: GraphWriter, node: string, pair: Tensor, count: Tensor): Tensor {
  return w.apply('Mod', [pair, count], { name: `${node}/Mod_output_0`, dims: pair.dims }, { fmod: 0 });
}

/** pair − row · count. */
function writeRemainder(w: GraphWriter, node: string, pair: Tensor, row: Tensor, count: Tensor): Tensor {
  const start = w.apply('Mul', [row, count], { name: `${node}/Mul_1_output_0`, dims: pair.dims });
  return w.apply('Sub', [pair, start], { name: `${node}/Sub_2_output_0`, dims: pair.dims });
}
