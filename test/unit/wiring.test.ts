import { describe, expect, test } from 'vitest';
import { reexport } from '../../src/exporting/reexport.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { checkHead } from '../../src/yolov10/wiring.ts';
import { Detector } from '../../src/node.ts';
import { seededNetwork } from '../cases/seeded-model.ts';

const network = seededNetwork('n', { classCount: 3 });
const sound = reexport(network, { height: 64, width: 64 });

/** The model with every node put through `change`. */
function withNodes(change: (node: OnnxNode) => OnnxNode | OnnxNode[], model: OnnxModel = sound): OnnxModel {
  return { ...model, graph: { ...model.graph, nodes: model.graph.nodes.flatMap(change) } };
}

/** SiLU as another activation: the Sigmoid gives way, and the Mul becomes the operator. */
function activatedBy(op: string): OnnxModel {
  const gates = new Map(sound.graph.nodes.filter((node) => node.op === 'Sigmoid').map((node) => [node.outputs[0]!, node.inputs[0]!]));
  const isSilu = ({ op: own, inputs }: OnnxNode): boolean => own === 'Mul' && inputs.some((name) => inputs.includes(gates.get(name) ?? ''));
  return withNodes((node) => (isSilu(node) ? { ...node, op, inputs: [node.inputs.find((name) => !gates.has(name))!] } : node));
}

function withInts(conv: RegExp, name: string, value: number[]): OnnxModel {
  const attribute: OnnxAttribute = { kind: 'ints', value };
  return withNodes((node) => (node.op === 'Conv' && conv.test(node.name) ? { ...node, attributes: new Map(node.attributes).set(name, attribute) } : node));
}

/** The one-to-one head under the names of the other one. */
function withOtherHead(): OnnxModel {
  const rename = (name: string): string => name.replaceAll('one2one_cv', 'cv');
  const initializers = new Map([...sound.graph.initializers].map(([name, tensor]) => [rename(name), { ...tensor, name: rename(name) }]));
  const model = withNodes((node) => ({ ...node, name: rename(node.name), inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  return { ...model, graph: { ...model.graph, initializers } };
}

describe('wiring other than YOLOv10\'s is refused, though the weights fit', () => {
  test.each([
    ['Relu for SiLU', () => activatedBy('Relu'), /SiLU at "model\.0", found Relu/],
    ['HardSwish for SiLU', () => activatedBy('HardSwish'), /found HardSwish/],
    ['dilation', () => withInts(/\/model\.2\/m\.0\/cv1\/conv/, 'dilations', [2, 2]), /no dilation at "model\.2\.m\.0\.cv1", found dilations \[2,2\]/],
    ['another stride', () => withInts(/\/model\.1\/conv/, 'strides', [1, 1]), /stride 2 at "model\.1", found strides \[1,1\]/],
  ])('%s', (_title, make, message) => {
    expect(() => readYolov10(make())).toThrow(expect.objectContaining({ name: 'InputError', code: 'not-yolov10', message: expect.stringMatching(message) as string }));
  });

  test('a vendor\'s SiLU in one operator is none of them', () => expect(readYolov10(activatedBy('Swish')).scale).toBe('n'));
});

describe('the one-to-many head', () => {
  test('is read, and said to be it', () => {
    expect(readYolov10(sound).head).toBe('one-to-one');
    expect(readYolov10(withOtherHead())).toMatchObject({ head: 'one-to-many', foundBy: 'name', scale: 'n' });
  });

  test('does not detect', async () => {
    const refusal = expect.objectContaining({ name: 'InputError', code: 'unsupported', message: expect.stringMatching(/one-to-many.*end to end/s) as string }) as Error;
    expect(() => checkHead(readYolov10(withOtherHead()))).toThrow(refusal);
    await expect(Detector.load(serializeModel(withOtherHead()))).rejects.toThrow(refusal);
  });
});

test('a side declared as 0 states no size', () => {
  const declared = (side: number): OnnxModel => ({
    ...sound, metadata: new Map([['imgsz', '[96, 64]']]), graph: { ...sound.graph, inputs: sound.graph.inputs.map((input) => ({ ...input, dims: ['batch', 3, side, side] })) },
  });
  expect(readYolov10(declared(0)).imageSize).toEqual({ height: 96, width: 64 });
  expect(readYolov10(declared(32)).imageSize).toEqual({ height: 32, width: 32 });
});
