import { expect } from 'vitest';
import { numberToFloat16 } from '../../src/core/float16.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.ts';
import { toFloat32 } from '../../src/onnx/values.ts';
import { randomOf } from './seeded-model.ts';

/** The same network written another way, as other exporters and tools do; and files that are damaged. */

function editGraph(model: OnnxModel, edit: Partial<OnnxModel['graph']>): OnnxModel {
  return { ...model, graph: { ...model.graph, ...edit } };
}

/** All initializers, and unless told otherwise all nodes, under names that tell nothing. */
export function renamed(model: OnnxModel, { nodes: alsoNodes = true } = {}): OnnxModel {
  const names = new Map([...model.graph.initializers.keys()].map((name, i) => [name, `onnx::Conv_${i}`]));
  const initializers = new Map([...model.graph.initializers].map(([name, tensor]) => [names.get(name)!, { ...tensor, name: names.get(name)! }]));
  const nodes = model.graph.nodes.map((node, i) => ({ ...node, name: alsoNodes ? `node_${i}` : node.name, inputs: node.inputs.map((input) => names.get(input) ?? newName(input, alsoNodes)) , outputs: node.outputs.map((output) => newName(output, alsoNodes)) }));
  return editGraph(model, { initializers, nodes });
}

/** Values named after modules lose their names too, weights in Constant nodes among them. */
const newName = (name: string, rename: boolean): string => (rename && name.includes('model.') ? `v${name.replaceAll(/[^\d]+/g, '_')}x${name.length}${hashOf(name)}` : name);
const hashOf = (text: string): number => new TextEncoder().encode(text).reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 7) >>> 0;

/** The nodes of two modules in the other order. */
export function swapped(model: OnnxModel, first: RegExp, second: RegExp): OnnxModel {
  const { nodes } = model.graph;
  const moved = nodes.filter(({ name }) => first.test(name));
  const rest = nodes.filter(({ name }) => !first.test(name));
  const after = rest.findLastIndex(({ name }) => second.test(name)) + 1;
  const edited = rest.toSpliced(after, 0, ...moved);
  expect(edited.map(({ name }) => name)).not.toEqual(nodes.map(({ name }) => name));
  return editGraph(model, { nodes: edited });
}

/** The head's convolutions level by level instead of branch by branch. */
export function levelOrder(model: OnnxModel): OnnxModel {
  const level = ({ name }: OnnxNode): string | undefined => /one2one_cv\d\.(\d)/.exec(name)?.[1];
  const head = model.graph.nodes.filter(level).sort((a, b) => Number(level(a)) - Number(level(b)));
  const before = model.graph.nodes.findIndex(level);
  const nodes = model.graph.nodes.filter((node) => !level(node)).toSpliced(before, 0, ...head);
  expect(nodes.map(({ name }) => name)).not.toEqual(model.graph.nodes.map(({ name }) => name));
  return editGraph(model, { nodes });
}

const ints = (...value: number[]): OnnxAttribute => ({ kind: 'ints', value });

const makeNode = (op: string, inputs: string[], outputs: string[], attributes: Record<string, OnnxAttribute> = {}): OnnxNode =>
  ({ name: `${op} of ${outputs[0]}`, op, domain: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) });

/** Initializers as Constant nodes, each behind an Identity. */
export function constantNodes(model: OnnxModel): OnnxModel {
  const constants = [...model.graph.initializers].flatMap(([name, value]) => [
    makeNode('Constant', [], [`${name}.value`], { value: { kind: 'tensor', value: { ...value, name: '' } } }),
    makeNode('Identity', [`${name}.value`], [name]),
  ]);
  return editGraph(model, { initializers: new Map(), nodes: [...constants, ...model.graph.nodes] });
}

