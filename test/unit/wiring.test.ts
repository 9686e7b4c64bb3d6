import { describe, expect, test } from 'vitest';
import { reexport } from '../../src/exporting/reexport.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { checkHead } from '../../src/yolov10/wiring.ts';
import { Detector } from '../../src/node.ts';
import { otherHead } from '../cases/rewritten-model.ts';
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

function withInts(names: RegExp, name: string, value: number[], op = 'Conv'): OnnxModel {
  const attribute: OnnxAttribute = { kind: 'ints', value };
  return withNodes((node) => (node.op === op && names.test(node.name) ? { ...node, attributes: new Map(node.attributes).set(name, attribute) } : node));
}

function withoutAttribute(names: RegExp, name: string): OnnxModel {
  return withNodes((node) => (names.test(node.name) ? { ...node, attributes: new Map([...node.attributes].filter(([key]) => key !== name)) } : node));
}

const first = '/model.0/conv/Conv';
const text = (value: string): OnnxAttribute => ({ kind: 'string', value });

/** The first convolution with a border that engines work out. */
function automatic(mode: string): OnnxModel {
  const bare = withoutAttribute(/\/model\.0\/conv/, 'pads');
  return withNodes((node) => (node.name === first ? { ...node, attributes: new Map(node.attributes).set('auto_pad', text(mode)) } : node), bare);
}

/** The border of the first convolution in a node before it. */
function padded(pads: number[], fill?: number): OnnxModel {
  const bare = withoutAttribute(/\/model\.0\/conv/, 'pads');
  const pad: OnnxNode = { name: 'pad', op: 'Pad', domain: '', inputs: ['images', 'rows', ...(fill === undefined ? [] : ['fill'])], outputs: ['framed'], attributes: new Map() };
  const grey = { name: 'fill', dataType: 'float' as const, dims: [], bytes: new Uint8Array(Float32Array.of(fill ?? 0).buffer) };
  const rows = { name: 'rows', dataType: 'int64' as const, dims: [8], bytes: new Uint8Array(BigInt64Array.from(pads, BigInt).buffer) };
  const model = withNodes((node) => (node.name === first ? [pad, { ...node, inputs: ['framed', ...node.inputs.slice(1)] }] : node), bare);
  return { ...model, graph: { ...model.graph, initializers: new Map(model.graph.initializers).set('rows', rows).set('fill', grey) } };
}

function resized(name: string, value: string, rounding?: string): OnnxModel {
  const changed = (node: OnnxNode): OnnxNode['attributes'] => new Map([...node.attributes, [name, text(value)], ...(rounding ? [['nearest_mode', text(rounding)] as const] : [])]);
  return withNodes((node) => (node.op === 'Resize' ? { ...node, attributes: changed(node) } : node));
}

describe('wiring other than YOLOv10\'s is refused, though the weights fit', () => {
  test.each([
    ['Relu for SiLU', () => activatedBy('Relu'), /SiLU at "model\.0", found Relu/],
    ['HardSwish for SiLU', () => activatedBy('HardSwish'), /found HardSwish/],
    ['dilation', () => withInts(/\/model\.2\/m\.0\/cv1\/conv/, 'dilations', [2, 2]), /no dilation at "model\.2\.m\.0\.cv1", found dilations \[2,2\]/],
    ['a border on two sides only, as TensorFlow pads', () => withInts(/\/model\.0\/conv/, 'pads', [0, 0, 1, 1]), /a border of 1 on every side, of zeros, at "model\.0", found pads \[0,0,1,1\]/],
    ['no border', () => withoutAttribute(/\/model\.1\/conv/, 'pads'), /a border of 1 on every side, of zeros, at "model\.1", found pads \[0,0,0,0\]/],
    ['the larger border last', () => automatic('SAME_UPPER'), /found pads \[0,0,1,1\]/],
    ['half a Pad before', () => padded([0, 0, 0, 0, 0, 0, 1, 1]), /found pads \[0,0,1,1\]/],
    ['a Pad of grey', () => padded([0, 0, 1, 1, 0, 0, 1, 1], 0.447), /a border of 1 on every side, of zeros, at "model\.0", found pads \[0,0,0,0\]/],
    ['bilinear enlarging', () => resized('mode', 'linear'), /every cell repeated twice, as in YOLOv10, found the mode linear/],
    ['enlarging that rounds up', () => resized('nearest_mode', 'ceil'), /found asymmetric with ceil/],
    ['smaller pools', () => withInts(/MaxPool/, 'kernel_shape', [3, 3], 'MaxPool'), /pools of 5×5 with a border of 2.*found kernel \[3,3\]/],
    ['another stride', () => withInts(/\/model\.1\/conv/, 'strides', [1, 1]), /stride 2 at "model\.1", found strides \[1,1\]/],
  ])('%s', (_title, make, message) => {
    expect(() => readYolov10(make())).toThrow(expect.objectContaining({ name: 'InputError', code: 'not-yolov10', message: expect.stringMatching(message) as string }));
  });

  test.each([
    ['SAME_LOWER', () => automatic('SAME_LOWER')],
    ['a Pad of its own', () => padded([0, 0, 1, 1, 0, 0, 1, 1])],
    ['half pixels with nearest', () => resized('coordinate_transformation_mode', 'half_pixel', 'round_prefer_floor')],
  ])('%s comes to the same', (_title, make) => expect(readYolov10(make()).scale).toBe('n'));

  test('a Pad that is the border of a convolution is no preparation, another one is', () => {
    expect(readYolov10(padded([0, 0, 1, 1, 0, 0, 1, 1])).preparation).toEqual([]);
    const whole = sound.graph.nodes.find(({ name }) => name === first)!;
    const letterboxed = withNodes((node) => (node.name === first ? { ...whole, inputs: ['framed', ...whole.inputs.slice(1)] } : node), padded([0, 0, 0, 0, 0, 0, 32, 0]));
    expect(readYolov10(letterboxed).preparation.map(({ name }) => name)).toEqual(['pad']);
  });

  test('a vendor\'s SiLU in one operator is none of them', () => expect(readYolov10(activatedBy('Swish')).scale).toBe('n'));
});

describe('the one-to-many head', () => {
  test('is read, and said to be it', () => {
    expect(readYolov10(sound).head).toBe('one-to-one');
    expect(readYolov10(otherHead(sound))).toMatchObject({ head: 'one-to-many', foundBy: 'name', scale: 'n' });
  });

  test('does not detect', async () => {
    const refusal = expect.objectContaining({ name: 'InputError', code: 'unsupported', message: expect.stringMatching(/one-to-many.*end to end/s) as string }) as Error;
    expect(() => checkHead(readYolov10(otherHead(sound)))).toThrow(refusal);
    await expect(Detector.load(serializeModel(otherHead(sound)))).rejects.toThrow(refusal);
  });
});

test('a side declared as 0 states no size', () => {
  const declared = (side: number): OnnxModel => ({
    ...sound, metadata: new Map([['imgsz', '[96, 64]']]), graph: { ...sound.graph, inputs: sound.graph.inputs.map((input) => ({ ...input, dims: ['batch', 3, side, side] })) },
  });
  expect(readYolov10(declared(0)).imageSize).toEqual({ height: 96, width: 64 });
  expect(readYolov10(declared(32)).imageSize).toEqual({ height: 32, width: 32 });
});
