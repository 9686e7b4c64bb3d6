import type { OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';

/** The model with every slot given the first slot's features at one tensor: right at batch 1, wrong at others. */
export function leaking(sourceModel: OnnxModel, tensor: string): OnnxModel {
  const copy = structuredClone(sourceModel);
  const { nodes, initializers } = copy.graph;
  const made = nodes.findIndex(({ outputs }) => outputs.includes(tensor));
  nodes[made]!.outputs = [`${tensor}.own`];
  const ints = (name: string, value: number): string => {
    initializers.set(name, { name, dataType: 'int64', dims: [1], bytes: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer) });
    return name;
  };
  initializers.set('leak.zero', { name: 'leak.zero', dataType: 'float', dims: [], bytes: new Uint8Array(4) });
  const node = (op: string, inputs: string[], output: string): OnnxNode => ({ name: output, op, domain: '', inputs, outputs: [output], attributes: new Map() });
  nodes.splice(made + 1, 0,
    node('Slice', [`${tensor}.own`, ints('leak.start', 0), ints('leak.end', 1), ints('leak.axis', 0)], 'leak.first'),
    node('Mul', [`${tensor}.own`, 'leak.zero'], 'leak.none'),
    node('Add', ['leak.first', 'leak.none'], tensor));
  return copy;
}
