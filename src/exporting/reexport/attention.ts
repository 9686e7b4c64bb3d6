import { nodePath } from '../../yolov10/blocks.ts';
import type { AttentionLayer } from '../../yolov10/layers.ts';
import { madeMap } from './features.ts';
import type { GraphWriter, Made, Tensor } from './graph-writer.ts';
import { type Settings, cells } from './options.ts';

/**
 * softmax(qᵀk / √keyDim) v (YOLOv10 paper, section 3.3). Returns v and the attended values, both as feature maps. Channel
 * numbers are constants in every Reshape: an engine that sees -1 there cannot tell the groups of the convolution after.
 */
export function writeAttention(w: GraphWriter, settings: Settings, layer: AttentionLayer, qkv: Tensor): { value: Tensor; output: Tensor } {
  const { heads, keyDim, headDim } = layer;
  const node = nodePath(layer.path);
  const batch = settings.batch;
  const [height, width] = cells(settings, layer.input.stride);
  const count = typeof height === 'number' && typeof width === 'number' ? height * width : `${height}*${width}`;
  const made = (name: string, rows: number | string, columns: number | string): Made => ({ name: `${node}/${name}_output_0`, dims: [batch, heads, rows, columns] });

  const flat = w.reshape(qkv, [batch, heads, 2 * keyDim + headDim, count], `${node}/Reshape_output_0`);
  const [q, k, v] = w.split(flat, 2, [
    { name: `${node}/Split_output_0`, dims: [batch, heads, keyDim, count] },
    { name: `${node}/Split_output_1`, dims: [batch, heads, keyDim, count] },
    { name: `${node}/Split_output_2`, dims: [batch, heads, headDim, count] },
  ]);
  const queries = w.transpose(q, [0, 1, 3, 2], `${node}/Transpose_output_0`);
  const products = w.apply('MatMul', [queries, k], made('MatMul', count, count));
  const scale = w.floats(`${node}/Mul.scale`, [], new Float32Array([keyDim ** -0.5]), settings.half ? 'float16' : 'float');
  const scaled = w.apply('Mul', [products, scale], made('Mul', count, count));
  const shares = w.apply('Softmax', [scaled], made('Softmax', count, count), { axis: -1 });
  const byKey = w.transpose(shares, [0, 1, 3, 2], `${node}/Transpose_1_output_0`);
  const attended = w.apply('MatMul', [v, byKey], made('MatMul_1', headDim, count));

  const target = mapShape(w, settings, layer, node, qkv);
  return {
    output: w.apply('Reshape', [attended, target], madeMap(settings, layer.output)),
    value: w.apply('Reshape', [v, target], madeMap(settings, layer.value)),
  };
}

/** [batch copied, channels, height, width], height and width read from the input only where they are dynamic. */
function mapShape(w: GraphWriter, { size }: Settings, layer: AttentionLayer, node: string, x: Tensor): Tensor {
  const { channels, stride } = layer.value;
  if (size) return w.ints(`${node}/Reshape_1.shape`, [0, channels, size.height / stride, size.width / stride]);
  const shape = w.apply('Shape', [x], { name: `${node}/Shape_output_0`, dims: [4], dataType: 'int64' });
  const bounds = [2, 4, 0].map((value, i) => w.ints(`${node}/Slice.${['start', 'end', 'axis'][i]}`, [value]));
  const cellDims = w.apply('Slice', [shape, ...bounds], { name: `${node}/Slice_output_0`, dims: [2] });
  return w.concat([w.ints(`${node}/Concat.channels`, [0, channels]), cellDims], 0, `${node}/Concat_output_0`);
}
