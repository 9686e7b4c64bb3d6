import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { toReport } from '../../src/exporting/doctor/report.ts';
import type { DeclaredDim, OnnxModel } from '../../src/onnx/graph.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { declare, find, withConstant } from '../cases/graph-edits.ts';
import { graphOf, simpleNode } from '../cases/hostile.ts';

const problems = (model: OnnxModel): string[] => diagnose(model).findings.flatMap(({ code, severity }) => (severity === 'note' ? [] : [`${severity} ${code}`]));
const open: DeclaredDim[] = [null, 0, -1, '?', '?.12', 'unknown?'];

describe('an input dimension without a name', () => {
  const sound = soundExport();
  const everySize = soundExport({ dynamic: 'batch,height,width' });

  it.each(open)('is as good as a named one: %j', (dim) => {
    expect(problems(declare(sound, 'inputs', [dim, 3, 128, 128]))).toEqual([]);
    expect(problems(declare(everySize, 'inputs', [dim, 3, dim, dim]))).toEqual([]);
    expect(toReport(diagnose(declare(everySize, 'inputs', [dim, 3, dim, dim]))).outputs).toEqual({ output0: '[batch,300,6]' });
  });

  it.each(open)('of an output says nothing about it: %j', (dim) => {
    expect(problems(declare(sound, 'outputs', [dim, 300, 6]))).toEqual([]);
  });

  it.each(open)('hides no batch that is written in: %j', (dim) => {
    const baked = withConstant(sound, find(sound, '/model.23/Expand'), 1, [3, 1, 4]);
    expect(problems(declare(baked, 'inputs', [dim, 3, 128, 128]))).toEqual(['error batch-in-expand']);
  });
});

describe('an input beside the picture', () => {
  /** Whether pictures of a batch meet what the second input gives. */
  const meets = (picture: DeclaredDim[], other: DeclaredDim[]): string[] => {
    const model = graphOf([simpleNode('Mul', ['images', 'other'], ['product'])], []);
    const inputs = [{ ...model.graph.inputs[0]!, dims: picture }, { name: 'other', dataType: 'float' as const, dims: other }];
    return problems({ ...model, graph: { ...model.graph, inputs } });
  };

  it('shares the picture\'s names where it has none of its own', () => {
    expect(meets(['N', 3, 'H', 'W'], [null, 1, null, null])).toEqual([]);
    expect(meets([null, 3, 64, 64], [-1, 1, 1, 1])).toEqual([]);
    expect(meets(['N', 3, 64, 64], ['M', 1, 1, 1])).toEqual(['error batch-mixed']);
  });

  it('has no batch where the picture has none', () => {
    const model = graphOf([simpleNode('Relu', ['images'], ['y']), simpleNode('Relu', ['other'], ['z'])], [1, 3, 64, 64]);
    const outputs = ['y', 'z'].map((name) => ({ ...model.graph.outputs[0]!, name }));
    const inputs = [...model.graph.inputs, { name: 'other', dataType: 'float' as const, dims: [null, 6] }];
    expect(toReport(diagnose({ ...model, graph: { ...model.graph, inputs, outputs } })).outputs).toEqual({ y: '[1,3,64,64]', z: '[other.0,6]' });
  });
});
