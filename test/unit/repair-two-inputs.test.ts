import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import type { DeclaredDim, OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { complaintOf } from '../cases/complaint.ts';
import { makeNode, withFloats, withGraph, withInts } from '../cases/graph-edits.ts';
import { noise } from '../cases/noise.ts';

const rescale = makeNode('rescale', 'Mul', ['output0', 'scale'], ['scaled']);

/** A sound export whose rows are multiplied by what a second input gives. */
function scaled(batch: DeclaredDim, scale: DeclaredDim[], nodes: OnnxNode[] = [rescale]): OnnxModel {
  const sound = soundExport({ dynamic: typeof batch === 'number' && batch > 0 ? 'none' : 'batch', batch: typeof batch === 'number' && batch > 0 ? batch : 1 });
  const { graph } = sound;
  const [rows, columns] = graph.outputs[0]!.dims!.slice(1);
  return withGraph(sound, {
    nodes: [...graph.nodes, ...nodes],
    inputs: [{ ...graph.inputs[0]!, dims: [batch, 3, 128, 128] }, { name: 'scale', dataType: 'float', dims: scale }],
    outputs: [{ name: 'scaled', dataType: 'float', dims: [batch, rows!, columns!] }],
    values: [],
  });
}

const inputsOf = (bytes: Uint8Array): Record<string, unknown> => Object.fromEntries(parseModel(bytes).graph.inputs.map(({ name, dims }) => [name, dims]));
const problems = (model: OnnxModel): string[] => diagnose(model).findings.flatMap(({ code, severity }) => (severity === 'note' ? [] : [code]));

/** What a file gives for pictures of noise and these scales. */
async function run(bytes: Uint8Array, batch: number, scale: number[], dims: number[]): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 });
  const images = new ort.Tensor('float32', noise([batch, 3, 128, 128]), [batch, 3, 128, 128]);
  try {
    return (await session.run({ images, scale: new ort.Tensor('float32', scale, dims) }))['scaled']!.data as Float32Array;
  } finally {
    await session.release();
  }
}

