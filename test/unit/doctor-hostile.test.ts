import { describe, expect, it } from 'vitest';
import { format } from '../../src/core/dim.ts';
import { InputError } from '../../src/core/errors.ts';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { describe as describeShape, type Patient } from '../../src/exporting/doctor/patient.ts';
import type { OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { bloatedModels, graphOf, judge, mutate, patience, processorTime, simpleNode, tryRepair, withoutWeights } from '../cases/hostile.ts';
import { referenceStyle } from '../cases/reference-style.ts';

const small = serializeModel(withoutWeights(referenceStyle(soundExport(), 'before-fix')));

describe('damaged files', () => {
  it('cut off at 200 places are refused', () => {
    for (let place = 0; place < 200; place++) {
      const cut = small.subarray(0, Math.floor((small.length * place) / 200));
      expect(() => parseModel(cut)).toThrow(InputError);
    }
  });

  it('with random changes are judged or refused', () => {
    const outcomes = Array.from({ length: 200 }, (_, seed) => judge(mutate(small, seed)));
    expect(outcomes).toContain('report');
    expect(outcomes).toContain('refused');
  }, 60_000);

  it('with random changes are repaired rightly or refused', () => {
    const whole = serializeModel(referenceStyle(soundExport(), 'before-fix'));
    const outcomes = Array.from({ length: 16 }, (_, index) => tryRepair(mutate(whole, 16 + index, 60_000)));
    expect(outcomes).toContain('repaired');
    expect(outcomes).toContain('refused');
  }, 60_000);
});

const chain = (op: string, length: number): OnnxNode[] =>
  Array.from({ length }, (_, index) => simpleNode(op, [index === 0 ? 'images' : `v${index - 1}`], [`v${index}`]));

function timed<T>(action: () => T): T {
  const started = processorTime();
  try {
    return action();
  } finally {
    expect(processorTime() - started).toBeLessThan(patience);
  }
}

const shapeOf = (patient: Patient, name: string): string => describeShape(patient.full.shapes.get(name));

const judged = (model: OnnxModel): ReturnType<typeof diagnose> => timed(() => diagnose(model));

describe('millions of fields or numbers, which would decode to gigabytes', () => {
  it.each([...bloatedModels(8_000_000)])('$title are refused', ({ make, allowed }) => {
    const bytes = make();
    if (bytes.length > allowed) expect(timed(() => judge(bytes))).toBe('refused');
    else expect(timed(() => parseModel(bytes)).graph.nodes).toHaveLength(1);
  });
});

describe('huge and twisted graphs', () => {
  it('a million nodes are refused', () => {
    const bytes = serializeModel(graphOf(chain('Relu', 1_000_000)));
    expect(timed(() => judge(bytes))).toBe('refused');
  }, 60_000);

  it('twenty thousand nodes', () => {
    const { patient } = judged(graphOf(chain('Relu', 20_000)));
    expect(patient.full.shapes.size).toBe(20_001);
  });

  it('twenty thousand unknown operators', () => {
    const { findings } = judged(graphOf(chain('Magic', 20_000)));
    expect(findings.filter(({ code }) => code === 'unknown-operator')).toHaveLength(1);
  });

  it('nodes back to front', () => {
    const { patient } = judged(graphOf(chain('Relu', 20_000).reverse()));
    expect(patient.full.shapes.get('v19999')).toEqual(patient.full.shapes.get('images'));
  });

  it('a cycle', () => {
    const { findings } = judged(graphOf([simpleNode('Add', ['images', 'b'], ['a']), simpleNode('Relu', ['a'], ['b'])]));
    expect(findings.map(({ code }) => code)).toContain('graph-cycle');
  });

  it('missing inputs', () => {
    const { findings } = judged(graphOf([simpleNode('Add', ['images', 'nowhere'], ['a'])]));
    expect(findings.map(({ code }) => code)).toContain('shape-unknown');
  });

  it('an expression that squares itself', () => {
    const nodes = [simpleNode('Shape', ['images'], ['v-1']), ...Array.from({ length: 200 }, (_, i) => simpleNode('Mul', [`v${i - 1}`, `v${i - 1}`], [`v${i}`]))];
    const { patient } = judged(graphOf([...nodes, simpleNode('ConstantOfShape', ['v199'], ['filled'])], ['a', 'b', 'c', 'd']));
    expect(shapeOf(patient, 'filled')).toMatch(/^\[(\?[?*]*,){3}\?[?*]*\]$/);
    expect(shapeOf(patient, 'filled').length).toBeLessThan(1000);
    expect(patient.full.values.get('v1')!.elements.map(format)).toEqual(['a*a*a*a', 'b*b*b*b', 'c*c*c*c', 'd*d*d*d']);
  });

  it('dimensions that overflow', () => {
    const nodes = Array.from({ length: 100 }, (_, i) => simpleNode('Concat', [i === 0 ? 'images' : `v${i - 1}`, i === 0 ? 'images' : `v${i - 1}`], [`v${i}`], new Map([['axis', { kind: 'int', value: 2 }]])));
    const { patient, findings } = judged(graphOf(nodes, ['batch', 3, 2 ** 50, 64]));
    expect(shapeOf(patient, 'v1')).toBe(`[batch,3,${2 ** 52},64]`);
    expect(shapeOf(patient, 'v99')).toMatch(/^\[batch,3,[^,]*\?,64\]$/);
    expect(findings.map(({ code }) => code)).toContain('shape-unknown');
  });

  it('a node with ten thousand inputs and outputs', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `o${index}`);
    const { patient, findings } = judged(graphOf([simpleNode('Split', ['images'], names, new Map([['axis', { kind: 'int', value: 1 }]])), simpleNode('Concat', names, ['joined'], new Map([['axis', { kind: 'int', value: 1 }]]))]));
    expect(shapeOf(patient, 'o9999')).toBe('[batch,?,64,64]');
    expect(findings.map(({ code, node }) => [code, node])).toContainEqual(['shape-unknown', 'joined']);
  });

  it('as many dimensions as fit', () => {
    const { patient, findings } = judged(graphOf([simpleNode('Relu', ['images'], ['v'])], Array<number>(100_000).fill(1)));
    expect(patient.full.shapes.get('v')).toEqual({ reason: expect.stringMatching(/more than 16 dimensions/) as string });
    expect(findings.map(({ code }) => code)).toContain('shape-unknown');
  });
});
