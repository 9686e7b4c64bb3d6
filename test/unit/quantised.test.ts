import { describe, expect, it } from 'vitest';
import type { NumberTensor } from '../../src/crosscheck/engine.ts';
import { FLOAT32_TOLERANCE, type Judgement, judge, matchRows } from '../../src/crosscheck/match.ts';
import { openOnnxRuntime } from '../../src/crosscheck/onnxruntime.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import type { OnnxModel, OnnxTensor } from '../../src/onnx/graph.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { toFloat32 } from '../../src/onnx/values.ts';
import { findConvolutions } from '../../src/yolov10/convolutions.ts';
import { dequantised } from '../../src/yolov10/quantised.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { complaintOf } from '../cases/complaint.ts';
import { makeNode, withGraph, withTensor } from '../cases/graph-edits.ts';
import { type Quantisation, quantisedWeights, roundedActivations } from '../cases/quantised-model.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';

const network = seededNetwork(tinyConfig());
const size = { height: 64, width: 64 };
const sound = reexport(network, size);
const images = { data: Float32Array.from({ length: 3 * 64 * 64 }, (_, place) => (place % 97) / 97), dims: [1, 3, 64, 64] };

async function withOnnx<T>(model: OnnxModel, use: (peer: Awaited<ReturnType<typeof openOnnxRuntime>>) => Promise<T>): Promise<T> {
  const peer = await openOnnxRuntime(serializeModel(model), { threads: 1 });
  try {
    return await use(peer);
  } finally {
    await peer.dispose!();
  }
}

/** The nodes of one operator, and nothing else. */
function alone(model: OnnxModel, op: string): OnnxModel {
  const nodes = [...model.graph.nodes.filter((node) => node.op === op), makeNode('', 'Identity', ['images'], ['output0'])];
  return withGraph(model, { nodes, values: [], outputs: [{ name: 'output0', dataType: 'float', dims: null }] });
}

describe('weights behind DequantizeLinear', { timeout: 30_000 }, () => {
  it.each<Quantisation>([
    { type: 'int8', perChannel: true, zero: 0 }, { type: 'int8', perChannel: false, zero: -3 }, { type: 'uint8', perChannel: true, zero: 128 },
  ])('are those of ONNX Runtime to the bit: %o', async (quantisation) => {
    const model = quantisedWeights(sound, quantisation);
    const convolutions = findConvolutions(model.graph).flatMap(({ weight, bias }) => (bias ? [weight, bias] : []));
    const theirs = await withOnnx(alone(model, 'DequantizeLinear'), (peer) => peer.tensors!(images, convolutions.map(({ name }) => name)));
    expect(convolutions.length).toBeGreaterThan(100);
    for (const tensor of convolutions) expect(toFloat32(tensor), tensor.name).toEqual(theirs.get(tensor.name));
  });

  it('make a network that finds what the file finds', async () => {
    const model = quantisedWeights(sound, { type: 'int8', perChannel: true, zero: 0 });
    const [theirs, ours] = [await withOnnx(model, (peer) => peer.run(images)), await withOnnx(reexport(readYolov10(model), size), (peer) => peer.run(images))];
    const before = await withOnnx(sound, (peer) => peer.run(images));
    const differing = (other: NumberTensor): Judgement => judge(matchRows(ours.data, other.data), ours.data, other.data, FLOAT32_TOLERANCE);
    expect(differing(theirs)).toMatchObject({ agrees: true, matched: 84 });
    expect(differing(before).agrees).toBe(false);
  });
});

it('rounds to float16 where the scales are, as ONNX has it from operator set 19 on', () => {
  const tensors: Record<string, OnnxTensor> = {
    q: { name: 'q', dataType: 'int8', dims: [3], bytes: new Uint8Array(Int8Array.of(-127, 3, 100).buffer) },
    scale: { name: 'scale', dataType: 'float16', dims: [], bytes: new Uint8Array(Uint16Array.of(0x2e66).buffer) }, // 0.0999755859375
  };
  const found = dequantised(makeNode('', 'DequantizeLinear', ['q', 'scale'], ['w']), (name) => tensors[name ?? ''] ?? null);
  expect([...toFloat32(found!)]).toEqual([-12.6953125, 0.2998046875, 10]); // of -12.6969, 0.29993, 9.99756
});

describe('a network that computes in integers is refused by what it is', () => {
  const first = sound.graph.nodes.find(({ op }) => op === 'Conv');
  const replaced = (op: string): OnnxModel => withGraph(sound, { nodes: sound.graph.nodes.map((node) => (node === first ? { ...node, op } : node)) });
  const weights = quantisedWeights(sound, { type: 'int8', perChannel: false, zero: 0 });
  const scale = weights.graph.initializers.get('model.0.conv.weight.scale')!;
  const computed = (): OnnxModel => withGraph(sound, {
    nodes: [
      makeNode('', 'QuantizeLinear', ['model.0.conv.weight', 'unit'], ['stored']), makeNode('', 'DequantizeLinear', ['stored', 'unit'], ['restored']),
      ...sound.graph.nodes.map((node) => (node === first ? { ...node, inputs: node.inputs.with(1, 'restored') } : node)),
    ],
  });

  it.each([
    ['QLinearConv', () => replaced('QLinearConv'), /QLinearConv/],
    ['ConvInteger', () => replaced('ConvInteger'), /ConvInteger/],
    ['rounded activations', () => roundedActivations(weights), /input goes through QuantizeLinear/],
    ['rounded activations alone', () => roundedActivations(sound), /input goes through QuantizeLinear/],
    ['weights rounded as it runs', computed, /DequantizeLinear/],
    ['scales of the wrong number', () => withTensor(weights, { ...scale, dims: [5], bytes: new Uint8Array(20) }), /DequantizeLinear/],
  ])('%s', (_title, make, found) => {
    expect(complaintOf(() => readYolov10(make()))).toMatchObject({
      code: 'bad-weights', expected: expect.stringMatching(/\/model\.0\/conv\/Conv/) as string, found: expect.stringMatching(found) as string, remedy: expect.stringMatching(/before quantisation/) as string,
    });
  });
});
