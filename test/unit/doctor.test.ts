import { describe, expect, it } from 'vitest';
import { diagnose, isSound } from '../../src/exporting/doctor/diagnose.ts';
import type { Finding } from '../../src/exporting/doctor/finding.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { brokenExports, FORMS, soundExport } from '../cases/broken-exports.ts';
import { insertBefore, interpose, makeNode, redirect, withFloat, withFloats, withGraph, withInts } from '../cases/graph-edits.ts';
import { referenceStyle } from '../cases/reference-style.ts';
import { seededNetwork } from '../cases/seeded-model.ts';

const planted = FORMS.flatMap((dynamic) => [...brokenExports(soundExport, dynamic)].map((fault) => ({ dynamic, ...fault })));

describe('planted faults', () => {
  it('are many', () => {
    expect(planted.length).toBeGreaterThanOrEqual(80);
  });

  it.each(planted)('dynamic $dynamic, $title: $code at $node', ({ model, code, node }) => {
    const { findings } = diagnose(model);
    const found = findings.find((finding) => finding.code === code && finding.node === node);
    expect(found, JSON.stringify(findings.map((finding) => [finding.code, finding.node]))).toBeDefined();
    expect(found!.is).not.toBe('');
    expect(found!.shouldBe).not.toBe('');
    expect(found!.remedy).not.toBe('');
  });

  it('every code is planted', () => {
    const codes = new Set(planted.map(({ code }) => code));
    expect(codes.size).toBe(31);
  });
});

describe('a batch taken apart', () => {
  const features = '/model.10/Split_output_1';
  const codesWith = (node: OnnxNode, ints: Record<string, number[]> = {}): string[] => {
    const model = Object.entries(ints).reduce((edited, [name, values]) => withInts(edited, name, values), interpose(soundExport(), '/model.10/attn/qkv/conv/Conv', node));
    return diagnose(model).findings.flatMap(({ code, severity }) => (severity === 'note' ? [] : [code]));
  };
  const axis: OnnxAttribute = { kind: 'int', value: 0 };

  it('is not what a whole slice, or one along another axis, does', () => {
    expect(codesWith(makeNode('all', 'Slice', [features, 'zero', 'end', 'zero'], ['cut']), { zero: [0], end: [2 ** 31 - 1] })).toEqual([]);
    expect(codesWith(makeNode('rows', 'Slice', [features, 'zero', 'end', 'two'], ['cut']), { zero: [0], end: [2 ** 31 - 1], two: [2] })).toEqual([]);
    expect(codesWith(makeNode('one', 'Split', [features], ['cut'], { axis }))).toEqual([]);
  });

  it('is reported where pictures are dropped or turned round', () => {
    expect(codesWith(makeNode('rest', 'Slice', [features, 'one', 'end', 'zero'], ['cut']), { zero: [0], one: [1], end: [2 ** 31 - 1] })).toContain('batch-sliced');
    expect(codesWith(makeNode('last', 'Slice', [features, 'last', 'end'], ['cut']), { last: [-1], end: [2 ** 31 - 1] })).toContain('batch-sliced');
  });
});

describe('a batch computed across', () => {
  const weighing = '/model.10/attn/qkv/conv/Conv';
  const features = '/model.10/Split_output_1';
  const codes = (op: string, attributes: Record<string, number> = {}, axes?: number[], opset = 13): string[] => {
    const ints = Object.fromEntries(Object.entries(attributes).map(([name, value]): [string, OnnxAttribute] => [name, { kind: 'int', value }]));
    const model = interpose(soundExport({ opset }), weighing, makeNode('across', op, axes ? [features, 'axes'] : [features], ['mixed'], ints));
    return diagnose(axes ? withInts(model, 'axes', axes) : model).findings.flatMap(({ code, node }) => (node.includes('across') ? [code] : []));
  };

  it.each([
    ['Softmax', { axis: 0 }], ['Softmax', { axis: -4 }], ['LogSoftmax', { axis: 0 }], ['ReduceSum', {}, [0]], ['ReduceSum', {}, [1, -4]], ['ReduceSum', {}], ['TopK', { axis: 0 }, [1]], ['ArgMax', {}],
  ] as const)('by %s %o %o is reported', (op, attributes, axes?: readonly number[]) => {
    expect(codes(op, attributes, axes && [...axes])).toContain('batch-sliced');
  });

  it.each([
    ['Softmax', {}], ['Softmax', { axis: 1 }], ['ReduceSum', {}, [2, 3]], ['ReduceSum', { noop_with_empty_axes: 1 }], ['TopK', { axis: 1 }, [1]], ['ArgMax', { axis: 1 }],
  ] as const)('along other axes, by %s %o %o, is not', (op, attributes, axes?: readonly number[]) => {
    expect(codes(op, attributes, axes && [...axes])).not.toContain('batch-sliced');
  });

  it('is not by a Softmax whose axis defaults to 1, as up to opset 12', () => {
    expect(codes('Softmax', {}, undefined, 12)).not.toContain('batch-sliced');
  });
});