describe('an input beside the picture', () => {
  it('of a static file is opened with it, and said to be', async () => {
    const { way, bytes, changes } = repair(serializeModel(scaled(1, [1, 1, 6])));
    expect([way, inputsOf(bytes)]).toEqual(['mended', { images: ['batch', 3, 128, 128], scale: ['batch', 1, 6] }]);
    expect(changes).toEqual(expect.arrayContaining(['input "scale" [1,1,6] → [batch,1,6]', 'input "scale" is taken to hold an entry for each picture']));
    const [once, twice] = [Array<number>(6).fill(1), Array<number>(6).fill(2)];
    const [plain, mixed] = [await run(bytes, 2, [...once, ...once], [2, 1, 6]), await run(bytes, 2, [...once, ...twice], [2, 1, 6])];
    expect(mixed).toEqual(plain.map((value, index) => (index < plain.length / 2 ? value : 2 * value)));
  });

  it('of a static file for several pictures is opened whatever its rank', () => {
    const { way, bytes } = repair(serializeModel(scaled(2, [2, 1, 6])));
    expect([way, inputsOf(bytes)]).toEqual(['mended', { images: ['batch', 3, 128, 128], scale: ['batch', 1, 6] }]);
    const wider = [makeNode('wide', 'Unsqueeze', ['scale', 'behind'], ['column']), makeNode('rescale', 'Mul', ['output0', 'column'], ['scaled'])];
    const vector = repair(serializeModel(withInts(scaled(2, [2], wider), 'behind', [1, 2])));
    expect([vector.way, inputsOf(vector.bytes)['scale']]).toEqual(['mended', ['batch']]);
  });

  it('takes another fixed batch with the picture', () => {
    const { way, bytes } = repair(serializeModel(scaled(1, [1, 1, 6])), { dynamic: 'none', batch: 4 });
    expect([way, inputsOf(bytes)]).toEqual(['mended', { images: [4, 3, 128, 128], scale: [4, 1, 6] }]);
    expect(inputsOf(repair(serializeModel(scaled('N', ['N', 1, 6])), { dynamic: 'none', batch: 4 }).bytes)).toEqual({ images: [4, 3, 128, 128], scale: [4, 1, 6] });
    const kept = repair(serializeModel(scaled(1, [1, 1, 6])), { dynamic: 'none' });
    expect([inputsOf(kept.bytes), kept.changes.join()]).toEqual([{ images: [1, 3, 128, 128], scale: [1, 1, 6] }, expect.not.stringContaining('"scale"')]);
  });

  it('that the graph takes the first entry of is left, and said to be the same for every picture', async () => {
    const first = [makeNode('first', 'Gather', ['scale', 'zero'], ['one']), makeNode('rescale', 'Mul', ['output0', 'one'], ['scaled'])];
    const { way, bytes, changes } = repair(serializeModel(withInts(scaled(1, [1, 6], first), 'zero', [0])));
    expect([way, inputsOf(bytes)]).toEqual(['mended', { images: ['batch', 3, 128, 128], scale: [1, 6] }]);
    expect(changes).toContain('input "scale" is left as it is: every picture of a batch gets the same');
    expect((await run(bytes, 2, [1, 1, 1, 1, 1, 1], [1, 6])).length).toBe(2 * 300 * 6);
  });

  it('of a single number is left, and said to be the same for every picture', () => {
    const { bytes, changes } = repair(serializeModel(scaled(1, [1])));
    expect(inputsOf(bytes)['scale']).toEqual([1]);
    expect(changes).toContain('input "scale" is left as it is: every picture of a batch gets the same');
  });

  it('of a static file that begins open is opened with the batch where that goes, else by itself', () => {
    const begin = (scale: DeclaredDim[], options = {}): unknown => inputsOf(repair(serializeModel(scaled(1, scale)), options).bytes)['scale'];
    expect([begin([null, 1, 6]), begin([-1, 6]), begin([null, 1, 6], { dynamic: 'none' })]).toEqual([['batch', 1, 6], ['scale.0', 6], [null, 1, 6]]);
  });

  it('that nothing reads is left without a word', () => {
    const { bytes, changes } = repair(serializeModel(scaled(1, [1, 1, 6], [makeNode('same', 'Identity', ['output0'], ['scaled'])])));
    expect([inputsOf(bytes)['scale'], changes.join()]).toEqual([[1, 1, 6], expect.not.stringContaining('"scale"')]);
  });

  it('of a dynamic file keeps an entry for all pictures', () => {
    const { bytes, changes } = repair(serializeModel(scaled('batch', [1, 1, 6])));
    expect([inputsOf(bytes)['scale'], changes.join()]).toEqual([[1, 1, 6], expect.not.stringContaining('"scale"')]);
  });

  it.each([['N', 'N'], ['N', null], [null, null], [-1, -1], [0, 0], ['?', '?'], ['batch', 'batch']])('goes by the names of the picture: %j and %j', (batch, scale) => {
    const model = scaled(batch, [scale, 1, 6]);
    expect(problems(model)).toEqual([]);
    const { way, bytes } = repair(serializeModel(model));
    expect([way, inputsOf(bytes)]).toEqual(['mended', { images: ['batch', 3, 128, 128], scale: ['batch', 1, 6] }]);
    expect(problems(parseModel(bytes))).toEqual([]);
  });

  it('is one of not too many', () => {
    const model = scaled(1, [1, 1, 6]);
    const inputs = [...model.graph.inputs, ...Array.from({ length: 1000 }, (_, index) => ({ name: `more.${index}`, dataType: 'float' as const, dims: [1, 1, 6] }))];
    expect(complaintOf(() => repair(serializeModel(withGraph(model, { inputs })))).message).toMatch(/at most 1000 inputs beside the picture, found 1001/);
  });

  it('with names of height and width takes theirs', () => {
    const open = soundExport({ dynamic: 'batch,height,width' });
    const nodes = [makeNode('dim', 'Mul', ['images', 'light'], ['lit']), ...open.graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => (name === 'images' ? 'lit' : name)) }))];
    const inputs = [{ ...open.graph.inputs[0]!, dims: ['N', 3, 'H', 'W'] }, { name: 'light', dataType: 'float' as const, dims: ['N', 1, 'H', 'W'] }];
    const bytes = serializeModel(withGraph(open, { nodes, inputs, values: [] }));
    expect(inputsOf(repair(bytes).bytes)).toEqual({ images: ['batch', 3, 'height', 'width'], light: ['batch', 1, 'height', 'width'] });
    expect(inputsOf(repair(bytes, { size: [128, 128] }).bytes)).toEqual({ images: ['batch', 3, 128, 128], light: ['batch', 1, 128, 128] });
  });
});

describe('channels that an input leaves open', () => {
  it.each([null, -1, 0, '?', 'C'])('are those that the first convolution takes: %j', (channels) => {
    const sound = soundExport();
    const { graph } = sound;
    const grey = withFloats(sound, 'grey', [1, 1, 1], [3, 1, 1, 1]);
    const colours = makeNode('colours', 'Conv', ['images', 'grey'], ['coloured']);
    const nodes = [colours, ...graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => (name === 'images' ? 'coloured' : name)) }))];
    const model = withGraph(grey, { nodes, inputs: [{ ...graph.inputs[0]!, dims: ['batch', channels, 128, 128] }], values: [] });
    const { way, bytes } = repair(serializeModel(model));
    expect([way, inputsOf(bytes)['images']]).toEqual(['mended', ['batch', 1, 128, 128]]);
    const plain = withGraph(sound, { inputs: [{ ...graph.inputs[0]!, dims: ['batch', channels, 128, 128] }] });
    expect(inputsOf(repair(serializeModel(plain)).bytes)['images']).toEqual(['batch', 3, 128, 128]);
  });
});
