import { describe, expect, it } from 'vitest';
import { diagnose, isSound } from '../../src/exporting/doctor/diagnose.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import type { OnnxAttribute, OnnxNode } from '../../src/onnx/graph.ts';
import { brokenExports, FORMS, soundExport } from '../cases/broken-exports.ts';
import { interpose, makeNode, withFloat, withInts } from '../cases/graph-edits.ts';
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
    expect(codes.size).toBe(27);
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
