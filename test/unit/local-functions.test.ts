import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import type { Finding } from '../../src/exporting/doctor/finding.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import { ModelFile } from '../../src/onnx/model-file.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { complaintOf } from '../cases/complaint.ts';
import { withFunctions } from '../cases/local-functions.ts';
import { runOnnx } from '../cases/onnxruntime.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';
import { weightError } from '../cases/weight-error.ts';

const network = seededNetwork(tinyConfig());
const sound = reexport(network, { height: 64, width: 64 });
const hidden = withFunctions(sound, 'Conv');

describe('functions of the file', () => {
  it('are run by ONNX Runtime, here and after a rewrite', async () => {
    const picture = new Float32Array(3 * 64 * 64).fill(0.5);
    const [first, again] = [await runOnnx(hidden, picture, [1, 3, 64, 64]), await runOnnx(ModelFile.open(hidden).toBytes(), picture, [1, 3, 64, 64])];
    expect(again.output0!.data).toEqual(first.output0!.data);
  });

  it('are told from operators, whatever their domain is called', () => {
    const calls = parseModel(hidden).graph.nodes.filter(({ callsFunction }) => callsFunction);
    expect(calls).toHaveLength(sound.graph.nodes.filter(({ op }) => op === 'Conv').length);
    expect(parseModel(withFunctions(sound, 'Sigmoid')).graph.nodes.filter(({ op, callsFunction }) => op === 'Conv' && callsFunction)).toEqual([]);
  });

  it('are one finding that says what to do, not plugins', () => {
    const findings = diagnose(parseModel(hidden)).findings.filter(({ code }) => code === 'unknown-operator');
    expect(findings).toEqual([expect.objectContaining<Partial<Finding>>({
      severity: 'warning', node: '/model.0/conv/Conv', is: expect.stringMatching(/^pkg\.torch\.Conv_0, a function that the file itself defines, and \d+ more/) as string,
      remedy: expect.stringMatching(/inline_local_functions/) as string,
    })]);
    expect(JSON.stringify(findings)).not.toMatch(/[Pp]lugin/);
  });

  it('that hide the convolutions are to be inlined', () => {
    expect(complaintOf(() => readYolov10(parseModel(hidden)))).toMatchObject({
      code: 'not-yolov10', found: expect.stringMatching(/pkg\.torch\.Conv_0/) as string, remedy: expect.stringMatching(/inline_local_functions/) as string,
    });
  });

  it('of which only some hide convolutions are to be inlined too', () => {
    const twice = parseModel(hidden);
    const nodes = twice.graph.nodes.map((node, index) => (node.name.startsWith('/model.2/') ? node : sound.graph.nodes[index]!));
    expect(complaintOf(() => readYolov10({ ...twice, graph: { ...twice.graph, nodes } })).remedy).toMatch(/inline_local_functions/);
  });

  it('for activations do not keep the weights from being read', () => {
    expect(weightError(readYolov10(parseModel(withFunctions(sound, 'Sigmoid'))), network.weights)).toBe(0);
  });
});
