import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { numberToFloat16 } from '../../src/core/float16.ts';
import { format } from '../../src/core/dim.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import { inferShapes } from '../../src/exporting/shapes/infer.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { toFloat32 } from '../../src/onnx/values.ts';
import { type NetworkConfig, SCALE_NAMES, type ScaleName, nameScale, scaleConfig } from '../../src/yolov10/config.ts';
import { readLabels } from '../../src/yolov10/labels.ts';
import type { FeatureMap, Layer } from '../../src/yolov10/layers.ts';
import { countFlops, countParameters, drawNetwork } from '../../src/yolov10/network.ts';
import { type Yolov10, readYolov10 } from '../../src/yolov10/read.ts';
import { exportsFolder, readListing } from '../cases/listing.ts';
import { randomOf, seededNetwork } from '../cases/seeded-model.ts';

const network = seededNetwork('n', { classCount: 3 });
const sound = reexport(network, { height: 64, width: 64 });

/** Largest difference of any weight or bias from the network the file was made of. */
function weightError(read: Yolov10, expected: Yolov10['weights'] = network.weights): number {
  expect([...read.weights.keys()]).toEqual([...expected.keys()]);
  let worst = 0;
  for (const [path, { weight, bias }] of expected) {
    const found = read.weights.get(path)!;
    expect([found.weight.length, found.bias.length]).toEqual([weight.length, bias.length]);
    for (let i = 0; i < weight.length; i++) worst = Math.max(worst, Math.abs(weight[i]! - found.weight[i]!));
    for (let i = 0; i < bias.length; i++) worst = Math.max(worst, Math.abs(bias[i]! - found.bias[i]!));
  }
  return worst;
}

