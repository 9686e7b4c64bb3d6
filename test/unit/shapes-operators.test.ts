import { existsSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { format, valueOf } from '../../src/core/dim.ts';
import { inferShapes, type Known } from '../../src/exporting/shapes/infer.ts';
import { ruleOf } from '../../src/exporting/shapes/registry.ts';
import type { DataType, OnnxModel, OnnxTensor, OnnxValue } from '../../src/onnx/graph.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { operatorCases, type OperatorCase, toAttribute, valueCases } from '../cases/operator-cases.ts';
import { exportsFolder, readListing } from '../cases/listing.ts';

function tensorOf(name: string, input: { ints: number[]; dims?: number[] } | { floats: number[]; dims?: number[] }): OnnxTensor {
  const list = 'ints' in input ? BigInt64Array.from(input.ints, toInt64) : Float32Array.from(input.floats);
  return { name, dataType: 'ints' in input ? 'int64' : 'float', dims: input.dims ?? [list.length], bytes: new Uint8Array(list.buffer) };
}

/** The largest doubles stand for the largest 64-bit integers. */
function toInt64(value: number): bigint {
  return value >= 2 ** 63 ? 2n ** 63n - 1n : value <= -(2 ** 63) ? -(2n ** 63n) + 1n : BigInt(value);
}

function modelOf({ op, opset = 13, inputs, attributes = {}, outputs = 1 }: OperatorCase): OnnxModel {
  const names = inputs.map((input, index) => (input === null ? '' : `in${index}`));
  const constants = inputs.flatMap((input, index) => (input && !Array.isArray(input) ? [tensorOf(names[index]!, input)] : []));
  const values = inputs.flatMap((input, index): OnnxValue[] => (Array.isArray(input) ? [{ name: names[index]!, dataType: 'float', dims: input }] : []));
  const made = Array.from({ length: outputs }, (_, index) => `out${index}`);
  const node = { name: 'node', op, domain: '', inputs: names, outputs: made, attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, toAttribute(value)])) };
  return {
    irVersion: 7, opset, otherOpsets: new Map(), producer: '', metadata: new Map(),
    graph: {
      name: 'g', inputs: values, values: [], initializers: new Map(constants.map((tensor) => [tensor.name, tensor])), nodes: [node],
      outputs: made.map((name) => ({ name, dataType: 'float', dims: null })),
    },
  };
}

async function runtimeResult(model: OnnxModel, types: Map<string, DataType>): Promise<Record<string, { dims: readonly number[]; type: string; data: ArrayLike<number | bigint> }>> {
  const outputs = model.graph.outputs.map((value) => ({ ...value, dataType: types.get(value.name)! }));
  const session = await ort.InferenceSession.create(serializeModel({ ...model, graph: { ...model.graph, outputs } }), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = model.graph.inputs.map(({ name, dims }) => {
    const sizes = dims as number[];
    return [name, new ort.Tensor('float32', new Float32Array(sizes.reduce((a, b) => a * b, 1)).fill(0.5), sizes)] as const;
  });
  const result = await session.run(Object.fromEntries(feeds));
  await session.release();
  return result as unknown as Awaited<ReturnType<typeof runtimeResult>>;
}

const titled = (cases: readonly OperatorCase[]): { one: OperatorCase; title: string }[] =>
  cases.map((one) => ({ one, title: `${one.op} ${JSON.stringify(one.inputs)} ${JSON.stringify(one.attributes ?? {})}${one.opset ? `, opset ${one.opset}` : ''}` }));

const runtimeNames: Partial<Record<DataType, string>> = { float: 'float32', bool: 'bool', int64: 'int64', uint8: 'uint8' };

function numbers(known: Known | undefined): (number | undefined)[] {
  expect(known, JSON.stringify(known)).toHaveProperty('dims');
  return (known as { dims: [] }).dims.map(valueOf);
}

describe('operators as ONNX Runtime runs them', () => {
  it.each(titled(operatorCases))('$title', async ({ one }) => {
    const model = modelOf(one);
    const { shapes, types, contradictions } = inferShapes(model);
    expect([...contradictions]).toEqual([]);
    const result = await runtimeResult(model, types);
    for (const [name, { dims, type }] of Object.entries(result)) {
      expect(numbers(shapes.get(name))).toEqual([...dims]);
      expect(runtimeNames[types.get(name)!]).toBe(type);
    }
  });

  it.each(titled(valueCases))('follows the elements of $title', async ({ one }) => {
    const model = modelOf(one);
    const { values, types } = inferShapes(model);
    const result = await runtimeResult(model, types);
    for (const [name, { dims, data }] of Object.entries(result)) {
      const value = values.get(name);
      expect(value?.dims).toEqual([...dims]);
      expect(value!.elements.map((element) => valueOf(element)! + 0)).toEqual(Array.from(data, (element) => Number(element) + 0));
    }
  });

  it.skipIf(!existsSync(exportsFolder))('covers every operator of the listed exports (needs ../shared/exports)', () => {
    const used = new Set(['x-dynamic-batch', 'n-dynamic-all', 'n-static'].flatMap((name) => readListing(name).model.graph.nodes.map(({ op }) => op)));
    for (const op of used) expect(ruleOf({ name: '', op, domain: '', inputs: [], outputs: [], attributes: new Map() }), op).toBeDefined();
    const tried = new Set(operatorCases.map(({ op }) => op));
    const alike = new Set(['Constant', 'Sigmoid', 'Sub', 'Div', 'Mod']);
    expect([...used].filter((op) => !tried.has(op) && !alike.has(op))).toEqual([]);
  });
});

describe('with a named batch', () => {
  const named = operatorCases.filter(({ inputs, op }) => Array.isArray(inputs[0]) && inputs[0].length === 4 && inputs[0][0] === 2 && op !== 'GatherND');

  it.each(titled(named))('$title', ({ one }) => {
    const fixed = modelOf(one);
    const open = (value: OnnxValue): OnnxValue => ({ ...value, dims: value.dims!.length === 4 ? ['batch', ...value.dims!.slice(1)] : value.dims });
    const model = { ...fixed, graph: { ...fixed.graph, inputs: fixed.graph.inputs.map((value, index) => (one.op.startsWith('Conv') && index > 0 ? value : open(value))) } };
    const expected = inferShapes(fixed);
    const { shapes } = inferShapes(model);
    for (const { name } of model.graph.outputs) {
      const dims = (shapes.get(name) as { dims: [] }).dims.map((dim) => evaluate(format(dim)));
      expect(dims).toEqual(numbers(expected.shapes.get(name)));
    }
  });
});

/** An expression of ours with 2 put in for batch. */
function evaluate(text: string): number {
  return text.split(' + ').reduce((sum, term) => sum + term.split('*').reduce((product, factor) => product * (factor === 'batch' ? 2 : Number(factor)), 1), 0);
}
