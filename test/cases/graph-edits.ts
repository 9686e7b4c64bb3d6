import type { DeclaredDim, OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.ts';
import { toInts } from '../../src/onnx/values.ts';

/** The model with parts of its graph replaced. */
export function withGraph(model: OnnxModel, graph: Partial<OnnxModel['graph']>): OnnxModel {
  return { ...model, graph: { ...model.graph, ...graph } };
}

/** The node of a name. */
export function find(model: OnnxModel, name: string): OnnxNode {
  const node = model.graph.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`the sound export has no node ${name}`);
  return node;
}

/** The numbers of an integer initializer; undefined where a node works them out. */
export function intsOf(model: OnnxModel, name: string): number[] | undefined {
  const tensor = model.graph.initializers.get(name);
  return tensor && toInts(tensor);
}

/** The model with an initializer added or replaced. */
export function withTensor(model: OnnxModel, tensor: OnnxTensor): OnnxModel {
  return withGraph(model, { initializers: new Map([...model.graph.initializers, [tensor.name, tensor]]) });
}

export function withInts(model: OnnxModel, name: string, values: number[]): OnnxModel {
  return withTensor(model, { name, dataType: 'int64', dims: [values.length], bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) });
}

/** The model with a float32 initializer added, a scalar unless given a shape. */
export function withFloats(model: OnnxModel, name: string, values: number[], shape: number[] = []): OnnxModel {
  return withTensor(model, { name, dataType: 'float', dims: shape, bytes: new Uint8Array(Float32Array.from(values).buffer) });
}

/** The model with integers of its own, `planted`, at one input of a node. */
export function withConstant(model: OnnxModel, node: OnnxNode, position: number, values: number[]): OnnxModel {
  return redirect(withInts(model, 'planted', values), node.name, position, 'planted');
}

/** The model with the first number of a float initializer replaced. */
export function withFloat(model: OnnxModel, name: string, value: number): OnnxModel {
  const tensor = model.graph.initializers.get(name)!;
  const bytes = tensor.bytes.slice();
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return withTensor(model, { ...tensor, bytes });
}

/** Makes a node read another value at one of its inputs. */
export function redirect(model: OnnxModel, reader: string, position: number, value: string): OnnxModel {
  find(model, reader);
  const nodes = model.graph.nodes.map((node) => (node.name === reader ? { ...node, inputs: node.inputs.with(position, value) } : node));
  return withGraph(model, { nodes });
}

/** Puts a node before another, connected to nothing yet but its inputs. */
export function insertBefore(model: OnnxModel, reader: string, node: OnnxNode): OnnxModel {
  const place = model.graph.nodes.indexOf(find(model, reader));
  return withGraph(model, { nodes: model.graph.nodes.toSpliced(place, 0, node) });
}

/** Puts a node between the first input of another and that other. */
export function interpose(model: OnnxModel, reader: string, node: OnnxNode): OnnxModel {
  return redirect(insertBefore(model, reader, node), reader, 0, node.outputs[0]!);
}

export function makeNode(name: string, op: string, inputs: string[], outputs: string[], attributes: Record<string, OnnxAttribute> = {}, domain = ''): OnnxNode {
  return { name, op, domain, inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}

/** The model with other dims declared for its inputs or outputs. */
export function declare(model: OnnxModel, side: 'inputs' | 'outputs', dims: DeclaredDim[]): OnnxModel {
  return withGraph(model, { [side]: model.graph[side].map((value) => ({ ...value, dims })) });
}