describe('reading a network', () => {
  test('finds weights by name', () => {
    const read = readYolov10(sound);
    expect(read).toMatchObject({ foundBy: 'name', scale: 'n', config: network.config, imageSize: { height: 64, width: 64 }, labels: ['thing 0', 'thing 1', 'thing 2'] });
    expect(weightError(read)).toBe(0);
  });

  test('finds weights by their nodes where initializers were renamed', () => {
    const read = readYolov10(renamed(sound, { nodes: false }));
    expect(read.foundBy).toBe('name');
    expect(weightError(read)).toBe(0);
  });

  test.each(['n', 's', 'b', 'x'] as const)('%s: finds weights by position where every name is gone', (scale) => {
    const { config, layers } = seededShapes(scale);
    const read = readYolov10(renamed(reexport(zeroNetwork(layers), { height: 64, width: 64 })));
    expect(read).toMatchObject({ foundBy: 'position', scale, config });
  });

  test('gives each position its own weights', () => {
    const read = readYolov10(renamed(sound));
    expect(read.foundBy).toBe('position');
    expect(weightError(read)).toBe(0);
  });

  test('does not mind in which order pe and proj, and the branches of the head, come', () => {
    const moved = renamed(swapped(sound, /attn\/pe\//, /attn\/proj\//));
    const read = readYolov10(moved);
    expect(read.foundBy).toBe('position');
    expect(weightError(read)).toBe(0);
    const levelByLevel = renamed(levelOrder(sound));
    expect(weightError(readYolov10(levelByLevel))).toBe(0);
  });

  test('does not mind the wiring', () => {
    const broken = { ...sound, graph: { ...sound.graph, nodes: sound.graph.nodes.filter(({ op }) => op !== 'Reshape' && op !== 'Concat') } };
    expect(weightError(readYolov10(broken))).toBe(0);
  });

  test('takes weights from Constant nodes, through Identity', () => {
    expect(weightError(readYolov10(constantNodes(sound)))).toBe(0);
    expect(weightError(readYolov10(renamed(constantNodes(sound))))).toBe(0);
  });

  test('takes float16 weights, as such or behind a Cast', () => {
    for (const model of [halved(sound, false), halved(sound, true)]) {
      const error = weightError(readYolov10(model));
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(2e-3);
    }
  });

  test('folds batch norm in', () => {
    for (const model of [withBatchNorm(sound), renamed(withBatchNorm(sound))]) expect(weightError(readYolov10(model))).toBeLessThan(2e-5);
  });

  test('folds the small kernel of an unfused RepVGGDW in', () => {
    for (const model of [unfused(sound), renamed(unfused(sound)), renamed(unfused(sound, true)), withBatchNorm(unfused(sound))]) {
      expect(weightError(readYolov10(model))).toBeLessThan(2e-5);
    }
  });

  test('reads custom widths, depths and classes', () => {
    const config = customConfig();
    const custom = seededNetwork(config);
    for (const model of [reexport(custom, { height: 64, width: 64 }), renamed(reexport(custom, { height: 64, width: 64 }))]) {
      const read = readYolov10(model);
      expect(read).toMatchObject({ config, scale: null });
      expect(weightError(read, custom.weights)).toBe(0);
    }
  });

  test('takes the size from metadata, else from the declared input, else from nowhere', () => {
    const sizeOf = (imgsz: string | undefined, dims: (number | string)[]): Yolov10['imageSize'] => readYolov10({
      ...sound, metadata: new Map(imgsz === undefined ? [] : [['imgsz', imgsz]]),
      graph: { ...sound.graph, inputs: [{ ...sound.graph.inputs[0]!, dims }] },
    }).imageSize;
    expect(sizeOf('[320, 640]', ['batch', 3, 64, 64])).toEqual({ height: 320, width: 640 });
    expect(sizeOf('416', ['batch', 3, 64, 64])).toEqual({ height: 416, width: 416 });
    expect(sizeOf(undefined, ['batch', 3, 96, 64])).toEqual({ height: 96, width: 64 });
    expect(sizeOf(undefined, ['batch', 3, 'height', 'width'])).toBeNull();
    expect(sizeOf('[100, 100]', ['batch', 3, 'height', 'width'])).toBeNull();
  });
});

describe('what is refused', () => {
  const path = 'model.4.m.1.cv2.conv.weight';

  test.each([
    ['a weight of another shape', () => reshaped(sound, path, [32, 16, 3, 3]), 'bad-weights', /"model\.4\.m\.1\.cv2".*\[32,16,3,3\]/],
    ['a weight of NaN', () => poisoned(sound, path, Number.NaN), 'bad-weights', /finite.*NaN at element 5/],
    ['an infinite weight', () => poisoned(sound, path, Number.NEGATIVE_INFINITY), 'bad-weights', /-Infinity/],
    ['an infinite bias', () => poisoned(sound, 'model.23.one2one_cv3.1.2.bias', Number.POSITIVE_INFINITY), 'bad-weights', /one2one_cv3\.1\.2/],
    ['a bias of another length', () => reshaped(sound, 'model.3.conv.bias', [5], 20), 'bad-weights', /64 values in the bias of "model\.3"/],
    ['a stage without its last convolution', () => without(sound, '/model.8/cv2/conv/Conv'), 'not-yolov10', /"model\.8\.cv2"/],
    ['a network without names that ends early', () => renamed(without(sound, '/model.23/one2one_cv3.2/one2one_cv3.2.2/Conv')), 'not-yolov10', /convolution/],
    ['a graph without convolutions', () => ({ ...sound, graph: { ...sound.graph, nodes: [] } }), 'not-yolov10', /convolution/],
    ['another network', () => plainChain(), 'not-yolov10', /YOLOv10/],
  ])('%s', (_title, make, code, message) => {
    expect(() => readYolov10(make())).toThrow(expect.objectContaining({ name: 'InputError', code, message: expect.stringMatching(message) as string }));
  });
});

describe('labels', () => {
  test.each([
    ["{0: 'person', 1: 'bicycle'}", ['person', 'bicycle']],
    [`{0: "dog's bed", 1: 'say "x"'}`, ["dog's bed", 'say "x"']],
    [`{1: 'b', 0: 'a'}`, ['a', 'b']],
    [`{0: 'it\\'s', 1: 'a\\\\b'}`, ["it's", 'a\\b']],
    ['{"0": "person", "1": "caf\\u00e9"}', ['person', 'café']],
    ['["one", "two"]', ['one', 'two']],
    ["['one', 'two']", ['one', 'two']],
    ["{0: 'a: b', 1: 'c, 2: d'}", ['a: b', 'c, 2: d']],
    ['{0: \'猫\', 1: \'{brace}\'}', ['猫', '{brace}']],
    ["{1: 'only this'}", ['class 0', 'only this']],
    ['nonsense', ['class 0', 'class 1']],
    [undefined, ['class 0', 'class 1']],
  ])('%s', (text, expected) => {
    expect(readLabels(text, 2)).toEqual(expected);
  });
});

describe('the published scales', () => {
  test.each([
    ['n', 2.3, 6.7], ['s', 7.2, 21.6], ['m', 15.4, 59.1], ['b', 19.1, 92.0], ['l', 24.4, 120.3], ['x', 29.5, 160.4],
  ] as const)('%s has %f M parameters and %f GFLOPs (paper, table 1)', (scale, parameters, flops) => {
    const layers = drawNetwork(scaleConfig(scale));
    expect(countParameters(layers) / 1e6).toBeGreaterThan(parameters * 0.97);
    expect(countParameters(layers) / 1e6).toBeLessThan(parameters * 1.03);
    expect(Math.abs(countFlops(layers, 640, 640) / 1e9 - flops) / flops).toBeLessThan(0.04);
  });

  test('are told apart, with any number of classes', () => {
    for (const scale of SCALE_NAMES) for (const classes of [1, 80, 365]) expect(nameScale(scaleConfig(scale, classes))).toBe(scale);
    expect(nameScale(customConfig())).toBeNull();
  });
});

describe.skipIf(!existsSync(exportsFolder))('the listed exports (need ../shared/exports)', () => {
  test.each(SCALE_NAMES)('%s: configuration, tensor names and shapes', (scale) => {
    const { model } = readListing(`${scale}-dynamic-batch`);
    const { config, scale: name, layers, foundBy } = readYolov10(model);
    expect({ name, foundBy }).toEqual({ name: scale, foundBy: 'name' });
    expect(config).toEqual(scaleConfig(scale));
    const { shapes } = inferShapes(model);
    let compared = 0;
    for (const map of layers.flatMap(mapsOf)) {
      const known = shapes.get(map.name);
      expect(known && 'dims' in known ? known.dims.map(format) : known, map.name).toEqual(['batch', String(map.channels), String(640 / map.stride), String(640 / map.stride)]);
      compared++;
    }
    expect(compared).toBeGreaterThan(130);
  });

  test.each(['n-nc3-before-fix', 'n-static', 'n-dynamic-all'])('%s is an n as well', (listing) => {
    const read = readYolov10(readListing(listing).model);
    expect(read).toMatchObject({ scale: 'n', config: { head: { classCount: listing.includes('nc3') ? 3 : 80 } } });
  });

  test.each(['yolov10n-dynamic-batch', 'yolov10n-nc3-before-fix'])('%s.onnx reads by position as it does by name', (name) => {
    const model = parseModel(new Uint8Array(readFileSync(`${exportsFolder}/${name}.onnx`)));
    const [byName, byPosition] = [readYolov10(model), readYolov10(renamed(model))];
    expect([byName.foundBy, byPosition.foundBy]).toEqual(['name', 'position']);
    expect(byPosition.config).toEqual(byName.config);
    expect(weightError(byPosition, byName.weights)).toBe(0);
  });
});

function mapsOf(layer: Layer): FeatureMap[] {
  if (layer.kind === 'detect') return [...layer.boxes, ...layer.classes];
  if (layer.kind === 'split') return layer.outputs;
  return layer.kind === 'attention' ? [layer.value, layer.output] : [layer.output];
}

/** Two classes, narrow, unevenly deep, another mix of blocks. */
function customConfig(): NetworkConfig {
  const { stages, ...rest } = scaleConfig('n', 2);
  const changed = { ...stages, 4: { ...stages[4], repeats: 1 }, 6: { ...stages[6], repeats: 3, hidden: 24 }, 13: { ...stages[13], block: 'cib' as const } };
  return { ...rest, stages: changed };
}

function seededShapes(scale: ScaleName): { config: NetworkConfig; layers: Layer[] } {
  const config = scaleConfig(scale, 7);
  return { config, layers: drawNetwork(config) };
}

function zeroNetwork(layers: Layer[]): Parameters<typeof reexport>[0] {
  const weights = new Map(layers.flatMap((layer) => (layer.kind !== 'conv' ? [] : [[layer.path, {
    weight: new Float32Array((layer.output.channels * layer.input.channels * layer.kernel ** 2) / layer.groups), bias: new Float32Array(layer.output.channels),
  }] as const])));
  return { layers, weights, labels: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] };
}

function editGraph(model: OnnxModel, edit: Partial<OnnxModel['graph']>): OnnxModel {
  return { ...model, graph: { ...model.graph, ...edit } };
}

/** All initializers, and unless told otherwise all nodes, under names that tell nothing. */
function renamed(model: OnnxModel, { nodes: alsoNodes = true } = {}): OnnxModel {
  const names = new Map([...model.graph.initializers.keys()].map((name, i) => [name, `onnx::Conv_${i}`]));
  const initializers = new Map([...model.graph.initializers].map(([name, tensor]) => [names.get(name)!, { ...tensor, name: names.get(name)! }]));
  const nodes = model.graph.nodes.map((node, i) => ({ ...node, name: alsoNodes ? `node_${i}` : node.name, inputs: node.inputs.map((input) => names.get(input) ?? newName(input, alsoNodes)) , outputs: node.outputs.map((output) => newName(output, alsoNodes)) }));
  return editGraph(model, { initializers, nodes });
}

/** Values named after modules lose their names too, weights in Constant nodes among them. */
const newName = (name: string, rename: boolean): string => (rename && name.includes('model.') ? `v${name.replaceAll(/[^\d]+/g, '_')}x${name.length}${hashOf(name)}` : name);
const hashOf = (text: string): number => new TextEncoder().encode(text).reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 7) >>> 0;

