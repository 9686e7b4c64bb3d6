import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { valueOf } from '../../src/core/dim.ts';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import type { Finding } from '../../src/exporting/doctor/finding.ts';
import { dimsOf } from '../../src/exporting/doctor/patient.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import { inferShapes } from '../../src/exporting/shapes/infer.ts';
import type { DataType, OnnxAttribute, OnnxModel, OnnxTensor, OnnxValue } from '../../src/onnx/graph.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { complaintOf } from '../cases/complaint.ts';
import { interpose, makeNode, withGraph } from '../cases/graph-edits.ts';
import { dynamicallyQuantised, roundedActivations } from '../cases/quantised-model.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';

const sound = reexport(seededNetwork(tinyConfig()), { height: 64, width: 64 });

/** An input: an element type and a shape; those of scales and zero points are constants, the others are fed. */
type Given = [type: 'uint8' | 'int8' | 'float', dims: number[]];
const [step, byte, signed]: Given[] = [['float', []], ['uint8', []], ['int8', []]];

interface Case {
  op: string;
  inputs: Given[];
  attributes?: Record<string, number[]>;
  outputs?: number;
}

const picture: Given = ['uint8', [2, 4, 9, 8]];
const cases: Case[] = [
  { op: 'DynamicQuantizeLinear', inputs: [['float', [2, 4, 9, 8]]], outputs: 3 },
  { op: 'ConvInteger', inputs: [picture, ['uint8', [6, 4, 3, 3]]], attributes: { pads: [1, 1, 1, 1], strides: [2, 2] } },
  { op: 'ConvInteger', inputs: [picture, ['uint8', [6, 4, 3, 3]], byte!, byte!] },
  { op: 'QLinearConv', inputs: [picture, step!, byte!, ['uint8', [6, 4, 3, 3]], step!, byte!, step!, byte!], attributes: { strides: [2, 2] } },
  { op: 'QLinearConv', inputs: [['int8', [2, 4, 9, 8]], step!, signed!, ['int8', [6, 4, 1, 1]], step!, signed!, step!, signed!] },
  { op: 'MatMulInteger', inputs: [['uint8', [2, 3, 4, 5]], ['uint8', [5, 6]]] },
  { op: 'MatMulInteger', inputs: [['uint8', [2, 3, 4, 5]], ['int8', [2, 3, 5, 6]], byte!, signed!] },
  { op: 'QLinearMatMul', inputs: [['uint8', [2, 3, 4, 5]], step!, byte!, ['uint8', [2, 3, 5, 6]], step!, byte!, step!, byte!] },
  { op: 'QLinearMatMul', inputs: [['int8', [2, 4, 5]], step!, signed!, ['int8', [5, 6]], step!, signed!, step!, signed!] },
];

function modelOf({ op, inputs, attributes = {}, outputs = 1 }: Case): OnnxModel {
  const kept = inputs.flatMap(([dataType, dims], index): OnnxTensor[] => {
    if (dims.length > 0) return [];
    const bytes = dataType === 'float' ? new Uint8Array(Float32Array.of(0.5).buffer) : Uint8Array.of(3);
    return [{ name: `in${index}`, dataType, dims, bytes }];
  });
  const made = Array.from({ length: outputs }, (_, index) => `out${index}`);
  const lists = Object.fromEntries(Object.entries(attributes).map(([name, value]): [string, OnnxAttribute] => [name, { kind: 'ints', value }]));
  return {
    irVersion: 7, opset: 13, otherOpsets: new Map(), producer: '', metadata: new Map(),
    graph: {
      name: 'g', values: [], initializers: new Map(kept.map((tensor) => [tensor.name, tensor])),
      inputs: inputs.flatMap(([dataType, dims], index): OnnxValue[] => (dims.length > 0 ? [{ name: `in${index}`, dataType, dims }] : [])),
      nodes: [makeNode('node', op, inputs.map((_, index) => `in${index}`), made, lists)],
      outputs: made.map((name) => ({ name, dataType: 'float', dims: null })),
    },
  };
}

const arrays = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array } as const;
const runtimeNames: Partial<Record<DataType, 'float32' | 'uint8' | 'int8' | 'int32'>> = { float: 'float32', uint8: 'uint8', int8: 'int8', int32: 'int32' };

