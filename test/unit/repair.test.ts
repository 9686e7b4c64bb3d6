import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import { verifyWeights } from '../../src/exporting/repair/verify.ts';
import type { OnnxModel, OnnxTensor } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { toInts } from '../../src/onnx/values.ts';
import { brokenExports, type Planted, soundExport } from '../cases/broken-exports.ts';
import { insertBefore, interpose, makeNode, withTensor } from '../cases/graph-edits.ts';
import { complaintOf } from '../cases/complaint.ts';
import { noise } from '../cases/noise.ts';
import { runOnnx } from '../cases/onnxruntime.ts';
import { pythonOnnxReads, pythonShapes } from '../cases/python-onnx.ts';
import { resizeBySizes } from '../cases/resize-by-sizes.ts';
import { tinyModel } from '../cases/onnx-bytes.ts';

/** Faults that change what the network computes: nothing to compare with. */
const changesNumbers = new Set(['float16-overflow', 'batch-norm-unfolded', 'float16-boxes']);
/** What a repair leaves as it is. */
const left = new Set(['float16-overflow', 'batch-norm-unfolded']);

async function rows(bytes: Uint8Array, batch: number, size = 128): Promise<Float32Array> {
  const dims = [batch, 3, size, size];
  return (await runOnnx(bytes, noise(dims), dims)).output0!.data as Float32Array;
}

function worstDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, index) => Math.max(worst, Math.abs(value - b[index]!) / Math.max(1, Math.abs(value))), 0);
}

/** A Reshape target with the batch of 1 written out. */
function withoutZero(tensor: OnnxTensor): OnnxTensor {
  if (tensor.dataType !== 'int64' || tensor.dims[0]! < 2 || toInts(tensor)[0] !== 0) return tensor;
  return { ...tensor, bytes: new Uint8Array(BigInt64Array.from([1, ...toInts(tensor).slice(1)], BigInt).buffer) };
}

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

describe('goals', () => {
  it('frees the batch of a static export', async () => {
    const fixed = serializeModel(soundExport({ dynamic: 'none' }));
    const repaired = repair(fixed);
    expect(repaired.way).toBe('mended');
    const [one, three] = [await rows(fixed, 1), await rows(repaired.bytes, 3)];
    expect(worstDifference(one, three.subarray(0, one.length))).toBeLessThan(1e-6);
  });

  it('frees the batch of a Reshape that takes 0 at its word', async () => {
    const fixed = soundExport({ dynamic: 'none', opset: 17 });
    const allowzero = { kind: 'int' as const, value: 1 };
    const nodes = fixed.graph.nodes.map((node) => (node.op === 'Reshape' ? { ...node, attributes: new Map([...node.attributes, ['allowzero', allowzero]]) } : node));
    const initializers = new Map([...fixed.graph.initializers].map(([name, tensor]) => [name, withoutZero(tensor)]));
    const bytes = serializeModel({ ...fixed, graph: { ...fixed.graph, nodes, initializers } });
    const repaired = repair(bytes);
    expect(repaired.way).toBe('mended');
    expect(worstDifference(await rows(bytes, 1), (await rows(repaired.bytes, 2)).subarray(0, 1800))).toBeLessThan(1e-6);
  });

  it('does not believe a wrong element type', () => {
    const sound = soundExport();
    const outputs = sound.graph.outputs.map((value) => ({ ...value, dataType: 'float16' as const }));
    expect(repair(serializeModel({ ...sound, graph: { ...sound.graph, outputs } })).way).toBe('rebuilt');
  });

  it('fixes a batch', async () => {
    const repaired = repair(serializeModel(soundExport()), { dynamic: 'none', batch: 2 });
    expect(parseModel(repaired.bytes).graph.inputs[0]!.dims).toEqual([2, 3, 128, 128]);
    expect(parseModel(repaired.bytes).graph.outputs[0]!.dims).toEqual([2, 300, 6]);
    expect((await rows(repaired.bytes, 2)).length).toBe(2 * 1800);
  });

  it('fixes the size of an export of every size', async () => {
    const open = serializeModel(soundExport({ dynamic: 'batch,height,width' }));
    const repaired = repair(open, { size: [160, 160] });
    expect(parseModel(repaired.bytes).graph.inputs[0]!.dims).toEqual(['batch', 3, 160, 160]);
    expect(worstDifference(await rows(open, 2, 160), await rows(repaired.bytes, 2, 160))).toBeLessThan(1e-6);
  });

  it('opens height and width by writing anew', async () => {
    const bytes = serializeModel(soundExport());
    const repaired = repair(bytes, { dynamic: 'batch,height,width' });
    expect(repaired.way).toBe('rebuilt');
    expect(worstDifference(await rows(bytes, 2), await rows(repaired.bytes, 2))).toBeLessThan(1e-6);
    expect((await rows(repaired.bytes, 1, 192)).length).toBe(1800);
  });

  it('writes another operator set, output or precision anew', () => {
    const bytes = serializeModel(soundExport());
    expect(parseModel(repair(bytes, { opset: 17 }).bytes).opset).toBe(17);
    const modFree = parseModel(repair(bytes, { output: 'mod-free' }).bytes);
    expect(modFree.graph.nodes.map(({ op }) => op)).not.toContain('Mod');
    expect(repair(bytes, { half: true }).bytes.length).toBeLessThan(bytes.length * 0.6);
  });

  it.each([11, 13, 18])('tells Resizes scales instead of computed sizes, opset %i', async (opset) => {
    for (const dynamic of ['batch', 'batch,height,width'] as const) {
      const open = resizeBySizes(soundExport({ opset, dynamic }), 'computed');
      const repaired = repair(serializeModel(open), { dynamic });
      expect(repaired.way).toBe('mended');
      expect(repaired.changes).toContain('/model.11/Resize: sizes → scales [1,1,2,2]');
      expect(worstDifference(await rows(serializeModel(open), 2), await rows(repaired.bytes, 2))).toBe(0);
    }
  });

  it('keeps metadata', () => {
    const sound = soundExport();
    const bytes = serializeModel({ ...sound, metadata: new Map([...sound.metadata, ['author', 'me'], ['names', "{0: 'a', 1: 'b', 2: 'c'}"]]) });
    for (const options of [{}, { forceRebuild: true }]) {
      const { metadata } = parseModel(repair(bytes, options).bytes);
      expect([metadata.get('author'), metadata.get('names')]).toEqual(['me', "{0: 'a', 1: 'b', 2: 'c'}"]);
    }
  });

  it('changes nothing a second time', () => {
    const once = repair(serializeModel(soundExport())).bytes;
    expect(Buffer.compare(repair(once).bytes, once)).toBe(0);
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
