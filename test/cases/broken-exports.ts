import type { FindingCode } from '../../src/exporting/doctor/finding.ts';
import { type DynamicDims, reexport } from '../../src/exporting/reexport.ts';
import type { DeclaredDim, OnnxAttribute, OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { declare, find, insertBefore, interpose, intsOf, makeNode, redirect, withConstant, withFloat, withGraph, withInts, withTensor } from './graph-edits.ts';
import { indexedRows } from './indexed-rows.ts';
import { referenceStyle } from './reference-style.ts';
import { resizeBySizes } from './resize-by-sizes.ts';
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

export const FORMS: readonly DynamicDims[] = ['none', 'batch', 'batch,height,width'];

const PE = '/model.10/attn/pe/conv/Conv';
const QKV = '/model.10/attn/qkv/conv/Conv';

/** Every fault the doctor knows that an export with these dynamic dims can have, each planted alone. */
export function* brokenExports(make: MakeSound = soundExport, dynamic: DynamicDims = 'batch'): Generator<Planted> {
  const sound = make({ dynamic });
  if (dynamic !== 'none') yield* [...bakedReshapes(sound), ...bakedBatches(sound), ...lostBatches(sound)];
  if (dynamic === 'batch') yield { title: 'batch in the sizes of a Resize', model: resizeBySizes(sound, 'written'), code: 'batch-mixed', node: '/model.12/Concat', mendable: true };
  if (dynamic === 'none') yield { title: 'static batch', model: sound, code: 'batch-static', node: 'images', mendable: true };
  yield* wrongDeclarations(sound);
  yield* dynamic === 'batch,height,width' ? bakedSizes(sound, make()) : [declaredSizes(sound)];
  yield* lostShapes(sound, dynamic);
  yield* unknownOperators(sound);
  yield* awkwardOperators(sound);
  yield* badContent(sound);
}

/** Reshapes to a written target one by one; where height and width are open, attention's share one that is put together. */
function* bakedReshapes(sound: OnnxModel): Generator<Planted> {
  for (const node of sound.graph.nodes.filter(({ op, name }) => op === 'Reshape' && !name.includes('/grid.'))) {
    const target = intsOf(sound, node.inputs[1]!);
    if (!target) continue;
    const model = withConstant(sound, node, 1, [3, ...target.slice(1)]);
    yield { title: `batch in ${node.name}`, model, code: 'batch-in-reshape', node: node.name, mendable: true };
  }
  const shared = '/model.10/attn/Concat.channels';
  const channels = intsOf(sound, shared);
  if (channels) yield { title: 'batch in a target put together', model: withInts(sound, shared, [3, channels[1]!]), code: 'batch-in-reshape', node: '/model.10/attn/Reshape_1', mendable: false };
}

function* bakedBatches(sound: OnnxModel): Generator<Planted> {
  const expand = find(sound, '/model.23/Expand');
  yield { title: 'batch in an Expand', model: withConstant(sound, expand, 1, [3, 1, 4]), code: 'batch-in-expand', node: expand.name, mendable: true };
  const anchors = find(sound, '/model.23/Sub').inputs[0]!;
  const tiled = interpose(sound, '/model.23/Sub', makeNode('tile', 'Tile', [anchors, 'repeats'], ['tiled']));
  yield { title: 'batch in a Tile', model: withInts(tiled, 'repeats', [3, 1, 1]), code: 'batch-in-tile', node: 'tile', mendable: true };
  yield { title: 'batch in a constant', model: withZeros(sound, [3, 1, 1]), code: 'batch-in-constant', node: 'zeros', mendable: true };
  const halved = interpose(sound, QKV, splitBatch(sound.opset));
  yield { title: 'batch split in two', model: withInts(halved, 'ones', [1, 1]), code: 'batch-sliced', node: 'halve', mendable: false };
  yield* takenPictures(sound);
  yield { title: 'rows picked out of the first picture', model: indexedRows(sound, 'written'), code: 'batch-sliced', node: '/model.23/Gather', mendable: false };
}

/** A multiple of the first picture's features added to every picture's; a multiple of 0, so that the rows stay the same. */
function* takenPictures(sound: OnnxModel): Generator<Planted> {
  const features = '/model.10/Split_output_1';
  const first = (node: OnnxNode): OnnxModel => {
    const added = interpose(withGraph(sound, { values: [] }), QKV, makeNode('added', 'Add', [features, 'none of it'], ['sum']));
    const scaled = insertBefore(insertBefore(added, 'added', node), 'added', makeNode('scaled', 'Mul', [node.outputs[0]!, 'nothing'], ['none of it']));
    const nothing = withTensor(scaled, { name: 'nothing', dataType: 'float', dims: [], bytes: new Uint8Array(4) });
    return ['zero', 'one'].reduce((model, name, value) => withInts(model, name, [value]), nothing);
  };
  const slice = makeNode('slice', 'Slice', [features, 'zero', 'one', 'zero'], ['first']);
  yield { title: 'the first picture cut out', model: first(slice), code: 'batch-sliced', node: 'slice', mendable: false };
  const gather = makeNode('gather', 'Gather', [features, 'zero'], ['first'], { axis: { kind: 'int', value: 0 } });
  yield { title: 'the first picture picked', model: first(gather), code: 'batch-sliced', node: 'gather', mendable: false };
  const axes: OnnxAttribute = { kind: 'ints', value: [0] };
  const squeeze = sound.opset < 13 ? makeNode('squeeze', 'Squeeze', [features], ['first'], { axes }) : makeNode('squeeze', 'Squeeze', [features, 'zero'], ['first']);
  yield { title: 'the batch squeezed', model: first(squeeze), code: 'batch-sliced', node: 'squeeze', mendable: false };
}

/** Nothing added to the boxes' lower corners, by a constant of the given shape. */
function withZeros(sound: OnnxModel, dims: number[]): OnnxModel {
  const node = makeNode('shift', 'Add', [find(sound, '/model.23/Sub').inputs[0]!, 'zeros'], ['shifted']);
  const bytes = new Uint8Array(4 * dims.reduce((a, b) => a * b));
  return withTensor(interpose(sound, '/model.23/Sub', node), { name: 'zeros', dataType: 'float', dims, bytes });
}

/** Takes a batch of two apart; the sizes are an attribute before operator set 13. */
function splitBatch(opset: number): OnnxNode {
  const axis: OnnxAttribute = { kind: 'int', value: 0 };
  const outputs = ['half_0', 'half_1'];
  if (opset < 13) return makeNode('halve', 'Split', ['/model.10/Split_output_1'], outputs, { axis, split: { kind: 'ints', value: [1, 1] } });
  return makeNode('halve', 'Split', ['/model.10/Split_output_1', 'ones'], outputs, { axis });
}

function* lostBatches(sound: OnnxModel): Generator<Planted> {
  const [input, output] = [sound.graph.inputs[0]!.dims!, sound.graph.outputs[0]!.dims!];
  yield { title: 'input batch dropped', model: declare(sound, 'inputs', input.with(0, 1)), code: 'input-batch-lost', node: 'images', mendable: true };
  yield { title: 'output batch dropped', model: declare(sound, 'outputs', output.with(0, 1)), code: 'output-batch-lost', node: 'output0', mendable: true };
}

function* wrongDeclarations(sound: OnnxModel): Generator<Planted> {
  const dims: DeclaredDim[] = [sound.graph.outputs[0]!.dims![0]!, 'anchors', 'six'];
  yield { title: 'output dims misnamed', model: declare(sound, 'outputs', dims), code: 'output-dims-misnamed', node: 'output0', mendable: true };
  const first = '/model.0/conv/Conv_output_0';
  const values = sound.graph.values.map((value) => (value.name === first ? { ...value, dims: value.dims!.with(1, 99) } : value));
  yield { title: 'annotation wrong', model: withGraph(sound, { values }), code: 'annotation-wrong', node: first, mendable: true };
}

/** Every size promised by a graph of one. */
function declaredSizes(sound: OnnxModel): Planted {
  const model = declare(sound, 'inputs', [...sound.graph.inputs[0]!.dims!.slice(0, 2), 'height', 'width']);
  return { title: 'height and width baked', model, code: 'size-baked', node: '/model.10/attn/Reshape', mendable: true };
}

/** One size written into a graph of every size; `one` is the export of that size. */
function* bakedSizes(open: OnnxModel, one: OnnxModel): Generator<Planted> {
  const reshape = find(open, '/model.10/attn/Reshape_1');
  const target = intsOf(one, find(one, reshape.name).inputs[1]!)!;
  yield { title: 'height and width baked', model: withConstant(open, reshape, 1, target), code: 'size-baked', node: reshape.name, mendable: false };
  const held = withTensor(open, { ...one.graph.initializers.get('/model.23/anchors')!, name: 'fixed' });
  const model = redirect(redirect(held, '/model.23/Sub', 0, 'fixed'), '/model.23/Add', 0, 'fixed');
  yield { title: 'anchors baked', model, code: 'anchors-baked', node: 'fixed', mendable: false };
}

/** Shapes as the reference exporter works them out; a static one has nothing for TensorRT to lose. */
function* lostShapes(sound: OnnxModel, dynamic: DynamicDims): Generator<Planted> {
  const before = referenceStyle(sound, 'before-fix');
  const after = referenceStyle(sound, 'after-fix');
  const mendable = dynamic !== 'batch,height,width';
  if (dynamic !== 'none') {
    for (const name of ['Reshape', 'Reshape_1', 'Reshape_2']) {
      yield { title: `channels as -1 in ${name}`, model: before, code: 'channel-minus-one', node: `/model.10/attn/${name}`, mendable };
    }
    yield { title: 'pe conv unknown to TensorRT', model: before, code: 'conv-input-unknown-tensorrt', node: PE, mendable };
  }
  yield { title: 'pe conv unknown to ONNX before the fix', model: before, code: 'conv-input-unknown-onnx', node: PE, mendable };
  yield { title: 'pe conv unknown to ONNX after the fix', model: after, code: 'conv-input-unknown-onnx', node: PE, mendable: true };
}

function* unknownOperators(sound: OnnxModel): Generator<Planted> {
  const magic = interpose(sound, QKV, makeNode('magic', 'Magic', ['/model.10/Split_output_1'], ['conjured'], {}, 'com.example'));
  yield { title: 'an unknown operator', model: withGraph(magic, { values: [] }), code: 'unknown-operator', node: 'magic', mendable: false };
  const late = makeNode('late', 'Magic', ['/model.23/ReduceMax_output_0'], ['vanished'], {}, 'com.example');
  yield { title: 'no shape behind it', model: interpose(sound, '/model.23/TopK', late), code: 'shape-unknown', node: 'output0', mendable: false };
}

function* awkwardOperators(sound: OnnxModel): Generator<Planted> {
  yield { title: 'Mod', model: sound, code: 'mod-operator', node: '/model.23/Mod', mendable: true };
  yield { title: 'GatherElements', model: sound, code: 'gather-elements-operator', node: '/model.23/GatherElements', mendable: true };
  const top = find(sound, '/model.23/TopK');
  const copied = insertBefore(sound, top.name, makeNode('k', 'Identity', [top.inputs[1]!], ['k_copied']));
  yield { title: 'K computed', model: redirect(copied, top.name, 1, 'k_copied'), code: 'topk-k-computed', node: top.name, mendable: true };
  const conv = '/model.3/conv/Conv';
  yield { title: 'a cycle', model: redirect(sound, conv, 0, '/model.8/cv2/act/Mul_output_0'), code: 'graph-cycle', node: conv, mendable: false };
  const late = find(sound, '/model.23/Mul');
  const others = sound.graph.nodes.filter((node) => node !== late);
  yield { title: 'a node behind its reader', model: withGraph(sound, { nodes: [...others, late] }), code: 'nodes-unsorted', node: sound.graph.nodes.find(({ inputs }) => inputs.includes(late.outputs[0]!))!.name, mendable: true };
  const bare = withGraph(sound, { values: [] });
  yield { title: 'anchors that nothing gives', model: redirect(bare, '/model.23/Sub', 0, 'gone'), code: 'value-missing', node: 'gone', mendable: false };
  const contradiction = redirect(sound, PE, 0, '/model.9/cv2/act/Mul_output_0');
  yield { title: 'channels that do not fit', model: contradiction, code: 'node-contradiction', node: PE, mendable: false };
}

function* badContent(sound: OnnxModel): Generator<Planted> {
  const bias = 'model.0.conv.bias';
  yield { title: 'a weight beyond float16', model: withFloat(sound, bias, 1e5), code: 'float16-overflow', node: bias, mendable: true };
  yield { title: 'a weight that is not a number', model: withFloat(sound, bias, Number.NaN), code: 'float16-overflow', node: bias, mendable: true };
  yield { title: 'boxes in float16', model: withNarrowOutput(sound), code: 'float16-boxes', node: 'output0', mendable: true };
  const normed = interpose(sound, '/model.0/act/Sigmoid', makeNode('norm', 'BatchNormalization', ['/model.0/conv/Conv_output_0', bias, bias, bias, bias], ['normed']));
  yield { title: 'batch norm', model: normed, code: 'batch-norm-unfolded', node: 'norm', mendable: true };
  const narrow = makeNode('narrow', 'Cast', ['images'], ['narrow images'], { to: { kind: 'int', value: 10 } });
  yield { title: 'a float16 picture for float32 weights', model: interpose(sound, '/model.0/conv/Conv', narrow), code: 'types-mixed', node: '/model.0/conv/Conv', mendable: false };
  const outputs = sound.graph.outputs.map((value) => ({ ...value, dataType: 'float16' as const }));
  yield { title: 'an output of another type', model: withGraph(sound, { outputs }), code: 'output-type-wrong', node: 'output0', mendable: true };
  yield { title: 'no names', model: { ...sound, metadata: new Map() }, code: 'names-missing', node: 'metadata', mendable: true };
}

/** The rows cast to float16 at the very end. */
function withNarrowOutput(model: OnnxModel): OnnxModel {
  const nodes = model.graph.nodes.map((node) => (node.outputs[0] === 'output0' ? { ...node, outputs: ['wide'] } : node));
  const cast = makeNode('narrow', 'Cast', ['wide'], ['output0'], { to: { kind: 'int', value: 10 } });
  const outputs = model.graph.outputs.map((value) => ({ ...value, dataType: 'float16' as const }));
  return withGraph(model, { nodes: [...nodes, cast], outputs });
}
