import { describe, expect, test } from 'vitest';
import { reexport } from '../../src/exporting/reexport.ts';
import type { OnnxModel, OnnxTensor } from '../../src/onnx/graph.ts';
import { toFloat32 } from '../../src/onnx/values.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { find, interpose, makeNode, redirect, withGraph, withTensor } from '../cases/graph-edits.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';
import { withBatchNorm } from '../cases/rewritten-model.ts';
import { weightError } from '../cases/weight-error.ts';

const network = seededNetwork(tinyConfig());
const sound = reexport(network, { height: 64, width: 64 });
const conv = sound.graph.nodes.find(({ op, inputs }) => op === 'Conv' && inputs[1] === 'model.2.cv1.conv.weight')!;
const bias = sound.graph.initializers.get(conv.inputs[2]!)!;
const out = bias.dims[0]!;

const floats = (name: string, dims: number[], values: number[]): OnnxTensor =>
  ({ name, dataType: 'float', dims, bytes: new Uint8Array(Float32Array.from(values).buffer) });

/** The model whose convolution is followed by a node of this kind with a constant. */
function followed(model: OnnxModel, op: string, constant: OnnxTensor): OnnxModel {
  const output = conv.outputs[0]!;
  const readers = model.graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => (input === output ? `${output}.after` : input)) }));
  const place = readers.findIndex(({ name }) => name === conv.name) + 1;
  const added = makeNode('after', op, [constant.name, output], [`${output}.after`]);
  return withTensor(withGraph(model, { nodes: readers.toSpliced(place, 0, added) }), constant);
}

const withoutBias = (model: OnnxModel): OnnxModel => withGraph(model, {
  nodes: model.graph.nodes.map((node) => (node.name === conv.name ? { ...node, inputs: node.inputs.slice(0, 2) } : node)),
});
const refusal = (found: RegExp): object => ({ name: 'InputError', code: 'bad-weights', message: expect.stringMatching(/model\.2\.cv1/), found: expect.stringMatching(found) });

/** What reading refuses with. */
function refused(model: OnnxModel): unknown {
  try {
    readYolov10(model);
  } catch (error) {
    return error;
  }
  return 'nothing was refused';
}

describe('the numbers of a convolution', () => {
  test('a bias added by another node is the bias', () => {
    const values = [...toFloat32(bias)];
    for (const dims of [[1, out, 1, 1], [out, 1, 1]]) {
      const read = readYolov10(followed(withoutBias(sound), 'Add', floats('bias', dims, values)));
      expect(weightError(read, network.weights)).toBe(0);
    }
  });

  test('factors by another node go into weights and bias', () => {
    const half = readYolov10(followed(sound, 'Mul', floats('half', [], [0.5])));
    const { weight, bias: read } = half.weights.get('model.2.cv1')!;
    const own = network.weights.get('model.2.cv1')!;
    expect([weight, read]).toEqual([own.weight.map((value) => value / 2), own.bias.map((value) => value / 2)]);
    const each = Array.from({ length: out }, (_, i) => 2 ** (i % 3));
    const scaled = readYolov10(followed(sound, 'Mul', floats('each', [out, 1, 1], each))).weights.get('model.2.cv1')!;
    expect(scaled.bias).toEqual(own.bias.map((value, i) => value * each[i]!));
    expect(scaled.weight.at(-1)).toBe(own.weight.at(-1)! * each.at(-1)!);
  });

  test('a bias that the file computes is refused', () => {
    const computed = redirect(sound, conv.name, 2, 'worked out');
    expect(refused(computed)).toMatchObject(refusal(/a bias \("worked out"\)/));
  });

  test('what is no number per channel is refused, not dropped', () => {
    expect(refused(followed(sound, 'Add', floats('row', [16], Array.from({ length: 16 }, () => 1))))).toMatchObject(refusal(/shape \[16\]/));
    expect(refused(followed(sound, 'Sub', floats('less', [], [1])))).toMatchObject(refusal(/^Sub/));
  });

  test('a value with further readers keeps its own numbers', () => {
    const output = conv.outputs[0]!;
    const watched = withTensor(withGraph(sound, { nodes: [...sound.graph.nodes, makeNode('aside', 'Add', [output, 'one'], ['aside'])] }), floats('one', [], [1]));
    expect(weightError(readYolov10(watched), network.weights)).toBe(0);
  });
});

describe('a batch norm', () => {
  const normed = withBatchNorm(sound);
  const weightName = conv.inputs[1]!;
  const vector = (name: string): OnnxTensor => normed.graph.initializers.get(`${weightName}.${name}`)!;

  test('behind Identity is folded in as well', () => {
    const norm = normed.graph.nodes.find(({ op, inputs }) => op === 'BatchNormalization' && inputs[1] === `${weightName}.scale`)!;
    const named = withGraph(normed, { nodes: normed.graph.nodes.map((node) => (node === norm ? { ...node, name: 'norm' } : node)) });
    const apart = interpose(named, 'norm', makeNode('same', 'Identity', [find(named, 'norm').inputs[0]!], ['same']));
    expect(weightError(readYolov10(apart), network.weights)).toBeLessThan(2e-5);
  });

  test.each(['scale', 'shift', 'mean', 'variance'])('with a %s of the wrong length is refused', (name) => {
    const short = withTensor(normed, floats(`${weightName}.${name}`, [out - 1], Array.from({ length: out - 1 }, () => 1)));
    expect(refused(short)).toMatchObject(refusal(new RegExp(`^${out - 1}$`)));
  });

  test('with a computed vector is refused', () => {
    const initializers = new Map(normed.graph.initializers);
    initializers.delete(`${weightName}.mean`);
    expect(refused(withGraph(normed, { initializers }))).toMatchObject(refusal(/batch norm/));
  });

  test('of a variance below zero is refused', () => {
    const values = toFloat32(vector('variance')).with(0, -1);
    expect(refused(withTensor(normed, floats(`${weightName}.variance`, [out], [...values])))).toMatchObject(refusal(/NaN/));
  });
});
