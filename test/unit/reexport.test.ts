import { existsSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamicDims, type ReexportOptions, reexport } from '../../src/exporting/reexport.ts';
import type { DeclaredDim, OnnxModel } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { noise } from '../cases/noise.ts';
import { runOnnx } from '../cases/onnxruntime.ts';
import { pythonOnnxReads, pythonShapes } from '../cases/python-onnx.ts';
import { referenceStyle } from '../cases/reference-style.ts';
import { seededModel, seededNetwork, tinyConfig } from '../cases/seeded-model.ts';

const OPSETS = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
const network = seededNetwork('n', { classCount: 7 });
const small = seededNetwork(tinyConfig());

/** A declared shape such as [batch, 16, height/2, cells] with numbers put in for its names. */
function numbers(dims: DeclaredDim[], sizes: Record<string, number>): number[] {
  const factor = (text: string): number => text.split('/').map((part) => sizes[part] ?? Number(part)).reduce((a, b) => a / b);
  return dims.map((dim) => String(dim).split('*').map(factor).reduce((a, b) => a * b));
}

/** The model with every float value as an output. */
function exposed(model: OnnxModel): OnnxModel {
  const shown = model.graph.values.filter(({ dataType }) => dataType === 'float');
  return { ...model, graph: { ...model.graph, outputs: [...model.graph.outputs, ...shown] } };
}

describe.each(OPSETS)('opset %i', { timeout: 60_000 }, (opset) => {
  it.each(['none', 'batch', 'batch,height,width'] satisfies DynamicDims[])('dynamic %s: every value has the shape it declares', async (dynamic) => {
    const [batch, height, width] = dynamic === 'none' ? [1, 64, 96] : dynamic === 'batch' ? [2, 64, 96] : [2, 128, 160];
    const model = exposed(reexport(small, { opset, dynamic, height: dynamic === 'batch,height,width' ? 640 : height, width }));
    const dims = [batch, 3, height, width];
    const outputs = await runOnnx(serializeModel(model), noise(dims), dims);
    const anchors = (height * width * 21) / 1024;
    for (const { name, dims: declared } of model.graph.outputs) {
      expect([name, outputs[name]!.dims]).toEqual([name, numbers(declared!, { batch, height, width, anchors })]);
    }
    expect(outputs.output0!.dims).toEqual([batch, Math.min(300, anchors), 6]);
    expect((outputs.output0!.data as Float32Array).every(Number.isFinite)).toBe(true);
  });
});

describe.each([11, 12, 13, 17])('the reference implementation at opset %i', { timeout: 60_000 }, (opset) => {
  beforeEach(({ skip }) => skip(!pythonOnnxReads(opset), 'needs python3-onnx 1.12 or later'));

  it('infers every dimension of a fixed size', async () => {
    const { kept: shapes } = await pythonShapes(serializeModel(reexport(network, { opset, height: 320, width: 416 })), opset);
    expect(shapes['/model.10/attn/Reshape_2_output_0']).toEqual(['batch', 128, 10, 13]);
    expect(shapes.output0).toEqual(['batch', 300, 6]);
    for (const [name, dims] of Object.entries(shapes)) expect([name, dims?.includes(null)]).toEqual([name, false]);
  });

  it('infers channels of an open size', async () => {
    const { kept: shapes } = await pythonShapes(serializeModel(reexport(network, { opset, dynamic: 'batch,height,width' })), opset);
    expect(shapes['/model.10/attn/Reshape_2_output_0']).toEqual(['batch', 128, 'height/32', 'width/32']);
    expect(shapes.output0).toEqual(['batch', 300, 6]);
  });

  it('needs no annotations for channels, height and width', async () => {
    const model = reexport(network, { opset, height: 320, width: 416 });
    const { bare: shapes } = await pythonShapes(serializeModel(model), opset);
    for (const { name, dims } of model.graph.values) expect([name, shapes[name]?.slice(1)]).toEqual([name, dims!.slice(1)]);
  });
});

describe('weights', { timeout: 60_000 }, () => {
  it('come back bit-identical, with configuration and names', () => {
    const labels = ["dog's bed", 'back\\slash', 'größe', '6"', 'a\nb', '{1: 2}', ''];
    const read = readYolov10(parseModel(serializeModel(reexport({ ...network, labels }, { height: 320, width: 416 }))));
    expect(read.config).toEqual(network.config);
    expect(read.labels).toEqual(labels);
    expect(read.imageSize).toEqual({ height: 320, width: 416 });
    expect(read.weights.size).toBe(network.weights.size);
    for (const [path, { weight, bias }] of network.weights) {
      expect(Buffer.compare(Buffer.from(read.weights.get(path)!.weight.slice().buffer), Buffer.from(weight.buffer)), path).toBe(0);
      expect(read.weights.get(path)!.bias).toEqual(bias);
    }
  });

  it.each(['s', 'm', 'b', 'l', 'x'] as const)('scale %s runs', async (scale) => {
    const bytes = seededModel(scale, { opset: 17, height: 64, width: 96 });
    const { output0 } = await runOnnx(bytes, noise([2, 3, 64, 96]), [2, 3, 64, 96]);
    expect(output0!.dims).toEqual([2, 126, 6]);
    const scores = Array.from({ length: 126 }, (_, row) => output0!.data[row * 6 + 4] as number);
    expect(new Set(scores).size).toBe(126);
    expect(Math.max(...scores)).toBeLessThan(0.999);
    expect(scores[0]! - scores[125]!).toBeGreaterThan(0.15);
  });
});

