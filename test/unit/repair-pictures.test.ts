import { beforeAll, describe, expect, it } from 'vitest';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { reexport, type ReexportOptions } from '../../src/exporting/reexport.ts';
import { complaintOf } from '../cases/complaint.ts';
import { withInts } from '../cases/graph-edits.ts';
import { graphOf, simpleNode } from '../cases/hostile.ts';
import { indexedRows } from '../cases/indexed-rows.ts';
import { noise } from '../cases/noise.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';
import { withOnnx } from '../cases/onnxruntime.ts';

const size = 64;

async function rowsOf(bytes: Uint8Array, batches: readonly Float32Array[]): Promise<Float32Array[]> {
  return withOnnx(bytes, async (run) => {
    const found: Float32Array[] = [];
    for (const data of batches) found.push(Object.values(await run(data, [data.length / (3 * size * size), 3, size, size]))[0]!.data as Float32Array);
    return found;
  });
}

const pictures = noise([3, 3, size, size]);
/** What a file gives for each of three pictures alone. */
const alone = (bytes: Uint8Array): Promise<Float32Array[]> => rowsOf(bytes, [0, 1, 2].map((slot) => pictures.slice((slot * pictures.length) / 3, ((slot + 1) * pictures.length) / 3)));

/** Largest difference between a slot of the batch of three and its picture alone. */
async function worstSlot(expected: readonly Float32Array[], bytes: Uint8Array): Promise<number> {
  const [all] = await rowsOf(bytes, [pictures]);
  const single = expected.flatMap((rows) => [...rows]);
  expect(all!.length).toBe(single.length);
  return single.reduce((worst, value, index) => Math.max(worst, Math.abs(value - all![index]!)), 0);
}

const network = seededNetwork(tinyConfig());
const small = (options: ReexportOptions = {}): OnnxModel => reexport(network, { height: 64, width: 64, ...options });
const errors = (model: OnnxModel): string[] => diagnose(model).findings.flatMap(({ code, severity }) => (severity === 'error' ? [code] : []));

describe('rows picked out of all pictures', () => {
  const fixed = small({ dynamic: 'none' });
  const [written, counted] = (['written', 'counted'] as const).map((way) => serializeModel(indexedRows(fixed, way)));
  let expected: Float32Array[];

  beforeAll(async () => {
    expected = await alone(serializeModel(fixed));
  });

  it('are written anew where the file counts one picture', async () => {
    const repaired = repair(written!);
    expect(repaired.way).toBe('rebuilt');
    expect(repaired.changes[0]).toMatch(/batch-sliced at \/model\.23\/Gather: Gather \[84\*batch,4\]/);
    expect(await worstSlot(expected, repaired.bytes)).toBeLessThan(1e-4);
  });

  it('are mended where the file counts them', async () => {
    const repaired = repair(counted!);
    expect(repaired.way).toBe('mended');
    expect(await worstSlot(expected, repaired.bytes)).toBeLessThan(1e-4);
  });

  it('are reported where a batch is promised, and only there', () => {
    expect(errors(indexedRows(fixed, 'written'))).toEqual([]);
    for (const opset of [11, 17]) {
      expect(errors(indexedRows(small({ opset }), 'written'))).toEqual(['batch-sliced']);
      expect(errors(indexedRows(small({ opset }), 'counted'))).toEqual([]);
    }
  });

  it('stay as they are for the batch of the file', () => {
    expect(repair(written!, { dynamic: 'none' }).way).toBe('mended');
  });

  it.each([['rebuilt', written!], ['mended', counted!]])('are %s for another batch as for every batch', async (way, given) => {
    const repaired = repair(given, { dynamic: 'none', batch: 3 });
    expect(repaired.way).toBe(way);
    const { inputs, outputs, values } = parseModel(repaired.bytes).graph;
    expect([inputs[0]!.dims, outputs[0]!.dims]).toEqual([[3, 3, 64, 64], [3, 84, 6]]);
    expect(values.filter(({ dims }) => dims?.some((dim) => typeof dim !== 'number'))).toEqual([]);
    expect(await worstSlot(expected, repaired.bytes)).toBeLessThan(1e-4);
  });
});