/** The nodes of two modules in the other order. */
function swapped(model: OnnxModel, first: RegExp, second: RegExp): OnnxModel {
  const { nodes } = model.graph;
  const moved = nodes.filter(({ name }) => first.test(name));
  const rest = nodes.filter(({ name }) => !first.test(name));
  const after = rest.findLastIndex(({ name }) => second.test(name)) + 1;
  const edited = rest.toSpliced(after, 0, ...moved);
  expect(edited.map(({ name }) => name)).not.toEqual(nodes.map(({ name }) => name));
  return editGraph(model, { nodes: edited });
}

/** The head's convolutions level by level instead of branch by branch. */
function levelOrder(model: OnnxModel): OnnxModel {
  const level = ({ name }: OnnxNode): string | undefined => /one2one_cv\d\.(\d)/.exec(name)?.[1];
  const head = model.graph.nodes.filter(level).sort((a, b) => Number(level(a)) - Number(level(b)));
  const before = model.graph.nodes.findIndex(level);
  const nodes = model.graph.nodes.filter((node) => !level(node)).toSpliced(before, 0, ...head);
  expect(nodes.map(({ name }) => name)).not.toEqual(model.graph.nodes.map(({ name }) => name));
  return editGraph(model, { nodes });
}

const makeNode = (op: string, inputs: string[], outputs: string[], attributes: Record<string, OnnxAttribute> = {}): OnnxNode =>
  ({ name: `${op} of ${outputs[0]}`, op, domain: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) });

