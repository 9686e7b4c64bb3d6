import { describe, expect, it } from 'vitest';
import { reexport } from '../../src/exporting/reexport.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import { verifyNetwork } from '../../src/exporting/repair/verify.ts';
import type { OnnxModel } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { complaintOf } from '../cases/complaint.ts';
import { declare, interpose, makeNode, withFloat, withGraph } from '../cases/graph-edits.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';

/** The model with its input and output called otherwise. */
function withEnds(model: OnnxModel, input: string, output: string): OnnxModel {
  const names = new Map([['images', input], ['output0', output]]);
  const rename = (name: string): string => names.get(name) ?? name;
  const { graph } = model;
  return withGraph(model, {
    inputs: graph.inputs.map((value) => ({ ...value, name: rename(value.name) })),
    outputs: graph.outputs.map((value) => ({ ...value, name: rename(value.name) })),
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
  });
}

describe('the size', () => {
  const open = serializeModel(soundExport({ dynamic: 'batch,height,width' }));

  it('stays open where the file has it open, and nobody asks otherwise', () => {
    const repaired = repair(open);
    expect(repaired.way).toBe('mended');
    expect(parseModel(repaired.bytes).graph.inputs[0]!.dims).toEqual(['batch', 3, 'height', 'width']);
    expect(parseModel(repair(open, { forceRebuild: true }).bytes).graph.inputs[0]!.dims).toEqual(['batch', 3, 'height', 'width']);
    expect(parseModel(repair(open, { dynamic: 'batch' }).bytes).graph.inputs[0]!.dims).toEqual(['batch', 3, 128, 128]);
  });

  it('is what the metadata says after it changed, and the batch too', () => {
    const repaired = repair(open, { size: [160, 192], dynamic: 'none', batch: 2 });
    expect(repaired.way).toBe('mended');
    expect(repaired.changes).toContain('metadata imgsz → [160, 192]');
    const after = parseModel(repaired.bytes);
    expect([after.metadata.get('imgsz'), after.metadata.get('batch'), after.metadata.get('task')]).toEqual(['[160, 192]', '2', 'detect']);
    expect(readYolov10(after).imageSize).toEqual({ height: 160, width: 192 });
  });

  it('is refused where nobody could use it, with who is at fault', () => {
    const wish = complaintOf(() => repair(serializeModel(soundExport()), { size: [99_968, 99_968] }));
    expect([wish.code, wish.message]).toEqual(['bad-argument', expect.stringMatching(/up to 8192/)]);
    const file = complaintOf(() => repair(serializeModel(declare(soundExport(), 'inputs', ['batch', 3, 8, 8]))));
    expect([file.code, file.remedy]).toEqual(['unsupported', expect.stringMatching(/--imgsz/)]);
  });
});

describe('a file written anew', () => {
  const network = seededNetwork(tinyConfig());
  const sized = { height: 64, width: 96 };
  const magic = (model: OnnxModel): OnnxModel => {
    const first = model.graph.nodes.find(({ op }) => op === 'Sigmoid')!;
    return interpose(withGraph(model, { values: [] }), first.name, makeNode('magic', 'Magic', [first.inputs[0]!], ['conjured'], {}, 'com.example'));
  };

  it('keeps what the file returns, and what its ends are called', () => {
    const repaired = repair(serializeModel(magic(withEnds(reexport(network, { ...sized, output: 'raw' }), 'data', 'pred'))));
    expect(repaired.way).toBe('rebuilt');
    const { inputs, outputs } = parseModel(repaired.bytes).graph;
    expect([inputs, outputs]).toMatchObject([[{ name: 'data', dims: ['batch', 3, 64, 96] }], [{ name: 'pred', dims: ['batch', 11, 126] }]]);
    expect(repaired.changes.filter((change) => !change.startsWith('written anew'))).toEqual([]);
  });

  it('keeps rows without Mod, and float16 weights to the bit', () => {
    const given = reexport(network, { ...sized, output: 'mod-free', half: true });
    const after = parseModel(repair(serializeModel(magic(given))).bytes);
    expect(after.graph.nodes.map(({ op }) => op)).not.toContain('Mod');
    expect(verifyNetwork(readYolov10(given), readYolov10(after), false)).toEqual([]);
    expect(after.graph.initializers.get('model.0.conv.weight')!.dataType).toBe('float16');
  });

  it('says in what it differs', () => {
    const given = declare(magic({ ...reexport(network, { ...sized, opset: 20 }), opset: 21 }), 'inputs', [1, 3, 64, 96]);
    const { changes } = repair(serializeModel(given), { output: 'raw', half: true });
    expect(changes.filter((change) => !change.startsWith('written anew'))).toEqual([
      'input "images" float [1,3,64,96] → "images" float [batch,3,64,96]',
      'output "output0" float [batch,126,6] → "output0" float [batch,11,126]',
      'operator set 21 → 20',
      'weights in float16',
    ]);
  });

  it('does not take a name that something else has', () => {
    const taken = '/model.0/conv/Conv_output_0';
    const given = withEnds(reexport(network, sized), taken, 'rows');
    const other = (name: string): string => (name === taken ? 'first' : name);
    const nodes = given.graph.nodes.map((node, index) => ({ ...node, inputs: index === 0 ? node.inputs : node.inputs.map(other), outputs: node.outputs.map(other) }));
    const repaired = repair(serializeModel(withGraph(given, { nodes, values: [] })), { forceRebuild: true });
    expect(parseModel(repaired.bytes).graph.inputs[0]!.name).toBe('images');
    expect(repaired.changes).toContain(`input "${taken}" float [batch,3,64,96] → "images" float [batch,3,64,96]`);
  });

  it('is refused where the file does not tell what it returns', () => {
    const named = declare(reexport(network, sized), 'outputs', ['batch', 'rows', 'columns']);
    const nodes = named.graph.nodes.map((node) => (node.outputs[0] === 'output0' ? { ...node, op: 'Magic', domain: 'com.example' } : node));
    const given = withGraph(named, { nodes });
    const complaint = complaintOf(() => repair(serializeModel(given)));
    expect([complaint.code, complaint.remedy]).toEqual(['unsupported', expect.stringMatching(/No file was written.*--output/)]);
    expect(repair(serializeModel(given), { output: 'detections' }).way).toBe('rebuilt');
  });

  it('is refused in float16 where a weight does not fit, which is named', () => {
    const { message } = complaintOf(() => repair(serializeModel(withFloat(reexport(network, sized), 'model.0.conv.bias', 1e6)), { half: true }));
    expect(message).toMatch(/"model\.0\.conv\.bias", for float16, found 1\.00e\+6/);
  });

  it('holds float16 weights as near as float16 is', () => {
    const after = readYolov10(parseModel(repair(serializeModel(reexport(network, sized)), { half: true }).bytes));
    expect(verifyNetwork({ ...after, weights: network.weights }, after, true)).toEqual([]);
    const off = new Map([...after.weights].map(([path, { weight, bias }]) => [path, { bias, weight: weight.map((value) => value * 1.001) }]));
    expect(verifyNetwork({ ...after, weights: network.weights }, { ...after, weights: off }, true).length).toBeGreaterThan(0);
  });
});
