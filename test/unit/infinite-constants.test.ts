import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { insertBefore, interpose, makeNode, redirect, withTensor } from '../cases/graph-edits.ts';

const QKV = '/model.10/attn/qkv/conv/Conv';
const features = '/model.10/Split_output_1';
const scalar = (name: string, ...values: number[]): OnnxTensor => ({ name, dataType: 'float', dims: values.length === 1 ? [] : [values.length], bytes: new Uint8Array(Float32Array.from(values).buffer) });

function severities(model: OnnxModel): string[] {
  return diagnose(model).findings.flatMap(({ code, severity, node, is }) => (code === 'float16-overflow' ? [`${severity} ${node}: ${is}`] : []));
}

function reading(op: string, ...values: number[]): OnnxModel {
  return withTensor(interpose(soundExport(), QKV, makeNode('bounded', op, [features, 'bound'], ['between'])), scalar('bound', ...values));
}

describe('a constant that is infinite', () => {
  it.each(['Clip', 'Max', 'Add', 'Where'])('is at most worth a note where %s reads it', (op) => {
    expect(severities(reading(op, Number.NEGATIVE_INFINITY))).toEqual(['note bound: infinite, in float']);
  });

  it('does not hide a finite one that float16 cannot hold', () => {
    expect(severities(reading('Max', 0, Number.NEGATIVE_INFINITY, 3e38))).toEqual(['note bound: infinite, in float', 'note bound: up to 3.00e+38']);
  });

  it('is a note in a Constant node too, under the name of the node', () => {
    const constant = makeNode('limit', 'Constant', [], ['held'], { value: { kind: 'tensor', value: scalar('', Number.POSITIVE_INFINITY) } });
    const model = redirect(insertBefore(reading('Min', 1), 'bounded', constant), 'bounded', 1, 'held');
    expect(severities(model)).toEqual(['note limit: infinite, in float']);
  });

  it.each(['MatMul', 'Gemm', 'PRelu'])('is an error as a weight of %s', (op) => {
    expect(severities(reading(op, Number.POSITIVE_INFINITY))).toEqual(['error bound: infinite or not a number, in float']);
  });

  it('is an error as a weight behind a change of form', () => {
    const turned: OnnxNode = makeNode('turned', 'Transpose', ['bound'], ['weight']);
    const model = redirect(insertBefore(reading('MatMul', Number.POSITIVE_INFINITY), 'bounded', turned), 'bounded', 1, 'weight');
    expect(severities(model)).toEqual(['error bound: infinite or not a number, in float']);
  });
});

it('a constant that is not a number is an error anywhere', () => {
  expect(severities(reading('Max', Number.NEGATIVE_INFINITY, Number.NaN))).toEqual(['error bound: infinite or not a number, in float']);
});
