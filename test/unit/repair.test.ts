import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import { verifyWeights } from '../../src/exporting/repair/verify.ts';
import type { OnnxModel } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { brokenExports, type Planted, soundExport } from '../cases/broken-exports.ts';
import { insertBefore, interpose, makeNode, withTensor } from '../cases/graph-edits.ts';
import { complaintOf } from '../cases/complaint.ts';
import { rows } from '../cases/onnxruntime.ts';
import { pythonOnnxReads, pythonShapes } from '../cases/python-onnx.ts';
import { worstDifference } from '../cases/repaired-export.ts';
import { tinyModel } from '../cases/onnx-bytes.ts';

/** Faults that change what the network computes: nothing to compare with. */
const changesNumbers = new Set(['float16-overflow', 'batch-norm-unfolded', 'float16-boxes']);
/** What a repair leaves as it is. */
const left = new Set(['float16-overflow', 'batch-norm-unfolded']);

describe('planted faults', () => {
  const planted = [...brokenExports()];
  let expected: Float32Array;

  beforeAll(async () => {
    expected = await rows(serializeModel(soundExport()), 2);
  });

  it.each(planted.filter(({ mendable }) => mendable))('$title: mended', async ({ model, code }: Planted) => {
    const repaired = repair(serializeModel(model), { dynamic: 'batch' });
    expect(repaired.way).toBe('mended');
    const { findings } = diagnose(parseModel(repaired.bytes));
    expect(findings.filter((finding) => finding.severity !== 'note' && !left.has(finding.code))).toEqual([]);
    if (changesNumbers.has(code)) return;
    expect(worstDifference(expected, await rows(repaired.bytes, 2))).toBeLessThan(1e-6);
  });

  it.each(planted.filter(({ mendable }) => !mendable))('$title: written anew', async ({ model }: Planted) => {
    const repaired = repair(serializeModel(model));
    expect(repaired.way).toBe('rebuilt');
    expect(worstDifference(expected, await rows(repaired.bytes, 2))).toBeLessThan(1e-6);
  });
});

describe.each(['yolov10n-dynamic-batch', 'yolov10n-nc3-before-fix'])('%s', (name) => {
  const path = `../shared/exports/${name}.onnx`;
  const absent = !existsSync(path);

  it.skipIf(absent)('gives the same rows at every batch (needs ../shared/exports)', async () => {
    const bytes = readFileSync(path);
    const repaired = repair(bytes);
    expect(repaired.way).toBe('mended');
    const reference = await rows(bytes, 1, 640);
    for (const batch of [1, 2, 3, 8]) {
      const all = await rows(repaired.bytes, batch, 640);
      expect(all.length).toBe(batch * 1800);
      // noise() is the same for the first picture at every batch.
      expect(worstDifference(reference, all.subarray(0, 1800))).toBeLessThan(1e-5);
      if (batch === 3) expect(worstDifference(await rows(bytes, 3, 640), all)).toBeLessThan(1e-5);
    }
  }, 60_000);

  it.skipIf(absent || !pythonOnnxReads(13))('passes the reference implementation (needs ../shared/exports, python3-onnx)', async () => {
    const { kept: shapes, bare } = await pythonShapes(repair(readFileSync(path)).bytes);
    expect(shapes['/model.10/attn/Reshape_2_output_0']).toEqual(['batch', 128, 20, 20]);
    expect(shapes.output0).toEqual(['batch', 300, 6]);
    expect(Object.entries(shapes).filter(([, dims]) => dims?.includes(null))).toEqual([]);
    const lost = Object.entries(shapes).filter(([tensor, dims]) => JSON.stringify(bare[tensor]?.slice(1)) !== JSON.stringify(dims?.slice(1)));
    expect(lost).toEqual([]);
  });

  it.skipIf(absent)('keeps weights to the bit (needs ../shared/exports)', () => {
    const bytes = readFileSync(path);
    const [before, after] = [parseModel(bytes), parseModel(repair(bytes).bytes)];
    for (const [tensor, { bytes: content }] of before.graph.initializers) {
      expect(Buffer.compare(content, after.graph.initializers.get(tensor)!.bytes), tensor).toBe(0);
    }
  });
});

describe('the comparison of weights', () => {
  const file = new Uint8Array(64).fill(7);
  const modelWith = (bytes: Uint8Array): OnnxModel =>
    ({ graph: { initializers: new Map([['w', { name: 'w', dataType: 'uint8', dims: [bytes.length], bytes }]]) } }) as unknown as OnnxModel;

  it.each([0, 4, 19, 20, 22])('sees byte %i of 23, wherever they stand in the files', (place) => {
    const changed = file.slice();
    changed[5 + place]! ^= 1;
    const before = modelWith(file.subarray(16, 39));
    expect(verifyWeights(before, modelWith(file.subarray(5, 28)))).toEqual([]);
    expect(verifyWeights(before, modelWith(changed.subarray(5, 28)))).toHaveLength(1);
  });
});

describe('constants worked out in the graph', () => {
  const bias = 'model.0.conv.bias';

  /** The first convolution's output times what `op` makes of some numbers. */
  function scaled(op: string, operands: readonly number[]): OnnxModel {
    const reader = '/model.0/act/Sigmoid';
    const names = operands.map((_, index) => `operand${index}`);
    const model = insertBefore(interpose(soundExport(), reader, makeNode('scale', 'Mul', ['/model.0/conv/Conv_output_0', 'factor'], ['scaled'])), 'scale', makeNode('work', op, names, ['factor']));
    return operands.reduce((edited, number, index) => withTensor(edited, { ...edited.graph.initializers.get(bias)!, name: names[index]!, dims: [], bytes: new Uint8Array(Float32Array.of(number).buffer) }), model);
  }

  it.each([['Div', [1, 2], '0.5'], ['Max', [1, 2, 3], '3'], ['Round', [2.5], '2']] as const)('%s %j is written as %s, and said', async (op, operands, written) => {
    const bytes = serializeModel(scaled(op, operands));
    const repaired = repair(bytes);
    expect(repaired.way).toBe('mended');
    expect(repaired.changes).toContain(`scale: writes "factor" as [${written}]`);
    expect(worstDifference(await rows(bytes, 2), await rows(repaired.bytes, 2))).toBe(0);
  });
});

describe('refusals', () => {
  it('of a model that is no detector', () => {
    expect(complaintOf(() => repair(tinyModel())).code).toBe('unsupported');
  });

  it('of a size that does not fit', () => {
    expect(complaintOf(() => repair(serializeModel(soundExport()), { size: [100, 100] })).code).toBe('bad-argument');
  });

  it('of a graph that cannot be mended and weights that are none of ours', () => {
    const magic = [...brokenExports()].find(({ code }) => code === 'unknown-operator')!.model;
    const initializers = new Map([...magic.graph.initializers].filter(([name]) => !name.startsWith('model.5.')));
    const complaint = complaintOf(() => repair(serializeModel({ ...magic, graph: { ...magic.graph, initializers } })));
    expect(complaint.code).toBe('unsupported');
    expect(complaint.message).toMatch(/No file was written/);
  });
});
