import { describe, expect, test } from 'vitest';
import { reexport } from '../../src/exporting/reexport.ts';
import { type NetworkConfig, type ScaleName, scaleConfig } from '../../src/yolov10/config.ts';
import type { Layer } from '../../src/yolov10/layers.ts';
import { drawNetwork } from '../../src/yolov10/network.ts';
import { type Yolov10, readYolov10 } from '../../src/yolov10/read.ts';
import {
  constantNodes, halved, levelOrder, plainChain, poisoned, renamed, reshaped, swapped, unfused, withBatchNorm, without,
} from '../cases/rewritten-model.ts';
import { customConfig, seededNetwork } from '../cases/seeded-model.ts';
import { weightError } from '../cases/weight-error.ts';

const network = seededNetwork('n', { classCount: 3 });
const sound = reexport(network, { height: 64, width: 64 });

describe('reading a network', () => {
  test('finds weights by name', () => {
    const read = readYolov10(sound);
    expect(read).toMatchObject({ foundBy: 'name', scale: 'n', config: network.config, imageSize: { height: 64, width: 64 }, labels: ['thing 0', 'thing 1', 'thing 2'] });
    expect(weightError(read, network.weights)).toBe(0);
  });

  test('finds weights by their nodes where initializers were renamed', () => {
    const read = readYolov10(renamed(sound, { nodes: false }));
    expect(read.foundBy).toBe('name');
    expect(weightError(read, network.weights)).toBe(0);
  });

  test.each(['n', 's', 'b', 'x'] as const)('%s: finds weights by position where every name is gone', (scale) => {
    const { config, layers } = seededShapes(scale);
    const read = readYolov10(renamed(reexport(zeroNetwork(layers), { height: 64, width: 64 })));
    expect(read).toMatchObject({ foundBy: 'position', scale, config });
  });

  test('gives each position its own weights', () => {
    const read = readYolov10(renamed(sound));
    expect(read.foundBy).toBe('position');
    expect(weightError(read, network.weights)).toBe(0);
  });

  test('does not mind in which order pe and proj, and the branches of the head, come', () => {
    const moved = renamed(swapped(sound, /attn\/pe\//, /attn\/proj\//));
    const read = readYolov10(moved);
    expect(read.foundBy).toBe('position');
    expect(weightError(read, network.weights)).toBe(0);
    const levelByLevel = renamed(levelOrder(sound));
    expect(weightError(readYolov10(levelByLevel), network.weights)).toBe(0);
  });

  test('does not mind the wiring', () => {
    const broken = { ...sound, graph: { ...sound.graph, nodes: sound.graph.nodes.filter(({ op }) => op !== 'Reshape' && op !== 'Concat') } };
    expect(weightError(readYolov10(broken), network.weights)).toBe(0);
  });

  test('takes weights from Constant nodes, through Identity', () => {
    expect(weightError(readYolov10(constantNodes(sound)), network.weights)).toBe(0);
    expect(weightError(readYolov10(renamed(constantNodes(sound))), network.weights)).toBe(0);
  });

  test('takes float16 weights, as such or behind a Cast', () => {
    for (const model of [halved(sound, false), halved(sound, true)]) {
      const error = weightError(readYolov10(model), network.weights);
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(2e-3);
    }
  });

  test('folds batch norm in', () => {
    for (const model of [withBatchNorm(sound), renamed(withBatchNorm(sound))]) expect(weightError(readYolov10(model), network.weights)).toBeLessThan(2e-5);
  });

  test('folds the small kernel of an unfused RepVGGDW in', () => {
    for (const model of [unfused(sound), renamed(unfused(sound)), renamed(unfused(sound, true)), withBatchNorm(unfused(sound))]) {
      expect(weightError(readYolov10(model), network.weights)).toBeLessThan(2e-5);
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

  test('takes the size from the declared input, else from metadata, else from nowhere', () => {
    const sizeOf = (imgsz: string | undefined, dims: (number | string)[]): Yolov10['imageSize'] => readYolov10({
      ...sound, metadata: new Map(imgsz === undefined ? [] : [['imgsz', imgsz]]),
      graph: { ...sound.graph, inputs: [{ ...sound.graph.inputs[0]!, dims }] },
    }).imageSize;
    expect(sizeOf('[320, 640]', ['batch', 3, 64, 96])).toEqual({ height: 64, width: 96 });
    expect(sizeOf('[320, 640]', ['batch', 3, 'height', 'width'])).toEqual({ height: 320, width: 640 });
    expect(sizeOf('416', ['batch', 3, 64, 'width'])).toEqual({ height: 416, width: 416 });
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
    ['another network', () => plainChain(sound), 'not-yolov10', /YOLOv10/],
  ])('%s', (_title, make, code, message) => {
    expect(() => readYolov10(make())).toThrow(expect.objectContaining({ name: 'InputError', code, message: expect.stringMatching(message) as string }));
  });
});

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
