import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import type { Finding } from '../../src/exporting/doctor/finding.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { find, insertBefore, interpose, makeNode, redirect, withInts } from '../cases/graph-edits.ts';
import { graphOf, simpleNode } from '../cases/hostile.ts';

const int = (value: number): OnnxAttribute => ({ kind: 'int', value });
const ints = (...value: number[]): OnnxAttribute => ({ kind: 'ints', value });
const errors = (model: OnnxModel): Finding[] => diagnose(model).findings.filter(({ severity }) => severity === 'error');
const codes = (model: OnnxModel): string[] => errors(model).map(({ code, node }) => `${code} ${node}`);

const QKV = '/model.10/attn/qkv/conv/Conv';

describe('a Reshape that turns the batch inwards', () => {
  const sound = soundExport();
  const features = find(sound, QKV).inputs[0]!;
  const [, channels, height, width] = sound.graph.values.find(({ name }) => name === features)!.dims as [string, number, number, number];
  const back = makeNode('back', 'Transpose', ['turned'], ['backed'], { perm: ints(1, 0, 2, 3) });
  /** Features under a target and turned back, as `view(C, B, H, W)` and `transpose(0, 1)` are exported. */
  const turned = (model: OnnxModel): OnnxModel => {
    const there = insertBefore(model, QKV, makeNode('turn', 'Reshape', [features, 'target'], ['turned']));
    return interpose(redirect(there, QKV, 0, 'turned'), QKV, back);
  };

  it('mixes pictures where its target is computed', () => {
    const parts = withInts(withInts(withInts(sound, 'rest', [-1]), 'sides', [height, width]), 'zero', [0]);
    const nodes = [
      makeNode('shape', 'Shape', [features], ['shape']),
      makeNode('batch', 'Gather', ['shape', 'zero'], ['batch'], { axis: int(0) }),
      makeNode('join', 'Concat', ['rest', 'batch', 'sides'], ['target'], { axis: int(0) }),
    ];
    const model = turned(nodes.reduce((before, node) => insertBefore(before, QKV, node), parts));
    expect(codes(model)).toContain('batch-sliced turn');
    expect(errors(model).find(({ node }) => node === 'turn')).toMatchObject({ is: `Reshape [batch,${channels},${height},${width}] to [${channels},batch,${height},${width}]`, breaks: [{ message: 'none; pictures mix' }] });
  });

  it('mixes pictures where its target is written, and is not called a baked batch', () => {
    expect(codes(turned(withInts(sound, 'target', [channels, -1, height, width])))).toEqual(['batch-sliced turn']);
  });

  /** Errors at a Reshape of [batch,8,4,4], or of what another node makes of it. */
  const reshaped = (target: number[], ...before: OnnxNode[]): string[] => {
    const node = { ...simpleNode('Reshape', [before.at(-1)?.outputs[0] ?? 'images', 'target'], ['y']), name: 'turn' };
    return codes(withInts(withInts(withInts(graphOf([...before, node], ['batch', 8, 4, 4]), 'target', target), 'merged', [-1, 16]), 'front', [0]));
  };

  it('is told from those that leave pictures whole', () => {
    for (const target of [[0, 0, 16], [-1, 16], [-1, 2, 4, 4, 4], [-1, 128], [0, 4, 2, -1]]) expect(reshaped(target), String(target)).toEqual([]);
    const merge = simpleNode('Reshape', ['images', 'merged'], ['heads']);
    for (const target of [[-1, 8, 16], [-1, 8, 4, 4], [-1, 128]]) expect(reshaped(target, merge), String(target)).toEqual([]);
    const lengthened = simpleNode('Unsqueeze', ['images', 'front'], ['long']);
    for (const target of [[1, -1, 8, 16], [1, 1, -1, 128], [-1, 8, 16], [0, 0, 128]]) expect(reshaped(target, lengthened), String(target)).toEqual([]);
    const stacked = simpleNode('Concat', ['images', 'images'], ['stack'], new Map([['axis', int(0)]]));
    expect(reshaped([2, -1, 8, 16], stacked)).not.toContain('batch-sliced turn');
  });

  it('is one wherever it names the batch behind others', () => {
    for (const target of [[8, -1, 16], [128, -1], [2, 4, -1, 4, 4], [1, 8, -1, 16]]) expect(reshaped(target), String(target)).toEqual(['batch-sliced turn']);
  });
});

describe('an operator along the batch', () => {
  const along = (node: OnnxNode, numbers: Record<string, number[]> = {}): boolean => {
    const model = Object.entries(numbers).reduce((before, [name, values]) => withInts(before, name, values), graphOf([node], ['batch', 3, 64, 64]));
    return codes(model).some((text) => text.startsWith('batch-sliced'));
  };

  it.each([
    ['CumSum', [0, -4], [1, 3, -1]],
    ['LpNormalization', [0, -4], [1, -1]],
    ['LayerNormalization', [0, -4], [1, 3, -1]],
    ['Hardmax', [0, -4], [1, -1]],
  ])('%s mixes pictures', (op, across, within) => {
    const found = (axis: number): boolean =>
      op === 'CumSum'
        ? along(simpleNode(op, ['images', 'axis'], ['y']), { axis: [axis] })
        : along(simpleNode(op, ['images', 'images'].slice(0, op === 'LayerNormalization' ? 2 : 1), ['y'], new Map([['axis', int(axis)]])));
    expect(across.map(found)).toEqual(across.map(() => true));
    expect(within.map(found)).toEqual(within.map(() => false));
  });

  it('goes by the axes that are meant where none are given', () => {
    const bare = (op: string): boolean => along(simpleNode(op, ['images'], ['y']));
    expect(['LpNormalization', 'LayerNormalization', 'Hardmax', 'MeanVarianceNormalization'].map(bare)).toEqual([false, false, false, true]);
    expect(along(simpleNode('MeanVarianceNormalization', ['images'], ['y'], new Map([['axes', ints(2, 3)]])))).toBe(false);
  });

  it('numbers the pictures where it sums ones', () => {
    const nodes = [
      simpleNode('Shape', ['images'], ['shape']),
      simpleNode('Gather', ['shape', 'zero'], ['count']),
      simpleNode('Expand', ['one', 'count'], ['ones']),
      simpleNode('CumSum', ['ones', 'zero'], ['numbers']),
    ];
    const model = withInts(withInts(graphOf(nodes, ['batch', 3, 64, 64]), 'zero', [0]), 'one', [1]);
    expect(codes(model).filter((text) => text.startsWith('batch'))).toEqual([]);
  });
});
