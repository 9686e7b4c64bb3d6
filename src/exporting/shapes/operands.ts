import type { OnnxNode } from '../../onnx/graph.ts';

const joining = new Set([
  'Add', 'Sub', 'Mul', 'Div', 'Mod', 'Pow', 'Min', 'Max', 'Mean', 'Sum', 'Equal', 'Less', 'Greater', 'And', 'Or', 'Xor', 'Where',
  'Concat', 'MatMul', 'GatherElements', 'Gather',
]);

/** The inputs of a node whose content it works on, as opposed to those that say how: shapes, axes, sizes. */
export function operandsOf({ op, inputs }: OnnxNode): readonly string[] {
  return joining.has(op) ? inputs : inputs.slice(0, 1);
}
