import type { FindingCode } from '../../src/exporting/doctor/finding.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import type { DeclaredDim, OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.ts';
import { toInts } from '../../src/onnx/values.ts';
import { referenceStyle } from './reference-style.ts';
import { type SeededNetwork, seededNetwork } from './seeded-model.ts';

/** One fault put into a sound export. */
export interface Planted {
  title: string;
  model: OnnxModel;
  /** What the doctor must find, and where. */
  code: FindingCode;
  node: string;
  /** Whether mending in place must put it right. */
  mendable: boolean;
}

/** Makes sound exports of one network. */
export type MakeSound = (options?: Parameters<typeof reexport>[1]) => OnnxModel;

let network: SeededNetwork | undefined;

/** A sound export of a small scale and picture: 336 candidate boxes, three classes. */
export const soundExport: MakeSound = (options = {}) => {
  network ??= seededNetwork('n', { classCount: 3 });
  return reexport(network, { height: 128, width: 128, ...options });
};

/** Every fault the doctor knows, each planted alone. */
export function* brokenExports(make: MakeSound = soundExport): Generator<Planted> {
  yield* bakedBatches(make);
  yield* wrongDeclarations(make);
  yield* lostShapes(make);
  yield* awkwardOperators(make());
  yield* badContent(make());
}

function* bakedBatches(make: MakeSound): Generator<Planted> {
  const sound = make();
  for (const node of sound.graph.nodes.filter(({ op }) => op === 'Reshape')) {
    const target = ints(sound, node.inputs[1]!);
    const model = withConstant(sound, node, 1, [3, ...target.slice(1)]);
    yield { title: `batch in ${node.name}`, model, code: 'batch-in-reshape', node: node.name, mendable: true };
  }
  const expand = find(sound, '/model.23/Expand');
  yield { title: 'batch in an Expand', model: withConstant(sound, expand, 1, [3, 1, 4]), code: 'batch-in-expand', node: expand.name, mendable: true };
  const tile = { ...expand, name: 'tile', op: 'Tile', inputs: ['/model.23/anchors', 'repeats'], outputs: ['tiled'] };
  const tiled = redirect(withInts(insertBefore(sound, '/model.23/Sub', tile), 'repeats', [3, 1, 1]), '/model.23/Sub', 0, 'tiled');
  yield { title: 'batch in a Tile', model: tiled, code: 'batch-in-tile', node: 'tile', mendable: true };
  yield { title: 'batch in a constant', model: withAnchorsRepeated(sound, 3), code: 'batch-in-constant', node: '/model.23/anchors', mendable: true };
  const halved = insertBefore(sound, '/model.10/attn/qkv/conv/Conv', splitBatch(sound.opset));
  yield { title: 'batch split in two', model: redirect(withInts(halved, 'ones', [1, 1]), '/model.10/attn/qkv/conv/Conv', 0, 'half_0'), code: 'batch-mixed', node: 'halve', mendable: false };
}

/** Takes a batch of two apart; the sizes are an attribute before operator set 13. */
function splitBatch(opset: number): OnnxNode {
  const axis: OnnxAttribute = { kind: 'int', value: 0 };
  const outputs = ['half_0', 'half_1'];
  if (opset < 13) return makeNode('halve', 'Split', ['/model.10/Split_output_1'], outputs, { axis, split: { kind: 'ints', value: [1, 1] } });
  return makeNode('halve', 'Split', ['/model.10/Split_output_1', 'ones'], outputs, { axis });
}

function* wrongDeclarations(make: MakeSound): Generator<Planted> {
  const sound = make();
  const input = (...dims: DeclaredDim[]): OnnxModel => declare(sound, 'inputs', dims);
  const output = (...dims: DeclaredDim[]): OnnxModel => declare(sound, 'outputs', dims);
  yield { title: 'input batch dropped', model: input(1, 3, 128, 128), code: 'input-batch-lost', node: 'images', mendable: true };
  yield { title: 'output batch dropped', model: output(1, 300, 6), code: 'output-batch-lost', node: 'output0', mendable: true };
  yield { title: 'output dims misnamed', model: output('batch', 'anchors', 'six'), code: 'output-dims-misnamed', node: 'output0', mendable: true };
  const values = sound.graph.values.map((value) => (value.name === '/model.0/conv/Conv_output_0' ? { ...value, dims: ['batch', 16, 99, 64] } : value));
  yield { title: 'annotation wrong', model: withGraph(sound, { values }), code: 'annotation-wrong', node: '/model.0/conv/Conv_output_0', mendable: true };
  yield { title: 'height and width baked', model: input('batch', 3, 'height', 'width'), code: 'size-baked', node: '/model.10/attn/Reshape', mendable: true };
  yield { title: 'anchors baked', model: anchorsBaked(make), code: 'anchors-baked', node: 'fixed', mendable: true };
  yield { title: 'static batch', model: make({ dynamic: 'none' }), code: 'batch-static', node: 'images', mendable: true };
}