describe('pictures that do not lie one after the other', () => {
  const PREDICTIONS = '/model.23/Concat_5_output_0';
  const READER = '/model.23/Transpose';
  const codes = (target: number[], ...nodes: OnnxNode[]): string[] => {
    const [last, ...rest] = nodes.toReversed();
    const model = rest.reduce((edited, node) => insertBefore(edited, last!.name, node), interpose(withGraph(soundExport(), { values: [] }), READER, last!));
    return diagnose(withInts(model, 'target', target)).findings.flatMap(({ code, severity, node }) => (severity === 'error' ? [`${code} ${node}`] : []));
  };
  const ints = (value: number[]): OnnxAttribute => ({ kind: 'ints', value });
  const turn = makeNode('turn', 'Transpose', [PREDICTIONS], ['turned'], { perm: ints([1, 0, 2]) });
  const stack = makeNode('stack', 'Concat', [PREDICTIONS, PREDICTIONS], ['stacked'], { axis: { kind: 'int', value: 0 } });

  it('are reported where a Reshape names them a batch', () => {
    expect(codes([-1, 7, 336], turn, makeNode('mix', 'Reshape', ['turned', 'target'], ['mixed']))).toEqual(['batch-sliced mix']);
    expect(codes([-1, 14, 336], stack, makeNode('mix', 'Reshape', ['stacked', 'target'], ['mixed']))).toContain('batch-sliced mix');
  });

  it('are not what is taken apart as it was put together', () => {
    const back = makeNode('back', 'Transpose', ['turned'], ['right'], { perm: ints([1, 0, 2]) });
    expect(codes([0, -1, 336], turn, back, makeNode('flat', 'Reshape', ['right', 'target'], ['same']))).toEqual([]);
    const rows = makeNode('rows', 'Reshape', [PREDICTIONS, 'target'], ['same']);
    expect(codes([-1, 7, 336], rows)).toEqual([]);
  });
});

describe('batch norm over the pictures of a batch', () => {
  const bias = 'model.0.conv.bias';
  it.each([13, 17])('is an error, opset %i', (opset) => {
    const statistics = opset < 14 ? ['mean', 'variance', 'kept mean', 'kept variance'] : [];
    const attributes: Record<string, OnnxAttribute> = opset < 14 ? {} : { training_mode: { kind: 'int', value: 1 } };
    const norm = makeNode('norm', 'BatchNormalization', ['/model.0/conv/Conv_output_0', bias, bias, bias, bias], ['normed', ...statistics], attributes);
    const { findings } = diagnose(interpose(soundExport({ opset }), '/model.0/act/Sigmoid', norm));
    expect(findings.filter(({ severity }) => severity === 'error').map(({ code, node }) => [code, node])).toEqual([['batch-norm-training', 'norm']]);
  });
});

describe('what is fair', () => {
  const worse = (model: OnnxModel): string[] => diagnose(model).findings.flatMap(({ code, severity }) => (severity === 'note' ? [] : [code]));
  const returning = (...names: string[]): OnnxModel => {
    const sound = soundExport();
    return withGraph(sound, { outputs: [...sound.graph.outputs, ...names.map((name) => ({ name, dataType: name === 'kept' ? 'int64' as const : 'float' as const, dims: name === 'kept' ? ['found', 3] : [1, 1, 336] }))] });
  };

  it('is an output that no picture changes', () => {
    expect(worse(returning('/model.23/strides'))).toEqual([]);
  });

  it('is as many boxes as a suppression keeps, and their name stays', () => {
    const nodes = [makeNode('turned scores', 'Transpose', ['/model.23/Split_2_output_1'], ['by class'], { perm: { kind: 'ints', value: [0, 2, 1] } }),
      makeNode('suppression', 'NonMaxSuppression', ['/model.23/Split_2_output_0', 'by class'], ['kept'])];
    const open = returning('kept');
    const model = withGraph(open, { nodes: [...open.graph.nodes, ...nodes] });
    expect(worse(model)).toEqual([]);
    const repaired = repair(serializeModel(model));
    expect([repaired.way, parseModel(repaired.bytes).graph.outputs[1]!.dims]).toEqual(['mended', ['found', 3]]);
  });

  it('is an output that declares no type', () => {
    const sound = soundExport();
    const outputs = sound.graph.outputs.map((value) => ({ ...value, dataType: 'other' as const }));
    expect(worse(withGraph(sound, { outputs }))).toEqual([]);
  });

  it('is a batch norm whose further outputs are left out', () => {
    const bias = 'model.0.conv.bias';
    const norm = makeNode('norm', 'BatchNormalization', ['/model.0/conv/Conv_output_0', bias, bias, bias, bias], ['normed', '', '', '', '']);
    expect(worse(interpose(soundExport(), '/model.0/act/Sigmoid', norm))).toEqual(['batch-norm-unfolded']);
  });

  it('is not a length that a shape tells', () => {
    const nodes = [makeNode('sizes', 'Shape', ['images'], ['sizes']), makeNode('ones', 'ConstantOfShape', ['sizes'], ['ones']), makeNode('places', 'NonZero', ['ones'], ['kept'])];
    const open = returning('kept');
    expect(worse(withGraph(open, { nodes: [...open.graph.nodes, ...nodes] }))).toContain('shape-unknown');
  });

  it('is the largest float32 as the bound of a Clip', () => {
    const clip = makeNode('clip', 'Clip', ['/model.23/Sigmoid_output_0', '', 'most'], ['clipped']);
    const clipped = redirect(insertBefore(withGraph(soundExport(), { values: [] }), '/model.23/Concat_5', clip), '/model.23/Concat_5', 1, 'clipped');
    expect(worse(withFloats(clipped, 'most', [3.4028234e38]))).toEqual([]);
  });

  const errors = (model: OnnxModel): string[] => diagnose(model).findings.flatMap(({ code, severity }) => (severity === 'error' ? [code] : []));

  it('is a -1 behind computed shapes that come to numbers', () => {
    for (const version of ['before-fix', 'after-fix'] as const) expect(errors(referenceStyle(soundExport({ dynamic: 'none' }), version))).toEqual([]);
  });

  it('is a -1 for the rows of boxes', () => {
    const boxes = '/model.23/Transpose_output_0';
    const columns = soundExport().graph.values.find(({ name }) => name === boxes)!.dims!.at(-1) as number;
    const reader = soundExport().graph.nodes.find(({ inputs }) => inputs[0] === boxes)!.name;
    const shaped = interpose(soundExport(), reader, makeNode('boxes', 'Reshape', [boxes, 'target'], ['boxed']));
    const nodes = [
      makeNode('shape', 'Shape', [boxes], ['dims']), makeNode('batch', 'Gather', ['dims', 'zero'], ['count'], { axis: { kind: 'int', value: 0 } }),
      makeNode('join', 'Concat', ['count', 'rest'], ['target'], { axis: { kind: 'int', value: 0 } }),
    ];
    const model = nodes.reduce((edited, node) => insertBefore(edited, 'boxes', node), shaped);
    expect(errors(withInts(withInts(model, 'zero', [0]), 'rest', [-1, columns]))).toEqual([]);
  });
});