describe('an index into the batch', () => {
  const int = (value: number): OnnxAttribute => ({ kind: 'int', value });
  const attributes = (values: Record<string, number>): OnnxNode['attributes'] => new Map(Object.entries(values).map(([name, value]) => [name, int(value)]));
  /** Rows of 64 × 64 numbers of every picture, and the place of the largest in each. */
  const rows = [simpleNode('ArgMax', ['images'], ['places'], attributes({ axis: 3, keepdims: 0 })), simpleNode('ReduceMax', ['places'], ['flat'], new Map([['axes', { kind: 'ints', value: [1, 2] }], ['keepdims', int(0)]]))];
  const numbers = { zero: [0], one: [1], two: [2], all: [-1], last: [1] };
  const codes = (...nodes: OnnxNode[]): string[] => errors(Object.entries(numbers).reduce((model, [name, values]) => withInts(model, name, values), graphOf([...rows, ...nodes], ['batch', 3, 64, 64])));
  const column = simpleNode('Unsqueeze', ['index', 'last'], ['column']);
  const ones = [simpleNode('Shape', ['flat'], ['count']), simpleNode('Expand', ['one', 'count'], ['ones'])];

  it.each([['Gather', {}, 'index'], ['GatherND', {}, 'column'], ['GatherElements', {}, 'index']])('by %s has to count the pictures', (op, given, index) => {
    const data = op === 'GatherElements' ? 'flat' : 'images';
    const pick = simpleNode(op, [data, index], ['picked'], attributes(given));
    const sources: [string, OnnxNode[]][] = [
      ['places', [simpleNode('Identity', ['flat'], ['index'])]],
      ['one number', [simpleNode('Sub', ['ones', 'one'], ['index'])]],
      ['NonZero', [simpleNode('NonZero', ['ones'], ['found']), simpleNode('Squeeze', ['found', 'zero'], ['index'])]],
      ['CumSum', [simpleNode('CumSum', ['ones', 'zero'], ['sums']), simpleNode('Sub', ['sums', 'one'], ['index'])]],
    ];
    expect(sources.map(([title, nodes]) => [title, codes(...ones, ...nodes, column, pick).includes('batch-sliced')])).toEqual([['places', true], ['one number', true], ['NonZero', false], ['CumSum', false]]);
  });

  it('has to count them along whichever axis they lie', () => {
    const turned = simpleNode('Transpose', ['images'], ['turned'], new Map([['perm', { kind: 'ints', value: [1, 0, 2, 3] }]]));
    const along = (op: string, axis: number, ...inputs: string[]): boolean => codes(...ones, turned, simpleNode(op, ['turned', ...inputs], ['made'], attributes({ axis }))).includes('batch-sliced');
    expect([1, -3, 0, 2].map((axis) => along('Gather', axis, 'flat'))).toEqual([true, true, false, false]);
    expect([1, -3, 0, 2].map((axis) => along('Softmax', axis))).toEqual([true, true, false, false]);
    expect([1, -3, 0, 2].map((axis) => along('TopK', axis, 'one'))).toEqual([true, true, false, false]);
  });

  it('is not what GatherND in each picture takes', () => {
    const inside = simpleNode('GatherND', ['images', 'column'], ['picked'], attributes({ batch_dims: 1 }));
    expect(codes(...ones, simpleNode('Identity', ['flat'], ['index']), column, inside)).not.toContain('batch-sliced');
  });

  it('has to count the pictures where it says which to write', () => {
    const write = (index: string): OnnxNode => simpleNode('ScatterND', ['images', index, 'images'], ['written']);
    expect(codes(...ones, simpleNode('Sub', ['ones', 'one'], ['index']), column, write('column'))).toContain('batch-sliced');
    expect(codes(...ones, simpleNode('NonZero', ['ones'], ['found']), simpleNode('Transpose', ['found'], ['column']), write('column'))).not.toContain('batch-sliced');
  });
});