async function run(model: OnnxModel): Promise<ort.InferenceSession.OnnxValueMapType> {
  const { types } = inferShapes(model);
  const outputs = model.graph.outputs.map((value) => ({ ...value, dataType: types.get(value.name)! }));
  const session = await ort.InferenceSession.create(serializeModel(withGraph(model, { outputs })), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = model.graph.inputs.map(({ name, dims, dataType }) => {
    const type = runtimeNames[dataType] as keyof typeof arrays;
    const sizes = (dims as (number | string)[]).map((dim) => (typeof dim === 'number' ? dim : 2));
    return [name, new ort.Tensor(type, new arrays[type](sizes.reduce((a, b) => a * b, 1)).fill(1), sizes)] as const;
  });
  try {
    return await session.run(Object.fromEntries(feeds));
  } finally {
    await session.release();
  }
}

describe('integer operators as ONNX Runtime runs them', () => {
  it.each(cases.map((one) => ({ one, title: `${one.op} ${JSON.stringify(one.inputs)}` })))('$title', async ({ one }) => {
    const model = modelOf(one);
    const inference = inferShapes(model);
    expect([...inference.contradictions, ...inference.unknownOps]).toEqual([]);
    for (const [name, { dims, type }] of Object.entries(await run(model))) {
      expect(dimsOf(inference, name)?.map(valueOf)).toEqual([...dims]);
      expect(runtimeNames[inference.types.get(name)!]).toBe(type);
    }
  });

  it('see a weight that does not fit', () => {
    const model = modelOf({ op: 'QLinearConv', inputs: [picture, step!, byte!, ['uint8', [6, 5, 3, 3]], step!, byte!, step!, byte!] });
    expect(inferShapes(model).contradictions.get('out0')).toMatch(/4 input channels where its weight takes 5/);
  });
});

describe('a network that computes in integers', () => {
  const quantised = dynamicallyQuantised(sound);
  const remedy = expect.stringMatching(/^(?!.*--rebuild).*before quantisation/) as string;
  const unknownOf = (model: OnnxModel): Finding => diagnose(withGraph(model, { values: [] })).findings.find(({ code }) => code === 'unknown-operator')!;

  it('is followed to its end', async () => {
    const { patient, findings } = diagnose(withGraph(quantised, { values: [] }));
    expect(findings.filter(({ code }) => code === 'unknown-operator' || code === 'shape-unknown')).toEqual([]);
    const output = dimsOf(patient.full, 'output0')!.map((dim) => valueOf(dim) ?? 2);
    expect(output).toEqual([...(await run(quantised))['output0']!.dims]);
  });

  it('by scales of what is found mixes pictures, which no repair undoes', () => {
    const [finding, ...more] = diagnose(quantised).findings.filter(({ severity }) => severity === 'error');
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: 'batch-sliced', node: '/model.0/conv/Conv_ranged', is: expect.stringMatching(/over all pictures of the batch, and \d+ more/) as string, remedy });
    expect(complaintOf(() => repair(serializeModel(quantised)))).toMatchObject({ code: 'unsupported', remedy });
  });

  it('by scales of what is found, at a fixed batch of 1, is not opened', () => {
    const fixed = dynamicallyQuantised(reexport(seededNetwork(tinyConfig()), { height: 64, width: 64, dynamic: 'none' }));
    expect(diagnose(fixed).findings.filter(({ code }) => code === 'batch-sliced')).toEqual([]);
    expect(complaintOf(() => repair(serializeModel(fixed)))).toMatchObject({ code: 'unsupported', found: expect.stringMatching(/batch-sliced/) as string, remedy });
  });

  it.each<[string, (model: OnnxModel) => OnnxModel]>([['ConvInteger', dynamicallyQuantised], ['rounded activations', roundedActivations]])('is not said to be written anew: %s', (_title, quantise) => {
    for (const domain of ['', 'com.microsoft']) {
      const odd = interpose(sound, '/model.10/attn/qkv/conv/Conv', makeNode('odd', 'Einsum', ['/model.10/Split_output_1'], ['made'], {}, domain));
      expect(unknownOf(odd).remedy).toMatch(/--rebuild/);
      expect(unknownOf(quantise(odd))).toMatchObject({ node: 'odd', remedy });
    }
  });
});
