import { describe, expect, it } from 'vitest';
import { repair } from '../../src/exporting/repair/repair.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { find, withConstant, withFloat, withGraph } from '../cases/graph-edits.ts';
import { pythonOnnxReads, pythonShapes } from '../cases/python-onnx.ts';
import { referenceStyle } from '../cases/reference-style.ts';
import { fingerprint, pythonFaults, rowsOf, runBatches, shapeFaults, weightFaults, worstDifference } from '../cases/repaired-export.ts';

/** The checks of the soak, which runs by hand, see what they are there to see. */
describe('checks of repaired exports', { timeout: 60_000 }, () => {
  const sound = soundExport();
  const size: [number, number] = [128, 128];

  it('pass what is sound', async () => {
    expect(shapeFaults(sound)).toEqual([]);
    expect(weightFaults(sound, sound)).toEqual([]);
    const { rows, worst } = await runBatches(serializeModel(sound), size);
    expect(worst).toBeLessThan(1e-5);
    expect(worstDifference(rows, (await rowsOf(serializeModel(sound), size))!)).toBe(0);
    const open = soundExport({ dynamic: 'batch,height,width' });
    expect(shapeFaults(open)).toEqual([]);
  });

  it('see weights that changed or went', () => {
    expect(weightFaults(sound, withFloat(sound, 'model.5.cv1.conv.weight', 1))).toEqual(['the constant model.5.cv1.conv.weight differs']);
    const initializers = new Map([...sound.graph.initializers].filter(([name]) => name !== 'model.5.cv1.conv.bias'));
    expect(weightFaults(sound, withGraph(sound, { initializers }))).toEqual(['the weight model.5.cv1.conv.bias is gone']);
  });

  it('see shapes that do not follow', () => {
    const baked = withConstant(sound, find(sound, '/model.10/attn/Reshape_2'), 1, [3, 128, 4, 4]);
    expect(shapeFaults(baked)).toEqual(['the pe convolution sees [3,128,4,4], not [batch,128,4,4]']);
  });

  it('see a batch that does not run, and rows that differ', async () => {
    const baked = serializeModel(withConstant(sound, find(sound, '/model.23/Reshape'), 1, [3, 67, 256]));
    await expect(runBatches(baked, size)).rejects.toThrow(/requested shape/);
    expect(await rowsOf(baked, size)).toBeNull();
    const other = await rowsOf(serializeModel(withFloat(sound, 'model.0.conv.bias', 5)), size);
    expect(worstDifference(other!, (await rowsOf(serializeModel(sound), size))!)).toBeGreaterThan(1e-5);
    expect(worstDifference(Float32Array.of(1, Number.NaN), Float32Array.of(1, 2))).toBe(Number.POSITIVE_INFINITY);
  });

  it('see what the reference implementation does not infer', async ({ skip }) => {
    skip(!pythonOnnxReads(13), 'needs python3-onnx 1.12 or later');
    expect(pythonFaults(sound, await pythonShapes(serializeModel(sound)))).toEqual([]);
    const styled = referenceStyle(sound, 'after-fix');
    expect(pythonFaults(styled, await pythonShapes(serializeModel(styled))).length).toBeGreaterThan(10);
    await expect(pythonShapes(serializeModel(withGraph(sound, { nodes: sound.graph.nodes.toReversed() })))).rejects.toThrow(/topologically sorted/);
  });

  it('tell files apart by what they compute', () => {
    const baked = withConstant(sound, find(sound, '/model.23/Reshape'), 1, [3, 67, 256]);
    const [once, other] = [sound, baked].map((model) => parseModel(repair(serializeModel(model)).bytes));
    expect(fingerprint(other!)).toBe(fingerprint(once!));
    expect(fingerprint(baked)).not.toBe(fingerprint(sound));
    expect(fingerprint(withFloat(sound, 'model.0.conv.bias', 5))).not.toBe(fingerprint(sound));
  });
});