describe('output', { timeout: 60_000 }, () => {
  const dims = [2, 3, 128, 160];
  const size = { height: 128, width: 160 };
  const run = async (options: object): Promise<Float32Array> =>
    (await runOnnx(serializeModel(reexport(network, { ...size, ...options })), noise(dims), dims)).output0!.data as Float32Array;

  it('mod-free is the same rows without a Mod', async () => {
    const model = reexport(network, { ...size, output: 'mod-free' });
    expect(model.graph.nodes.map(({ op }) => op)).not.toContain('Mod');
    expect(await run({ output: 'mod-free' })).toEqual(await run({}));
  });

  it('raw holds the box and score of each row, as centre and size', async () => {
    const rows = await run({});
    const raw = await run({ output: 'raw' });
    const anchors = 420;
    for (let row = 0; row < 300; row++) {
      const [x1, y1, x2, y2, score, classId] = rows.subarray(row * 6, row * 6 + 6);
      const anchor = raw.subarray((4 + classId!) * anchors, (5 + classId!) * anchors).indexOf(score!);
      const [x, y, w, h] = [0, 1, 2, 3].map((i) => raw[i * anchors + anchor]!);
      for (const [found, expected] of [[x! - w! / 2, x1], [y! - h! / 2, y1], [x! + w! / 2, x2], [y! + h! / 2, y2]]) expect(found).toBeCloseTo(expected!, 3);
    }
  });

  it('float16 stays near float32, and input and output stay float32', async () => {
    const model = reexport(network, { ...size, half: true });
    expect(model.graph.initializers.get('model.10.attn.pe.conv.weight')!.dataType).toBe('float16');
    expect([...model.graph.inputs, ...model.graph.outputs].map(({ dataType }) => dataType)).toEqual(['float', 'float']);
    const [wide, narrow] = [await run({ output: 'raw' }), await run({ output: 'raw', half: true })];
    const worst = wide.reduce((most, value, i) => Math.max(most, Math.abs(value - narrow[i]!) / (i % (11 * 420) < 4 * 420 ? 32 : 1)), 0);
    expect(worst).toBeLessThan(0.05); // of a score, or of 32 pixels
    expect(worst).toBeGreaterThan(0);
  });

  it('does not depend on the wiring being told the size', async () => {
    expect(await run({ dynamic: 'batch,height,width' })).toEqual(await run({}));
  });
});

const EXPORT = '../shared/exports/yolov10n-dynamic-batch.onnx';

it('gives the rows of the reference export it was made from', { timeout: 60_000 }, async ({ skip }) => {
  skip(!existsSync(EXPORT), `needs ${EXPORT}`);
  const bytes = readFileSync(EXPORT);
  const ours = serializeModel(reexport(readYolov10(parseModel(bytes))));
  const dims = [2, 3, 640, 640];
  const [expected, found] = [await runOnnx(bytes, noise(dims), dims), await runOnnx(ours, noise(dims), dims)].map(({ output0 }) => output0!.data as Float32Array);
  const worst = expected!.reduce((most, value, i) => Math.max(most, Math.abs(value - found![i]!) / Math.max(1, Math.abs(value))), 0);
  expect(worst).toBeLessThan(1e-5);
});

it.each([{ opset: 10 }, { opset: 21 }, { opset: 12.5 }, { batch: 0 }, { height: 100 }, { width: 0 }, { height: Number.NaN }, { dynamic: 'width' }, { output: 'boxes' }, { rows: 0 }, { rows: 301 }])('refuses %o', (options) => {
  expect(() => reexport(network, options as ReexportOptions)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
});

describe.each(['before-fix', 'after-fix'] as const)('in the style of the reference, %s', { timeout: 60_000 }, (version) => {
  it.each([11, 13, 17, 20])('computes the same rows at opset %i', async (opset) => {
    const model = reexport(network, { opset, height: 64, width: 96 });
    const dims = [3, 3, 64, 96];
    const [sound, styled] = [await runOnnx(serializeModel(model), noise(dims), dims), await runOnnx(serializeModel(referenceStyle(model, version)), noise(dims), dims)];
    expect(styled.output0).toEqual(sound.output0);
  });

  it('loses its shapes as the reference does', async ({ skip }) => {
    skip(!pythonOnnxReads(13), 'needs python3-onnx 1.12 or later');
    const { kept: shapes } = await pythonShapes(serializeModel(referenceStyle(reexport(network), version)));
    expect(shapes['/model.10/Split_output_1']).toEqual(['batch', 128, 20, 20]);
    expect(shapes['/model.10/attn/Reshape_2_output_0'] ?? null).toBeNull();
  });
});
