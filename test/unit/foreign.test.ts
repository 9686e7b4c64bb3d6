import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import type { OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { isForeignConvolution } from '../../src/yolov10/foreign.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { complaintOf } from '../cases/complaint.ts';
import { withGraph } from '../cases/graph-edits.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';
import { weightError } from '../cases/weight-error.ts';

const network = seededNetwork(tinyConfig());
const sound = reexport(network, { height: 64, width: 64 });

/** What ONNX Runtime makes of a model at one level of optimisation. */
async function optimised(level: 'basic' | 'extended' | 'all'): Promise<OnnxModel> {
  const folder = await mkdtemp(join(tmpdir(), 'optimised-'));
  try {
    const path = join(folder, 'model.onnx');
    const session = await ort.InferenceSession.create(serializeModel(sound), { graphOptimizationLevel: level, optimizedModelFilePath: path, logSeverityLevel: 3 });
    await session.release();
    return parseModel(await readFile(path));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The export with its convolutions, or those of some names, as operators of another kind. */
function made(op: string, domain: string, which: (node: OnnxNode) => boolean = () => true): OnnxModel {
  return withGraph(sound, { nodes: sound.graph.nodes.map((node) => (node.op === 'Conv' && which(node) ? { ...node, op, domain } : node)) });
}

const remedy = expect.stringMatching(/before ONNX Runtime optimised it/) as string;

describe('a file that ONNX Runtime optimised', () => {
  it.each(['basic', 'extended'] as const)('%s reads as before', async (level) => {
    const model = await optimised(level);
    expect(model.graph.nodes.filter(isForeignConvolution)).toEqual([]);
    expect(weightError(readYolov10(model), network.weights)).toBe(0);
  });

  it('for the processor at hand is refused by what it is, where that has blocks', async (context) => {
    const model = await optimised('all');
    context.skip(!model.graph.nodes.some(isForeignConvolution), 'ONNX Runtime keeps no weights in blocks on this processor');
    expect(complaintOf(() => readYolov10(model))).toMatchObject({ code: 'bad-weights', found: 'com.microsoft.nchwc.Conv', remedy });
    for (const finding of diagnose(model).findings.filter(({ code }) => code === 'unknown-operator')) expect(finding.remedy).toEqual(remedy);
  });

  it.each([['Conv', 'com.microsoft.nchwc'], ['FusedConv', 'com.microsoft'], ['NhwcFusedConv', 'com.microsoft'], ['Conv', 'com.ms.internal.nhwc']])('is refused for %s of %s', (op, domain) => {
    for (const model of [made(op, domain), made(op, domain, ({ name }) => name.includes('/model.8/'))]) {
      expect(complaintOf(() => readYolov10(model))).toMatchObject({ code: 'bad-weights', expected: expect.stringMatching(/standard operator set at "\/model\.\d\//) as string, found: `${domain}.${op}`, remedy });
    }
  });

  it('gets the same answer from doctor and repair', () => {
    const model = made('Conv', 'com.microsoft.nchwc');
    const { findings } = diagnose(model);
    expect(findings.find(({ code }) => code === 'unknown-operator')).toMatchObject({ is: 'the operator com.microsoft.nchwc.Conv', remedy });
    expect(findings.filter(({ code }) => code.startsWith('conv-input'))).toEqual([]);
    expect(complaintOf(() => repair(serializeModel(model), { forceRebuild: true }))).toMatchObject({ remedy });
  });
});

it("another vendor's convolution is not blamed on ONNX Runtime", () => {
  const { found, remedy: advice } = complaintOf(() => readYolov10(made('DeformConv', 'com.example')));
  expect([found, advice]).toEqual(['com.example.DeformConv', 'Give an export whose convolutions are of the standard operator set.']);
});
