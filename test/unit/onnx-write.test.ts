import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OnnxAttribute, OnnxModel } from '../../src/onnx/graph.ts';
import { ModelFile } from '../../src/onnx/model-file.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { tensorMessage, tinyModel } from '../cases/onnx-bytes.ts';

const floats = (values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

const attributes: [string, OnnxAttribute][] = [
  ['f', { kind: 'float', value: 0.5 }],
  ['i', { kind: 'int', value: -3 }],
  ['fs', { kind: 'floats', value: [1, 2.5] }],
  ['is', { kind: 'ints', value: [2 ** 40, -1] }],
  ['s', { kind: 'string', value: 'größe' }],
  ['ss', { kind: 'strings', value: ['a', ''] }],
  ['t', { kind: 'tensor', value: { name: 'k', dataType: 'float', dims: [1], bytes: floats([3]) } }],
];

const model: OnnxModel = {
  irVersion: 8,
  opset: 13,
  otherOpsets: new Map([['com.example', 2]]),
  producer: 'us',
  metadata: new Map([['names', "{0: 'person'}"]]),
  graph: {
    name: 'g',
    inputs: [{ name: 'x', dataType: 'float', dims: ['batch', 3, null] }],
    outputs: [{ name: 'y', dataType: 'float16', dims: null }],
    values: [{ name: 'v', dataType: 'int64', dims: [] }],
    initializers: new Map([['w', { name: 'w', dataType: 'float', dims: [2], bytes: floats([1, 2]) }]]),
    nodes: [{ name: 'n', op: 'Foo', domain: 'com.example', inputs: ['x', '', 'w'], outputs: ['y'], attributes: new Map(attributes) }],
  },
};

/** Views of a file compare as the bytes they view. */
function plain(value: OnnxModel): unknown {
  return JSON.parse(JSON.stringify(value, (_, part) => (part instanceof Map ? [...part] : part instanceof Uint8Array ? [...part] : part)));
}

describe('serializeModel', () => {
  it('writes what parseModel reads back', () => {
    expect(plain(parseModel(serializeModel(model)))).toEqual(plain(model));
  });
});

/** Field 200, length-delimited, which no version of ONNX defines. */
const unknownField = Uint8Array.of(0xc2, 0x0c, 3, 7, 8, 9);

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('ModelFile', () => {
  it('keeps unknown fields, at the top and inside', () => {
    const tensor = Object.assign(tensorMessage({ dims: [1], rawData: floats([5]) }), { $unknowns: [unknownField] });
    const file = ModelFile.open(concat(tinyModel({ initializer: [tensor] }), unknownField));
    file.declare('y', ['batch']);
    const bytes = Buffer.from(file.toBytes());
    expect(bytes.indexOf(unknownField)).toBeGreaterThan(0);
    expect(bytes.lastIndexOf(unknownField)).toBeGreaterThan(bytes.indexOf(unknownField));
  });

  it('writes external data into the file', () => {
    const externalData = [{ key: 'location', value: 'w.bin' }];
    const node = { input: ['w'], output: ['y'], name: '', opType: 'Relu', attribute: [], domain: '' };
    const bytes = tinyModel({ node: [node], initializer: [tensorMessage({ dims: [2], dataLocation: 1, externalData })] });
    const rewritten = ModelFile.open(bytes, { external: new Map([['w.bin', floats([3, 4])]]) }).toBytes();
    expect(parseModel(rewritten).graph.initializers.get('w')!.bytes).toEqual(floats([3, 4]));
  });

  it('connects, replaces and prunes', () => {
    const file = ModelFile.open(serializeModel(model));
    file.putInitializer({ name: 'fresh', dataType: 'int64', dims: [1], bytes: new Uint8Array(8) });
    file.connect('y', 2, 'fresh');
    expect(file.prune()).toBe(0);
    expect([...file.read().graph.initializers.keys()]).toEqual(['fresh']);
    file.replaceNode('y', { name: '', op: 'Relu', domain: '', inputs: ['x'], outputs: ['y'], attributes: new Map() });
    file.prune();
    expect(file.read().graph.nodes[0]!.op).toBe('Relu');
    expect(file.read().graph.initializers.size).toBe(0);
  });

  const real = '../shared/exports/yolov10n-dynamic-batch.onnx';
  it.skipIf(!existsSync(real))('rewrites a real export to the same content (needs ../shared/exports)', () => {
    const bytes = readFileSync(real);
    const again = ModelFile.open(bytes).toBytes();
    expect(again.length).toBe(bytes.length);
    expect(Buffer.compare(again, bytes)).toBe(0);
  });
});
