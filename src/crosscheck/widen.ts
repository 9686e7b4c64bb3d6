import { InputError } from '../core/errors.ts';
import { codeOf, dataTypeOf } from '../onnx/data-types.ts';
import { INLINE_FUNCTIONS } from '../onnx/functions.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../onnx/graph.ts';
import { toFloat32 } from '../onnx/values.ts';

/**
 * The same graph with its float16 constants, casts and declarations in float32; every weight keeps its value.
 * @throws InputError 'unsupported' for a graph that calls functions of its file, whose types are not followed
 */
export function widen({ graph, ...model }: OnnxModel): OnnxModel {
  const call = graph.nodes.find(({ callsFunction }) => callsFunction);
  if (call) throw unfollowed(call);
  const values = (list: OnnxValue[]): OnnxValue[] => list.map((value) => (value.dataType === 'float16' ? { ...value, dataType: 'float' } : value));
  return {
    ...model,
    graph: {
      ...graph,
      inputs: values(graph.inputs),
      outputs: values(graph.outputs),
      values: values(graph.values),
      initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, widenTensor(tensor)])),
      nodes: graph.nodes.map(widenNode),
    },
  };
}

function unfollowed({ domain, op }: OnnxNode): InputError {
  const expected = 'a graph of operators, to compute it in float32';
  return new InputError('unsupported', { expected, found: `the function ${domain}.${op}`, remedy: INLINE_FUNCTIONS });
}

function widenTensor(tensor: OnnxTensor): OnnxTensor {
  if (tensor.dataType !== 'float16') return tensor;
  return { ...tensor, dataType: 'float', bytes: new Uint8Array(toFloat32(tensor).buffer) };
}

/** `to` of Cast and `value` of Constant are where a node says float16. */
function widenNode(node: OnnxNode): OnnxNode {
  return { ...node, attributes: new Map([...node.attributes].map(([key, attribute]) => [key, widenAttribute(key, attribute)])) };
}

function widenAttribute(key: string, attribute: OnnxAttribute): OnnxAttribute {
  if (attribute.kind === 'tensor') return { kind: 'tensor', value: widenTensor(attribute.value) };
  const cast = key === 'to' && attribute.kind === 'int' && dataTypeOf(attribute.value) === 'float16';
  return cast ? { kind: 'int', value: codeOf('float')! } : attribute;
}