describe('a Reshape to a product with the batch', () => {
  const reshape = (from: string, name: string): OnnxNode => ({ ...simpleNode('Reshape', [from, `${name} target`], [name]), name });
  /** Softmax in another shape and back. */
  const model = (there: number[], back: number[], batch: number | string = 1): OnnxModel => {
    const nodes = [simpleNode('Sigmoid', ['images'], ['x']), reshape('x', 'there'), simpleNode('Softmax', ['there'], ['shares']), reshape('shares', 'back')];
    return withInts(withInts(graphOf(nodes, [batch, 3, 64, 64]), 'there target', there), 'back target', back);
  };
  const writtenIn = (bytes: Uint8Array): unknown => parseModel(bytes).graph.nodes.filter(({ op }) => op === 'Reshape').map(({ inputs }) => inputs[1]);

  it.each([
    [[6, 2, -1], [1, 3, 64, 64], ['-1_2_1024', '-1_3_64_64']],
    [[6, 2, 1024], [1, 3, -1, 64], ['-1_2_1024', '-1_3_64_64']],
    [[3, -1], [1, -1, 64, 64], ['-1_4096', '-1_3_64_64']],
    [[3, -1, 64], [-1, 3, 64, 64], ['-1_64_64', undefined]],
    [[1, 96, -1], [1, 3, 64, 64], ['0_96_-1', '0_3_64_64']],
    [[192, 64], [1, 3, 64, 64], ['-1_64', '-1_3_64_64']],
  ])('%j and back is told from the batch', async (there, back, targets) => {
    const given = serializeModel(model(there, back));
    const repaired = repair(given);
    expect(repaired.way).toBe('mended');
    expect(writtenIn(repaired.bytes)).toEqual(targets.map((target) => (target ? expect.stringContaining(`.${target}`) : expect.anything()) as unknown));
    expect(await worstSlot(await alone(given), repaired.bytes)).toBe(0);
  });

  it('is told from a batch of two', async () => {
    const given = serializeModel(model([4, 3, 2048], [2, 3, 64, 64], 2));
    const single = serializeModel(model([2, 3, 2048], [1, 3, 64, 64]));
    const repaired = repair(given);
    expect(repaired.way).toBe('mended');
    expect(await worstSlot(await alone(single), repaired.bytes)).toBe(0);
  });

  it('is not touched where rows would hold parts of two pictures', () => {
    expect(complaintOf(() => repair(serializeModel(model([1, 8192, -1], [2, 3, 64, 64], 2)))).code).toBe('unsupported');
  });

  it('in a file that declares a batch is freed where its rows are whole, however many', async () => {
    for (const [there, back] of [[[6, 2, 1024], [1, 3, 64, 64]], [[18, 2, 1024], [3, 3, 64, 64]], [[5, 96, -1], [5, 3, 64, 64]], [[2, 192, -1], [2, 3, 64, 64]]] as const) {
      const repaired = repair(serializeModel(model([...there], [...back], 'batch')));
      const first = there[0] / back[0];
      const single = serializeModel(model([first, ...there.slice(1)], [1, 3, 64, 64]));
      expect(await worstSlot(await alone(single), repaired.bytes)).toBe(0);
    }
    expect(complaintOf(() => repair(serializeModel(model([2, -1, 64], [1, 3, 64, 64], 'batch')))).message).toMatch(/batch-in-reshape at there/);
    expect(errors(model([5, -1, 64], [0, 3, 64, 64], 'batch'))).toEqual(['batch-in-reshape']);
  });

  it('is not touched where pictures take turns in the rows', () => {
    const turned = [simpleNode('Transpose', ['images'], ['x'], new Map([['perm', { kind: 'ints', value: [1, 0, 2, 3] }]])), reshape('x', 'there'), reshape('there', 'back')];
    const given = withInts(withInts(graphOf(turned, [1, 3, 64, 64]), 'there target', [-1, 64, 64]), 'back target', [1, 3, 64, 64]);
    expect(complaintOf(() => repair(serializeModel(given))).message).toMatch(/batch-in-reshape at back/);
  });
});

describe('an output of a fixed batch that is named', () => {
  const fixedWith = (nodes: OnnxNode[], dims: (string | number)[]): string[] => {
    const model = graphOf(nodes, [1, 3, 64, 64]);
    const outputs = model.graph.outputs.map((output) => ({ ...output, dims }));
    return diagnose({ ...model, graph: { ...model.graph, outputs } }).findings.map(({ code }) => code);
  };

  it('promises a batch only where it has the input\'s', () => {
    const found = [simpleNode('NonZero', ['images'], ['places']), simpleNode('Transpose', ['places'], ['rows'])];
    expect(fixedWith(found, ['num_dets', 4])).toContain('batch-static');
    expect(fixedWith(found, ['num_dets', 4])).not.toContain('input-batch-lost');
    const turned = simpleNode('Transpose', ['images'], ['turned']);
    expect(fixedWith([turned], ['width', 64, 3, 1])).not.toContain('input-batch-lost');
    expect(fixedWith([simpleNode('Relu', ['images'], ['y'])], ['batch', 3, 64, 64])).toContain('input-batch-lost');
  });
});
