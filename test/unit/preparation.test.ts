import { expect, test } from 'vitest';
import { validate } from '../../src/crosscheck/validate.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import { Detector } from '../../src/node.ts';
import type { OnnxAttribute, OnnxModel } from '../../src/onnx/graph.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { interpose, makeNode, withFloats } from '../cases/graph-edits.ts';
import { constantNodes } from '../cases/rewritten-model.ts';
import { seededNetwork } from '../cases/seeded-model.ts';

const network = seededNetwork('n', { classCount: 3 });
const sound = reexport(network, { height: 64, width: 64 });
const FIRST = '/model.0/conv/Conv';

/** The export that puts its picture through one more operator before the first convolution; a second input holds `values`. */
function prepared(op: string, values: number[] | undefined, { model = sound, attributes = {}, domain = '' }: { model?: OnnxModel; attributes?: Record<string, OnnxAttribute>; domain?: string } = {}): OnnxModel {
  const name = `own ${op}`;
  const before = model.graph.nodes.find((node) => node.name === FIRST)!.inputs[0]!;
  const constant = `${name} constant`;
  const made = interpose(model, FIRST, makeNode(name, op, [before, ...(values ? [constant] : [])], [`${name} result`], attributes, domain));
  return values ? withFloats(made, constant, values) : made;
}

const transposed = prepared('Transpose', undefined, { attributes: { perm: { kind: 'ints', value: [0, 1, 3, 2] } } });
const told = (model: OnnxModel, what: 'preparation' | 'normalization'): string[] => readYolov10(model)[what].map(({ op }) => op);

test.each([
  ['nothing', sound, []],
  ['a division by 255', prepared('Div', [255]), ['Div']],
  ['a multiplication by 1/255', prepared('Mul', [1 / 255]), ['Mul']],
  ['its constant from a node', constantNodes(prepared('Mul', [1 / 255])), ['Mul']],
  ['other axes', transposed, ['Transpose']],
])('%s leaves RGB in 0..1', async (_, model, preparation) => {
  expect(told(model, 'preparation')).toEqual(preparation);
  expect(told(model, 'normalization')).toEqual([]);
});

test.each([
  ['a mean taken off', prepared('Sub', [0.5]), ['Sub']],
  ['another range', prepared('Div', [127.5]), ['Div']],
  ['a division by what is no constant', prepared('Div', undefined), ['Div']],
  ['a range, then a mean', prepared('Sub', [0.5], { model: prepared('Mul', [1 / 255]) }), ['Sub']],
  ['an operator of a vendor', prepared('Resize', undefined, { domain: 'com.vendor' }), ['Resize']],
])('%s does not', (_, model, normalization) => {
  expect(told(model, 'normalization')).toEqual(normalization);
});

test('a file that takes a mean off does not detect: its network would be shown other numbers than it was trained on', async () => {
  await expect(Detector.load(serializeModel(prepared('Sub', [0.5])))).rejects.toMatchObject({
    name: 'InputError', code: 'unsupported', found: '"own Sub" (Sub) before it, which this engine does not run', remedy: expect.stringContaining('repair --rebuild') as string,
  });
});

test('a file that divides by 255 detects what one without does', async () => {
  const data = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => ((i * 7919) % 256) / 255);
  const results = [];
  for (const model of [sound, prepared('Div', [255])]) {
    const detector = await Detector.load(serializeModel(model));
    results.push(await detector.run({ data, dims: [1, 3, 64, 64] }));
    detector.dispose();
  }
  expect(results[1]).toEqual(results[0]);
});

test('neither is validated: the file and this engine would see different pictures', async () => {
  const engine = { name: 'none', run: () => Promise.reject(new Error('ran')) };
  await expect(validate(serializeModel(prepared('Div', [255])), { engine, peer: null, batches: [1] })).rejects.toMatchObject({ code: 'unsupported', found: expect.stringContaining('"own Div" (Div)') as string });
});