/** Initializers as Constant nodes, each behind an Identity. */
function constantNodes(model: OnnxModel): OnnxModel {
  const constants = [...model.graph.initializers].flatMap(([name, value]) => [
    makeNode('Constant', [], [`${name}.value`], { value: { kind: 'tensor', value: { ...value, name: '' } } }),
    makeNode('Identity', [`${name}.value`], [name]),
  ]);
  return editGraph(model, { initializers: new Map(), nodes: [...constants, ...model.graph.nodes] });
}

/** The weights of a few layers in float16. */
function halved(model: OnnxModel, cast: boolean): OnnxModel {
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
function withBatchNorm(model: OnnxModel): OnnxModel {
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
function unfused(model: OnnxModel, smallFirst = false): OnnxModel {
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
      return { ...node, name: `${node.name}.${module}`, inputs: [x!, `${path}.${module}.conv.weight`, `${path}.${module}.conv.bias`], outputs: [`${node.outputs[0]}.${module}`] };
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

const reshaped = (model: OnnxModel, name: string, dims: number[], bytes?: number): OnnxModel =>
  withTensor(model, name, (tensor) => ({ ...tensor, dims, bytes: tensor.bytes.slice(0, bytes) }));

const poisoned = (model: OnnxModel, name: string, value: number): OnnxModel =>
  withTensor(model, name, (tensor) => ({ ...tensor, bytes: bytesOf(toFloat32(tensor).with(Math.min(5, tensor.dims[0]! - 1), value)) }));

function without(model: OnnxModel, node: string): OnnxModel {
  expect(model.graph.nodes.some(({ name }) => name === node)).toBe(true);
  return editGraph(model, { nodes: model.graph.nodes.filter(({ name }) => name !== node) });
}

/** A classifier: three plain convolutions. */
function plainChain(): OnnxModel {
  const initializers = new Map([0, 1, 2].map((i) => [`w${i}`, floatTensor(`w${i}`, [8, i ? 8 : 3, 3, 3], new Float32Array(8 * (i ? 8 : 3) * 9))]));
  const nodes = [0, 1, 2].map((i) => makeNode('Conv', [i ? `y${i - 1}` : 'images', `w${i}`], [`y${i}`], { strides: { kind: 'ints', value: [2, 2] } }));
  return editGraph(sound, { initializers, nodes });
}
