import { describe, expect, it } from 'vitest';
import { diagnose, isSound } from '../../src/exporting/doctor/diagnose.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import { brokenExports, FORMS, soundExport } from '../cases/broken-exports.ts';
import { withFloat } from '../cases/graph-edits.ts';
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
    expect(codes.size).toBe(26);
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
