import { describe, expect, it } from 'vitest';
import { reexport } from '../../src/exporting/reexport.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import { dataTypeOf } from '../../src/onnx/data-types.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { ModelFile } from '../../src/onnx/model-file.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { find, withConstant } from '../cases/graph-edits.ts';
import { listedInputs, withInitializerInputs } from '../cases/initializer-inputs.ts';
import { noise } from '../cases/noise.ts';
import { runOnnx } from '../cases/onnxruntime.ts';
import { pythonOnnxReads, pythonShapes } from '../cases/python-onnx.ts';
import { referenceStyle } from '../cases/reference-style.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';

const sound = reexport(seededNetwork(tinyConfig()), { height: 64, width: 64 });
const baked = withConstant(sound, find(sound, '/model.23/Reshape'), 1, [3, 71, 64]);
const dims = [3, 3, 64, 64];

async function outputOf(bytes: Uint8Array): Promise<Float32Array> {
  return (await runOnnx(bytes, noise(dims), dims)).output0!.data as Float32Array;
}

describe.each([3, 6])('initializers among the inputs, IR version %i', (irVersion) => {
  it.each([['baked', baked], ['styled', referenceStyle(sound, 'after-fix')]] as const)('a %s file has the same true inputs after mending, and runs', async (_, model) => {
    const given = withInitializerInputs(model, irVersion);
    const { way, bytes } = repair(given);
    expect(way).toBe('mended');
    const { inputs, initializers } = parseModel(bytes).graph;
    expect(inputs.map(({ name }) => name)).toEqual(['images']);
    if (irVersion < 4) expect(new Set(listedInputs(bytes))).toEqual(new Set(['images', ...initializers.keys()]));
    const [before, after] = [await outputOf(given), await outputOf(bytes)];
    expect(before.reduce((worst, value, index) => Math.max(worst, Math.abs(value - after[index]!)), 0)).toBeLessThan(1e-3);
    expect(after.length).toBe(before.length);
  });

  it('is what the reference implementation takes', async ({ skip }) => {
    skip(!pythonOnnxReads(13), 'needs python3-onnx 1.12 or later');
    const { kept } = await pythonShapes(repair(withInitializerInputs(baked, irVersion)).bytes);
    expect(kept.output0).toEqual(['batch', 84, 6]);
  });
});

it('declares a constant put in place of another as the new one', () => {
  const file = ModelFile.open(withInitializerInputs(baked, 6));
  file.putInitializer({ name: 'planted', dataType: 'int32', dims: [1], bytes: new Uint8Array(4) });
  const listed = decodeModel(file.toBytes()).graph!.input.filter(({ name }) => name === 'planted');
  expect(listed.map(({ type }) => dataTypeOf(type!.tensorType!.elemType))).toEqual(['int32']);
  expect(file.read().graph.inputs).toHaveLength(1);
});
