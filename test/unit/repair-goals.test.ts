import { describe, expect, it } from 'vitest';
import { repair } from '../../src/exporting/repair/repair.ts';
import type { OnnxTensor } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { toInts } from '../../src/onnx/values.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { rows } from '../cases/onnxruntime.ts';
import { worstDifference } from '../cases/repaired-export.ts';
import { resizeBySizes } from '../cases/resize-by-sizes.ts';

/** A Reshape target with the batch of 1 written out. */
function withoutZero(tensor: OnnxTensor): OnnxTensor {
  if (tensor.dataType !== 'int64' || tensor.dims[0]! < 2 || toInts(tensor)[0] !== 0) return tensor;
  return { ...tensor, bytes: new Uint8Array(BigInt64Array.from([1, ...toInts(tensor).slice(1)], BigInt).buffer) };
}

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