describe('an operator without a rule', () => {
  const behind = '/model.10/Split_output_1';
  const finding = (domain: string): Finding => {
    const model = interpose(soundExport(), '/model.10/attn/qkv/conv/Conv', makeNode('odd', 'Einsum', [behind], ['made'], {}, domain));
    return diagnose(withGraph(model, { values: [] })).findings.find(({ code }) => code === 'unknown-operator')!;
  };

  it('of the standard set is not called a plugin', () => {
    expect(finding('')).toMatchObject({ is: expect.stringMatching(/not followed here/) as string, breaks: [], remedy: expect.stringMatching(/--rebuild/) as string });
    expect(finding('com.example').breaks).toHaveLength(1);
  });

  it('leaves the output to be written anew', () => {
    const model = { ...soundExport() };
    const nodes = model.graph.nodes.map((node) => (node.outputs[0] === 'output0' ? { ...node, op: 'Einsum' } : node));
    const { findings } = diagnose(withGraph(model, { nodes }));
    expect(findings.find(({ code }) => code === 'shape-unknown')!.remedy).toMatch(/repair model\.onnx/);
  });
});

describe('a convolution without channels', () => {
  it('is blamed on an engine only where the file tells the channels', () => {
    const model = interpose(soundExport(), '/model.10/attn/qkv/conv/Conv', makeNode('odd', 'Magic', ['/model.10/Split_output_1'], ['made'], {}, 'com.example'));
    const lost = diagnose(withGraph(model, { values: [] })).findings.filter(({ code }) => code.startsWith('conv-input-unknown'));
    expect(lost.filter(({ shouldBe }) => /unknown|\?/.test(shouldBe))).toEqual([]);
  });
});

describe('weights beyond float16', () => {
  const judge = (value: number): string[] =>
    diagnose(withFloat(soundExport(), 'model.0.conv.bias', value)).findings.flatMap(({ code, severity, is }) => (code === 'float16-overflow' ? [`${severity}: ${is}`] : []));

  it.each([
    [-70_000, ['warning: up to 7.00e+4']],
    [3e38, ['warning: up to 3.00e+38']],
    [-65_504, []],
    [-Infinity, ['error: infinite or not a number, in float']],
    [Number.NaN, ['error: infinite or not a number, in float']],
  ])('%f', (value, found) => expect(judge(value)).toEqual(found));
});

describe('sound exports have no findings', () => {
  const opsets = [11, 12, 13, 16, 17, 18, 20];
  it.each(opsets.flatMap((opset) => FORMS.map((dynamic) => ({ opset, dynamic }))))('n, opset $opset, dynamic $dynamic', ({ opset, dynamic }) => {
    const diagnosis = diagnose(soundExport({ opset, dynamic }));
    expect(diagnosis.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(isSound(diagnosis)).toBe(true);
  });

  it.each(['s', 'm', 'b'] as const)('%s', (scale) => {
    const diagnosis = diagnose(reexport(seededNetwork(scale, { classCount: 2 })));
    expect(diagnosis.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });
});