/** The weights of a few layers in float16. */
export function halved(model: OnnxModel, cast: boolean): OnnxModel {
  const casts: OnnxNode[] = [];
  const initializers = new Map([...model.graph.initializers].map(([name, tensor]): [string, OnnxTensor] => {
    if (tensor.dataType !== 'float' || !/^model\.(0|2|10)\./.test(name)) return [name, tensor];
    const stored = cast ? `${name}.half` : name;
    if (cast) casts.push(makeNode('Cast', [stored], [name], { to: { kind: 'int', value: 1 } }));
    return [stored, { ...tensor, name: stored, dataType: 'float16', bytes: bytesOf(Uint16Array.from(toFloat32(tensor), numberToFloat16)) }];
  }));
  return editGraph(model, { initializers, nodes: [...casts, ...model.graph.nodes] });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array => new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
const floatTensor = (name: string, dims: number[], values: Float32Array): OnnxTensor => ({ name, dataType: 'float', dims, bytes: bytesOf(values) });

/** Before every activation a batch norm, with convolution weights such that both together are the folded ones. */
export function withBatchNorm(model: OnnxModel): OnnxModel {
  const random = randomOf(3);
  const initializers = new Map(model.graph.initializers);
  const nodes = model.graph.nodes.flatMap((node) => {
    const [x, w, b] = node.inputs;
    if (node.op !== 'Conv' || !b || !w!.endsWith('.conv.weight')) return [node];
    const [weight, bias] = [w!, b].map((name) => initializers.get(name)!) as [OnnxTensor, OnnxTensor];
    const out = weight.dims[0]!;
    const vector = (from: number, to: number): Float32Array => Float32Array.from({ length: out }, () => from + (to - from) * random());
    const [scale, mean, variance] = [vector(0.5, 2), vector(-1, 1), vector(0.3, 3)];
    const factor = scale.map((value, i) => value / Math.sqrt(variance[i]! + 0.001));
    const values = toFloat32(weight);
    initializers.set(w!, floatTensor(w!, weight.dims, values.map((value, i) => value / factor[Math.floor(i / (values.length / out))]!)));
    initializers.delete(b);
    const shift = toFloat32(bias).map((value, i) => value + mean[i]! * factor[i]!);
    const vectors = { scale, shift, mean, variance };
    for (const [name, content] of Object.entries(vectors)) initializers.set(`${w}.${name}`, floatTensor(`${w}.${name}`, [out], content));
    const raw = `${node.outputs[0]}.raw`;
    return [
      { ...node, inputs: [x!, w!], outputs: [raw] },
      makeNode('BatchNormalization', [raw, ...Object.keys(vectors).map((name) => `${w}.${name}`)], node.outputs, { epsilon: { kind: 'float', value: 0.001 } }),
    ];
  });
  return editGraph(model, { initializers, nodes });
}

/** The 7×7 depthwise convolutions as a 7×7 and a 3×3 that are added, in either order. */
export function unfused(model: OnnxModel, smallFirst = false): OnnxModel {
  const initializers = new Map(model.graph.initializers);
  let count = 0;
  const nodes = model.graph.nodes.flatMap((node) => {
    const [x, w, b] = node.inputs;
    const weight = node.op === 'Conv' ? initializers.get(w!) : undefined;
    if (weight?.dims[2] !== 7) return [node];
    count++;
    const path = w!.replace(/\.conv\.weight$/, '');
    const channels = weight.dims[0]!;
    const small = Float32Array.from({ length: channels * 9 }, randomOf(5));
    const large = toFloat32(weight).slice();
    for (let i = 0; i < small.length; i++) large[Math.floor(i / 9) * 49 + (Math.floor((i % 9) / 3) + 2) * 7 + (i % 3) + 2]! -= small[i]!;
    const smallBias = Float32Array.from({ length: channels }, randomOf(6));
    const bias = toFloat32(initializers.get(b!)!).map((value, i) => value - smallBias[i]!);
    for (const name of [w!, b!]) initializers.delete(name);
    const convolution = (module: string, kernel: number, values: Float32Array, shift: Float32Array): OnnxNode => {
      initializers.set(`${path}.${module}.conv.weight`, floatTensor(`${path}.${module}.conv.weight`, [channels, 1, kernel, kernel], values));
      initializers.set(`${path}.${module}.conv.bias`, floatTensor(`${path}.${module}.conv.bias`, [channels], shift));
      const border = (kernel - 1) / 2;
      const attributes = new Map(node.attributes).set('kernel_shape', ints(kernel, kernel)).set('pads', ints(border, border, border, border));
      return { ...node, attributes, name: `${node.name}.${module}`, inputs: [x!, `${path}.${module}.conv.weight`, `${path}.${module}.conv.bias`], outputs: [`${node.outputs[0]}.${module}`] };
    };
    const pair = [convolution('conv', 7, large, bias), convolution('conv1', 3, small, smallBias)];
    return [...(smallFirst ? pair.reverse() : pair), makeNode('Add', pair.map(({ outputs }) => outputs[0]!), node.outputs)];
  });
  expect(count).toBeGreaterThan(0);
  return editGraph(model, { initializers, nodes });
}

function withTensor(model: OnnxModel, name: string, change: (tensor: OnnxTensor) => OnnxTensor): OnnxModel {
  const tensor = model.graph.initializers.get(name);
  expect(tensor, `no initializer ${name}`).toBeDefined();
  return editGraph(model, { initializers: new Map(model.graph.initializers).set(name, change(tensor!)) });
}

export const reshaped = (model: OnnxModel, name: string, dims: number[], bytes?: number): OnnxModel =>
  withTensor(model, name, (tensor) => ({ ...tensor, dims, bytes: tensor.bytes.slice(0, bytes) }));

export const poisoned = (model: OnnxModel, name: string, value: number): OnnxModel =>
  withTensor(model, name, (tensor) => ({ ...tensor, bytes: bytesOf(toFloat32(tensor).with(Math.min(5, tensor.dims[0]! - 1), value)) }));

export function without(model: OnnxModel, node: string): OnnxModel {
  expect(model.graph.nodes.some(({ name }) => name === node)).toBe(true);
  return editGraph(model, { nodes: model.graph.nodes.filter(({ name }) => name !== node) });
}

/** A classifier: three plain convolutions. */
export function plainChain(model: OnnxModel): OnnxModel {
  const initializers = new Map([0, 1, 2].map((i) => [`w${i}`, floatTensor(`w${i}`, [8, i ? 8 : 3, 3, 3], new Float32Array(8 * (i ? 8 : 3) * 9))]));
  const nodes = [0, 1, 2].map((i) => makeNode('Conv', [i ? `y${i - 1}` : 'images', `w${i}`], [`y${i}`], { strides: { kind: 'ints', value: [2, 2] } }));
  return editGraph(model, { initializers, nodes });
}

/** The one-to-one head under the names of the other one. */
export function otherHead(model: OnnxModel): OnnxModel {
  const rename = (name: string): string => name.replaceAll('one2one_cv', 'cv');
  const initializers = new Map([...model.graph.initializers].map(([name, tensor]) => [rename(name), { ...tensor, name: rename(name) }]));
  const nodes = model.graph.nodes.map((node) => ({ ...node, name: rename(node.name), inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  return editGraph(model, { initializers, nodes });
}