/** An export of every size whose anchors are those of one. */
function anchorsBaked(make: MakeSound): OnnxModel {
  const open = make({ dynamic: 'batch,height,width' });
  const anchors = { ...make().graph.initializers.get('/model.23/anchors')!, name: 'fixed' };
  const held = withGraph(open, { initializers: new Map([...open.graph.initializers, ['fixed', anchors]]) });
  return redirect(redirect(held, '/model.23/Sub', 0, 'fixed'), '/model.23/Add', 0, 'fixed');
}

function* lostShapes(make: MakeSound): Generator<Planted> {
  const sound = make();
  const before = referenceStyle(sound, 'before-fix');
  const after = referenceStyle(sound, 'after-fix');
  const pe = '/model.10/attn/pe/conv/Conv';
  for (const name of ['Reshape', 'Reshape_1', 'Reshape_2']) {
    yield { title: `channels as -1 in ${name}`, model: before, code: 'channel-minus-one', node: `/model.10/attn/${name}`, mendable: true };
  }
  yield { title: 'pe conv unknown to TensorRT', model: before, code: 'conv-input-unknown-tensorrt', node: pe, mendable: true };
  yield { title: 'pe conv unknown to ONNX before the fix', model: before, code: 'conv-input-unknown-onnx', node: pe, mendable: true };
  yield { title: 'pe conv unknown to ONNX after the fix', model: after, code: 'conv-input-unknown-onnx', node: pe, mendable: true };
  const magic = makeNode('magic', 'Magic', ['/model.10/Split_output_1'], ['conjured'], {}, 'com.example');
  const model = redirect(insertBefore(sound, '/model.10/attn/qkv/conv/Conv', magic), '/model.10/attn/qkv/conv/Conv', 0, 'conjured');
  const bare = withGraph(model, { values: [] });
  yield { title: 'an unknown operator', model: bare, code: 'unknown-operator', node: 'magic', mendable: false };
  const late = makeNode('late', 'Magic', ['/model.23/Concat_5_output_0'], ['vanished'], {}, 'com.example');
  const hidden = redirect(insertBefore(sound, '/model.23/Transpose', late), '/model.23/Transpose', 0, 'vanished');
  yield { title: 'no shape behind it', model: hidden, code: 'shape-unknown', node: 'output0', mendable: false };
}

function* awkwardOperators(sound: OnnxModel): Generator<Planted> {
  yield { title: 'Mod', model: sound, code: 'mod-operator', node: '/model.23/Mod', mendable: true };
  yield { title: 'GatherElements', model: sound, code: 'gather-elements-operator', node: '/model.23/GatherElements', mendable: true };
  const top = find(sound, '/model.23/TopK');
  const copied = insertBefore(sound, top.name, makeNode('k', 'Identity', [top.inputs[1]!], ['k_copied'], {}));
  yield { title: 'K computed', model: redirect(copied, top.name, 1, 'k_copied'), code: 'topk-k-computed', node: top.name, mendable: true };
  const conv = find(sound, '/model.3/conv/Conv');
  const looped = redirect(sound, conv.name, 0, '/model.8/cv2/act/Mul_output_0');
  yield { title: 'a cycle', model: looped, code: 'graph-cycle', node: conv.name, mendable: false };
  const contradiction = redirect(sound, '/model.10/attn/pe/conv/Conv', 0, '/model.9/cv2/act/Mul_output_0');
  yield { title: 'channels that do not fit', model: contradiction, code: 'node-contradiction', node: '/model.10/attn/pe/conv/Conv', mendable: false };
}

