import type { OnnxGraph, OnnxNode } from '../../../onnx/graph.ts';

/** Operators that multiply by what they read, where one number that is not finite spoils every result. */
const weighing = new Set([
  'Conv', 'ConvTranspose', 'MatMul', 'Gemm', 'BatchNormalization', 'InstanceNormalization', 'LayerNormalization', 'GroupNormalization', 'PRelu',
]);
/** Operators that change the form of a constant and not what it holds. */
const reshaping = new Set(['Identity', 'Cast', 'Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'DequantizeLinear']);

/** Names of the values that operators with weights read, and of those they are made of by a change of form. */
export function weightNames({ nodes }: OnnxGraph, makers: ReadonlyMap<string, OnnxNode>): Set<string> {
  const names = new Set(nodes.flatMap(({ op, inputs }) => (weighing.has(op) ? inputs : [])));
  // A Set's iteration also visits what is added on the way.
  for (const name of names) {
    const maker = makers.get(name);
    if (maker && reshaping.has(maker.op)) for (const input of maker.inputs) names.add(input);
  }
  return names;
}
