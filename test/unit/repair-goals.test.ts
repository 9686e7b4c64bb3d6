import { describe, expect, it } from 'vitest';
import { repair } from '../../src/exporting/repair/repair.ts';
import type { OnnxTensor } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { toInts } from '../../src/onnx/values.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { declare, insertBefore, interpose, makeNode, withInts } from '../cases/graph-edits.ts';
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

  it('declares the element type that an output has', () => {
    const sound = soundExport();
    const outputs = sound.graph.outputs.map((value) => ({ ...value, dataType: 'float16' as const }));
    const { way, changes, bytes } = repair(serializeModel({ ...sound, graph: { ...sound.graph, outputs } }));
    expect([way, changes[0], parseModel(bytes).graph.outputs[0]!.dataType]).toEqual(['mended', 'output "output0" float16 → float', 'float']);
  });

  it('leaves open what is declared as -1', () => {
    const open = soundExport({ dynamic: 'batch,height,width' });
    const inputs = open.graph.inputs.map((value) => ({ ...value, dims: [-1, 3, -1, -1] }));
    expect(parseModel(repair(serializeModel({ ...open, graph: { ...open.graph, inputs } })).bytes).graph.inputs[0]!.dims).toEqual(['batch', 3, 'height', 'width']);
  });

  it.each([11, 13])('tells a Squeeze its axes, so that a batch of 1 keeps its own, opset %i', async (opset) => {
    const reader = makeNode('bare', 'Squeeze', ['lengthened'], ['squeezed']);
    const axes = { kind: 'ints' as const, value: [1] };
    const longer = opset < 13 ? makeNode('longer', 'Unsqueeze', ['images'], ['lengthened'], { axes }) : makeNode('longer', 'Unsqueeze', ['images', 'one'], ['lengthened']);
    for (const dynamic of ['batch', 'none'] as const) {
      const model = withInts(insertBefore(interpose(soundExport({ opset, dynamic, batch: dynamic === 'none' ? 2 : 1 }), '/model.0/conv/Conv', reader), 'bare', longer), 'one', [1]);
      const repaired = repair(serializeModel(model));
      expect([repaired.way, repaired.changes]).toEqual(['mended', expect.arrayContaining(['bare: squeezes axes [1]'])]);
      expect(worstDifference(await rows(serializeModel(soundExport({ opset })), 1), await rows(repaired.bytes, 1))).toBe(0);
    }
  });

  it.each([11, 13])('makes a Squeeze that never drops anything but a batch of 1 an Identity, opset %i', async (opset) => {
    const model = interpose(soundExport({ opset }), '/model.0/conv/Conv', makeNode('bare', 'Squeeze', ['images'], ['squeezed']));
    const repaired = repair(serializeModel(model));
    expect([repaired.way, repaired.changes]).toEqual(['mended', expect.arrayContaining(['bare: squeezes nothing, made an Identity'])]);
    expect(worstDifference(await rows(serializeModel(soundExport({ opset })), 1), await rows(repaired.bytes, 1))).toBe(0);
  });

  it('takes channels that come last for what they are', async () => {
    const turned = makeNode('turn', 'Transpose', ['images'], ['turned'], { perm: { kind: 'ints', value: [0, 3, 1, 2] } });
    const sound = soundExport();
    const model = declare(interpose(sound, '/model.0/conv/Conv', turned), 'inputs', ['batch', 128, 128, 3]);
    expect(readYolov10(model).imageSize).toEqual({ height: 128, width: 128 });
    expect(() => repair(serializeModel(model))).toThrow(/its input has the channels last.*"turn" \(Transpose\).*Leave them out with --rebuild/s);
    const rebuilt = repair(serializeModel(model), { forceRebuild: true });
    expect(parseModel(rebuilt.bytes).graph.inputs[0]!.dims).toEqual(['batch', 3, 128, 128]);
    expect(worstDifference(await rows(serializeModel(sound), 2), await rows(rebuilt.bytes, 2))).toBeLessThan(1e-5);
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