function* badContent(sound: OnnxModel): Generator<Planted> {
  const bias = 'model.0.conv.bias';
  yield { title: 'a weight beyond float16', model: withFloat(sound, bias, 1e5), code: 'float16-overflow', node: bias, mendable: true };
  yield { title: 'a weight that is not a number', model: withFloat(sound, bias, Number.NaN), code: 'float16-overflow', node: bias, mendable: true };
  yield { title: 'boxes in float16', model: withNarrowOutput(sound), code: 'float16-boxes', node: 'output0', mendable: true };
  const norm = makeNode('norm', 'BatchNormalization', ['/model.0/conv/Conv_output_0', bias, bias, bias, bias], ['normed'], {});
  const normed = redirect(insertBefore(sound, '/model.0/act/Sigmoid', norm), '/model.0/act/Sigmoid', 0, 'normed');
  yield { title: 'batch norm', model: normed, code: 'batch-norm-unfolded', node: 'norm', mendable: true };
  yield { title: 'no names', model: { ...sound, metadata: new Map() }, code: 'names-missing', node: 'metadata', mendable: true };
}

/** The rows cast to float16 at the very end. */
function withNarrowOutput(model: OnnxModel): OnnxModel {
  const nodes = model.graph.nodes.map((node) => (node.outputs[0] === 'output0' ? { ...node, outputs: ['wide'] } : node));
  const cast = makeNode('narrow', 'Cast', ['wide'], ['output0'], { to: { kind: 'int', value: 10 } });
  const outputs = model.graph.outputs.map((value) => ({ ...value, dataType: 'float16' as const }));
  return withGraph(model, { nodes: [...nodes, cast], outputs });
}

function withGraph(model: OnnxModel, graph: Partial<OnnxModel['graph']>): OnnxModel {
  return { ...model, graph: { ...model.graph, ...graph } };
}

function find(model: OnnxModel, name: string): OnnxNode {
  const node = model.graph.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`the sound export has no node ${name}`);
  return node;
}

function ints(model: OnnxModel, name: string): number[] {
  return toInts(model.graph.initializers.get(name)!);
}

function withInts(model: OnnxModel, name: string, values: number[]): OnnxModel {
  const tensor: OnnxTensor = { name, dataType: 'int64', dims: [values.length], bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) };
  return withGraph(model, { initializers: new Map([...model.graph.initializers, [name, tensor]]) });
}

function withConstant(model: OnnxModel, node: OnnxNode, position: number, values: number[]): OnnxModel {
  return redirect(withInts(model, 'planted', values), node.name, position, 'planted');
}

function redirect(model: OnnxModel, reader: string, position: number, value: string): OnnxModel {
  find(model, reader);
  const nodes = model.graph.nodes.map((node) => (node.name === reader ? { ...node, inputs: node.inputs.with(position, value) } : node));
  return withGraph(model, { nodes });
}

function insertBefore(model: OnnxModel, reader: string, node: OnnxNode): OnnxModel {
  const place = model.graph.nodes.indexOf(find(model, reader));
  return withGraph(model, { nodes: model.graph.nodes.toSpliced(place, 0, node) });
}

function makeNode(name: string, op: string, inputs: string[], outputs: string[], attributes: Record<string, OnnxAttribute>, domain = ''): OnnxNode {
  return { name, op, domain, inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}

function declare(model: OnnxModel, side: 'inputs' | 'outputs', dims: DeclaredDim[]): OnnxModel {
  return withGraph(model, { [side]: model.graph[side].map((value) => ({ ...value, dims })) });
}

function withAnchorsRepeated(model: OnnxModel, count: number): OnnxModel {
  const name = '/model.23/anchors';
  const tensor = model.graph.initializers.get(name)!;
  const bytes = new Uint8Array(tensor.bytes.length * count);
  for (let copy = 0; copy < count; copy++) bytes.set(tensor.bytes, copy * tensor.bytes.length);
  const repeated = { ...tensor, dims: [count, ...tensor.dims.slice(1)], bytes };
  return withGraph(model, { initializers: new Map([...model.graph.initializers, [name, repeated]]) });
}

function withFloat(model: OnnxModel, name: string, value: number): OnnxModel {
  const tensor = model.graph.initializers.get(name)!;
  const bytes = tensor.bytes.slice();
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return withGraph(model, { initializers: new Map([...model.graph.initializers, [name, { ...tensor, bytes }]]) });
}
