import type { OnnxAttribute } from '../../src/onnx/graph.ts';

/** One operator with inputs, to be held against ONNX Runtime. */
export interface OperatorCase {
  op: string;
  opset?: number;
  /** Shapes of float inputs; constants of int64 or float as `{ ints }` or `{ floats }`; null where left out. */
  inputs: (number[] | { ints: number[]; dims?: number[] } | { floats: number[]; dims?: number[] } | null)[];
  attributes?: Record<string, number | number[] | string>;
  outputs?: number;
}

export function toAttribute(value: number | number[] | string): OnnxAttribute {
  if (typeof value === 'string') return { kind: 'string', value };
  return typeof value === 'number' ? { kind: 'int', value } : { kind: 'ints', value };
}

const picture = [2, 4, 9, 8];

/** Operators of YOLOv10 exports and their neighbours, in the forms that operator sets 11 to 20 give them. */
export const operatorCases: OperatorCase[] = [
  { op: 'Conv', inputs: [picture, [6, 4, 3, 3]], attributes: { pads: [1, 1, 1, 1], strides: [2, 2] } },
  { op: 'Conv', inputs: [picture, [6, 4, 3, 3]], attributes: { dilations: [2, 2] } },
  { op: 'Conv', inputs: [picture, [4, 1, 3, 3]], attributes: { group: 4, auto_pad: 'SAME_UPPER', strides: [2, 2] } },
  { op: 'Conv', inputs: [picture, [6, 4, 3, 3]], attributes: { auto_pad: 'VALID' } },
  { op: 'ConvTranspose', inputs: [picture, [4, 3, 2, 2]], attributes: { strides: [2, 2] } },
  { op: 'ConvTranspose', inputs: [picture, [4, 3, 3, 3]], attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] } },
  { op: 'MaxPool', inputs: [picture], attributes: { kernel_shape: [5, 5], pads: [2, 2, 2, 2] } },
  { op: 'MaxPool', inputs: [picture], attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 } },
  { op: 'AveragePool', inputs: [picture], attributes: { kernel_shape: [3, 3], strides: [2, 2] } },
  { op: 'GlobalAveragePool', inputs: [picture] },
  { op: 'Resize', inputs: [picture, null, { floats: [1, 1, 2, 2] }], attributes: { mode: 'nearest' } },
  { op: 'Resize', inputs: [picture, null, { floats: [1, 1, 0.5, 1.5] }], attributes: { mode: 'nearest' } },
  { op: 'Resize', inputs: [picture, null, null, { ints: [2, 4, 5, 7] }], attributes: { mode: 'nearest' } },
  { op: 'Resize', inputs: [[1, 1, 10, 10], null, { floats: [1, 1, 0.7, 0.3] }], attributes: { mode: 'nearest' } },
  { op: 'Resize', opset: 18, inputs: [picture, null, { floats: [2, 3] }], attributes: { mode: 'nearest', axes: [-1, -2] } },
  { op: 'Resize', opset: 18, inputs: [picture, null, null, { ints: [18, 4] }], attributes: { mode: 'nearest', axes: [2, 3] } },
  { op: 'Resize', opset: 18, inputs: [picture, null, null, { ints: [18, 4] }], attributes: { mode: 'nearest', axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' } },
  { op: 'Resize', opset: 18, inputs: [picture, null, null, { ints: [4, 18] }], attributes: { mode: 'nearest', axes: [3, 2], keep_aspect_ratio_policy: 'not_larger' } },
  { op: 'Resize', opset: 19, inputs: [picture, null, null, { ints: [18, 4] }], attributes: { mode: 'nearest', axes: [2, 3], keep_aspect_ratio_policy: 'not_smaller' } },
  { op: 'Concat', inputs: [picture, [2, 3, 9, 8]], attributes: { axis: 1 } },
  { op: 'Concat', inputs: [picture, picture], attributes: { axis: -1 } },
  { op: 'Split', inputs: [picture, { ints: [1, 3] }], attributes: { axis: 1 }, outputs: 2 },
  { op: 'Split', opset: 11, inputs: [picture], attributes: { axis: 1, split: [3, 1] }, outputs: 2 },
  { op: 'Split', opset: 11, inputs: [picture], attributes: { axis: -1 }, outputs: 2 },
  { op: 'Split', opset: 18, inputs: [picture], attributes: { axis: 2, num_outputs: 2 }, outputs: 2 },
  { op: 'Slice', inputs: [picture, { ints: [1] }, { ints: [2 ** 63] }, { ints: [2] }] },
  { op: 'Slice', inputs: [picture, { ints: [-3] }, { ints: [100] }, { ints: [-1] }] },
  { op: 'Slice', inputs: [picture, { ints: [7, 0] }, { ints: [0, -1] }, { ints: [2, 3] }, { ints: [-2, 3] }] },
  { op: 'Slice', inputs: [picture, { ints: [-1] }, { ints: [-(2 ** 63)] }, { ints: [2] }, { ints: [-1] }] },
  { op: 'Reshape', inputs: [picture, { ints: [0, -1, 8] }] },
  { op: 'Reshape', inputs: [picture, { ints: [-1] }] },
  { op: 'Reshape', inputs: [picture, { ints: [0, 2, 2, 72] }] },
  { op: 'Transpose', inputs: [picture], attributes: { perm: [0, 3, 1, 2] } },
  { op: 'Transpose', inputs: [picture] },
  { op: 'Flatten', inputs: [picture], attributes: { axis: 2 } },
  { op: 'Flatten', inputs: [picture], attributes: { axis: 0 } },
  { op: 'Flatten', inputs: [picture], attributes: { axis: -1 } },
  { op: 'Squeeze', inputs: [[2, 1, 3, 1], { ints: [1] }] },
  { op: 'Squeeze', inputs: [[2, 1, 3, 1]] },
  { op: 'Squeeze', opset: 11, inputs: [[2, 1, 3, 1]], attributes: { axes: [-1] } },
  { op: 'Unsqueeze', inputs: [[2, 3], { ints: [0, -1] }] },
  { op: 'Unsqueeze', opset: 11, inputs: [[2, 3]], attributes: { axes: [1, 2] } },
  { op: 'Expand', inputs: [[2, 1, 3], { ints: [1, 4, 1] }] },
  { op: 'Expand', inputs: [[3], { ints: [2, 4, 3] }] },
  { op: 'Tile', inputs: [[2, 1, 3], { ints: [1, 4, 2] }] },
  { op: 'Pad', inputs: [[2, 3], { ints: [1, 0, 2, 3] }] },
  { op: 'Pad', opset: 18, inputs: [[2, 3], { ints: [1, 2] }, null, { ints: [-1] }] },
  { op: 'Pad', opset: 19, inputs: [[2, 3], { ints: [1, 0, 2, 3] }, null, { ints: [-1, 0] }] },
  { op: 'LayerNormalization', opset: 17, inputs: [picture, [8]], outputs: 3 },
  { op: 'LayerNormalization', opset: 17, inputs: [picture, [9, 8]], attributes: { axis: 2 }, outputs: 3 },
  { op: 'GroupNormalization', opset: 18, inputs: [picture, [2], [2]], attributes: { num_groups: 2 } },
  { op: 'CastLike', opset: 18, inputs: [picture, { ints: [1] }] },
  { op: 'QuantizeLinear', inputs: [picture, { floats: [0.5], dims: [] }] },
  { op: 'Gelu', opset: 20, inputs: [picture] },
  { op: 'ReduceMin', opset: 20, inputs: [picture, { ints: [-1] }], attributes: { keepdims: 0 } },
  { op: 'Gather', inputs: [picture, { ints: [0, 2] }], attributes: { axis: 1 } },
  { op: 'Gather', inputs: [picture, { ints: [1], dims: [] }], attributes: { axis: -1 } },
  { op: 'GatherElements', inputs: [[2, 3], { ints: [0, 1, 1, 0], dims: [2, 2] }], attributes: { axis: 1 } },
  { op: 'GatherND', inputs: [picture, { ints: [0, 1, 1, 2], dims: [2, 2] }] },
  { op: 'MatMul', inputs: [[2, 3, 4, 5], [2, 3, 5, 6]] },
  { op: 'MatMul', inputs: [[2, 3, 4, 5], [5, 6]] },
  { op: 'MatMul', inputs: [[5], [2, 5, 6]] },
  { op: 'MatMul', inputs: [[4, 5], [5]] },
  { op: 'Gemm', inputs: [[5, 4], [6, 5]], attributes: { transA: 1, transB: 1 } },
  { op: 'Add', inputs: [picture, [4, 1, 1]] },
  { op: 'Mul', inputs: [picture, []] },
  { op: 'Pow', inputs: [[2, 1], [3]] },
  { op: 'Softmax', inputs: [picture], attributes: { axis: 1 } },
  { op: 'Softmax', opset: 11, inputs: [picture], attributes: { axis: 1 } },
  { op: 'Clip', inputs: [picture, { floats: [0], dims: [] }, { floats: [1], dims: [] }] },
  { op: 'Cast', inputs: [picture], attributes: { to: 7 } },
  { op: 'Shape', inputs: [picture] },
  { op: 'Shape', opset: 15, inputs: [picture], attributes: { start: 1, end: -1 } },
  { op: 'Size', inputs: [picture] },
  { op: 'ConstantOfShape', inputs: [{ ints: [2, 3] }] },
  { op: 'Range', inputs: [{ ints: [1], dims: [] }, { ints: [10], dims: [] }, { ints: [4], dims: [] }] },
  { op: 'Range', inputs: [{ floats: [5], dims: [] }, { floats: [0], dims: [] }, { floats: [-2], dims: [] }] },
  { op: 'ReduceMax', inputs: [picture], attributes: { axes: [-1], keepdims: 0 } },
  { op: 'ReduceMax', opset: 18, inputs: [picture, { ints: [1, 2] }], attributes: { keepdims: 1 } },
  { op: 'ReduceMean', inputs: [picture] },
  { op: 'ReduceSum', inputs: [picture, { ints: [2] }], attributes: { keepdims: 0 } },
  { op: 'ArgMax', inputs: [picture], attributes: { axis: 1, keepdims: 0 } },
  { op: 'TopK', inputs: [[2, 9], { ints: [3] }], attributes: { axis: -1 }, outputs: 2 },
  { op: 'DepthToSpace', inputs: [picture], attributes: { blocksize: 2 } },
  { op: 'SpaceToDepth', inputs: [[2, 3, 4, 6]], attributes: { blocksize: 2 } },
  { op: 'BatchNormalization', inputs: [picture, [4], [4], [4], [4]] },
];

const floats = (...numbers: number[]): { floats: number[] } => ({ floats: numbers });
const ints = (...numbers: number[]): { ints: number[] } => ({ ints: numbers });

/** Operators on constants, whose elements inference follows. */
export const valueCases: OperatorCase[] = [
  { op: 'CastLike', opset: 18, inputs: [floats(2.9, -2.9), ints(0)] },
  { op: 'Div', inputs: [floats(1, 7, -7), floats(2, 2, 3)] },
  { op: 'Div', inputs: [ints(7, -7, 6), ints(2, 2, 3)] },
  { op: 'Mul', inputs: [floats(0.7), floats(10)] },
  { op: 'Add', inputs: [floats(0.1, 1), floats(0.2, 2)] },
  { op: 'Sub', inputs: [ints(3, 4), ints(5, 1)] },
  { op: 'Mod', inputs: [ints(7, -7), ints(3, 3)] },
  { op: 'Mod', inputs: [ints(7, 8), ints(3, 3)], attributes: { fmod: 1 } },
  { op: 'Pow', inputs: [floats(2, 9), floats(3, 0.5)] },
  { op: 'Max', inputs: [ints(1), ints(2), ints(3)] },
  { op: 'Min', inputs: [floats(4, 1), floats(2, 2), floats(3, 3)] },
  { op: 'Max', inputs: [ints(5)] },
  { op: 'Less', inputs: [ints(1, 2), ints(2, 2)] },
  { op: 'GreaterOrEqual', inputs: [floats(1, 2), floats(2, 2)] },
  { op: 'Equal', inputs: [ints(1, 2), ints(2, 2)] },
  { op: 'Neg', inputs: [floats(1.5, -2, 0)] },
  { op: 'Floor', inputs: [floats(1.5, -1.5, 2)] },
  { op: 'Ceil', inputs: [floats(1.5, -1.5, 2)] },
  { op: 'Round', inputs: [floats(2.5, 3.5, -2.5, -3.5, 0.5, -0.5, 1.2, -1.7)] },
  { op: 'Cast', inputs: [floats(2.9, -2.9)], attributes: { to: 7 } },
  { op: 'Cast', inputs: [floats(0.5, 0, -2)], attributes: { to: 9 } },
  { op: 'Cast', inputs: [ints(2, 2 ** 24 + 1)], attributes: { to: 1 } },
  { op: 'Range', inputs: [{ floats: [0.5], dims: [] }, { floats: [4], dims: [] }, { floats: [1], dims: [] }] },
  { op: 'Concat', inputs: [ints(1, 2), ints(3)], attributes: { axis: 0 } },
  { op: 'Gather', inputs: [ints(5, 6, 7), ints(-1, 0)], attributes: { axis: 0 } },
  { op: 'Slice', inputs: [ints(5, 6, 7), ints(-1), ints(-4), ints(0), ints(-1)] },
  { op: 'Split', inputs: [ints(5, 6, 7), ints(1, 2)], attributes: { axis: 0 }, outputs: 2 },
  { op: 'Tile', inputs: [ints(5, 6), ints(2)] },
  { op: 'Transpose', inputs: [{ ints: [1, 2, 3, 4, 5, 6], dims: [2, 3] }] },
];
