import type { OnnxModel } from '../../src/onnx/graph.ts';
import { find, insertBefore, makeNode, withGraph, withInts, withTensor } from './graph-edits.ts';

/**
 * The model with its Resizes told the size of their output instead of scales: written down, the batch of 1 with it, or
 * worked out from the input's shape, as exporters do.
 */
export function resizeBySizes(model: OnnxModel, sizes: 'written' | 'computed'): OnnxModel {
  const names = model.graph.nodes.filter(({ op }) => op === 'Resize').map(({ name }) => name);
  const bare = withTensor(withGraph(model, { values: [] }), { name: 'none', dataType: 'float', dims: [0], bytes: new Uint8Array(0) });
  return names.reduce((edited, name) => {
    const node = find(edited, name);
    const made = model.graph.values.find((value) => value.name === node.outputs[0])!.dims!;
    const told = sizes === 'written' ? withInts(edited, `${name}/sizes`, [1, ...(made.slice(1) as number[])]) : withComputedSizes(edited, name);
    const inputs = [node.inputs[0]!, 'none', 'none', `${name}/sizes`];
    return withGraph(told, { nodes: told.graph.nodes.map((other) => (other.name === name ? { ...other, inputs } : other)) });
  }, bare);
}

/** The input's shape times [1, 1, 2, 2]. */
function withComputedSizes(model: OnnxModel, name: string): OnnxModel {
  const shaped = insertBefore(model, name, makeNode(`${name}/Shape`, 'Shape', [find(model, name).inputs[0]!], [`${name}/shape`]));
  const doubled = insertBefore(shaped, name, makeNode(`${name}/Mul`, 'Mul', [`${name}/shape`, `${name}/factors`], [`${name}/sizes`]));
  return withInts(doubled, `${name}/factors`, [1, 1, 2, 2]);
}
