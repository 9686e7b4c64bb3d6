import { nodePath } from '../../yolov10/blocks.ts';
import type { DetectLayer } from '../../yolov10/layers.ts';
import { writeAnchors } from './anchors.ts';
import type { GraphWriter, Made, Tensor } from './graph-writer.ts';
import type { Settings } from './options.ts';
import { writeRows } from './rows.ts';

/** Box distributions and class logits of the three levels to the graph's output (paper, section 3.1: no suppression). */
export function writeHead(w: GraphWriter, settings: Settings, layer: DetectLayer, boxes: Tensor[], classes: Tensor[]): Tensor {
  const node = nodePath(layer.path);
  const { batch, anchors } = settings;
  const width = 4 * layer.bins + layer.classCount;
  const levels = boxes.map((box, i) => w.concat([box, classes[i]!], 1, numbered(node, 'Concat', i)));
  const flat = levels.map((level, i) => w.reshape(level, [batch, width, cellCount(level)], numbered(node, 'Reshape', i)));
  const all = w.apply('Concat', flat, { name: `${node}/Concat_3_output_0`, dims: [batch, width, anchors] }, { axis: 2 });
  const [distribution, logits] = w.split(all, 1, [
    { name: `${node}/Split_output_0`, dims: [batch, 4 * layer.bins, anchors] },
    { name: `${node}/Split_output_1`, dims: [batch, layer.classCount, anchors] },
  ]);
  const distances = writeDistances(w, settings, `${node}/dfl`, layer, distribution);
  const scores = w.apply('Sigmoid', [logits], { name: `${node}/Sigmoid_output_0`, dims: logits.dims });
  const boxRows = writeBoxes(w, settings, node, distances, levels);
  if (settings.output === 'raw' || settings.output === 'raw-corners') {
    return w.apply('Concat', [boxRows, scores], { name: layer.output, dims: [batch, 4 + layer.classCount, anchors] }, { axis: 1 });
  }
  return writeRows(w, settings, layer, w.concat([boxRows, scores], 1, `${node}/Concat_5_output_0`));
}

/** Expected distance to each side, in cells: [batch, 4, anchors] (distribution focal loss, arXiv 2006.04388). */
function writeDistances(w: GraphWriter, { batch, anchors }: Settings, node: string, { bins, path }: DetectLayer, x: Tensor): Tensor {
  const bySide = w.reshape(x, [batch, 4, bins, anchors], `${node}/Reshape_output_0`);
  const shares = w.opset < 13 ? softmaxLast(w, node, bySide) : softmaxFirst(w, node, bySide);
  const numbers = w.floats(`${path}.dfl.conv.weight`, [1, bins, 1, 1], Float32Array.from({ length: bins }, (_, i) => i));
  const expectation: Made = { name: `${node}/conv/Conv_output_0`, dims: [batch, 1, 4, anchors] };
  const sums = w.apply('Conv', [shares, numbers], expectation, { dilations: [1, 1], group: 1, kernel_shape: [1, 1], pads: [0, 0, 0, 0], strides: [1, 1] });
  return w.reshape(sums, [batch, 4, anchors], `${node}/Reshape_1_output_0`);
}

/** [batch, 4, bins, anchors] to shares over bins [batch, bins, 4, anchors]. */
function softmaxFirst(w: GraphWriter, node: string, x: Tensor): Tensor {
  const bins = w.transpose(x, [0, 2, 1, 3], `${node}/Transpose_output_0`);
  return w.apply('Softmax', [bins], { name: `${node}/Softmax_output_0`, dims: bins.dims }, { axis: 1 });
}

/** The same before opset 13, where Softmax runs over all axes from the given one on: only the last is one axis. */
function softmaxLast(w: GraphWriter, node: string, x: Tensor): Tensor {
  const bins = w.transpose(x, [0, 3, 1, 2], `${node}/Transpose_output_0`);
  const shares = w.apply('Softmax', [bins], { name: `${node}/Softmax_output_0`, dims: bins.dims }, { axis: 3 });
  return w.transpose(shares, [0, 3, 2, 1], `${node}/Transpose_1_output_0`);
}

/** Boxes in input pixels [batch, 4, anchors]: corners, or centre and size for the output `raw`. */
function writeBoxes(w: GraphWriter, settings: Settings, node: string, distances: Tensor, levels: Tensor[]): Tensor {
  const { batch, anchors, output } = settings;
  const { centres, strides } = writeAnchors(w, settings, node, levels);
  const made = (name: string): Made => ({ name: `${node}/${name}_output_0`, dims: [batch, 2, anchors] });
  const [before, after] = w.split(distances, 1, [made('Split_1'), { ...made('Split_1'), name: `${node}/Split_1_output_1` }]);
  const low = w.apply('Sub', [centres, before], made('Sub'));
  const high = w.apply('Add', [centres, after], made('Add'));
  const pair = output === 'raw' ? [writeMiddle(w, made, low, high), w.apply('Sub', [high, low], made('Sub_1'))] : [low, high];
  const inCells = w.concat(pair, 1, `${node}/Concat_4_output_0`);
  return w.apply('Mul', [inCells, strides], { name: `${node}/Mul_output_0`, dims: inCells.dims });
}

function writeMiddle(w: GraphWriter, made: (name: string) => Made, low: Tensor, high: Tensor): Tensor {
  const sum = w.apply('Add', [low, high], made('Add_1'));
  return w.apply('Div', [sum, w.floats(`${sum.name}.two`, [], new Float32Array([2]))], made('Div'));
}

/** `Concat`, `Concat_1`, `Concat_2`: how the reference exporter numbers nodes of one scope. */
function numbered(node: string, op: string, index: number): string {
  return `${node}/${op}${index > 0 ? `_${index}` : ''}_output_0`;
}

function cellCount({ dims }: Tensor): number | string {
  const [height, width] = dims.slice(2);
  return typeof height === 'number' && typeof width === 'number' ? height * width : `${height}*${width}`;
}
