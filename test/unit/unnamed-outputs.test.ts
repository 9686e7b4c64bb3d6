import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import { makersOf, type OnnxModel, type OnnxNode } from '../../src/onnx/graph.ts';
import { ModelFile } from '../../src/onnx/model-file.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { complaintOf } from '../cases/complaint.ts';
import { makeNode, withGraph } from '../cases/graph-edits.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';

const sound = reexport(seededNetwork(tinyConfig()), { height: 64, width: 64 });
const withNodes = (...nodes: OnnxNode[]): OnnxModel => withGraph(sound, { nodes: [...sound.graph.nodes, ...nodes] });

describe('outputs that are left out', () => {
  const [first, second] = ['first', 'second'].map((name) => makeNode(name, 'LSTM', ['images', 'w', 'r'], ['', `${name} state`])) as [OnnxNode, OnnxNode];

  it('have no maker', () => {
    expect([...makersOf([first, second])]).toEqual([['first state', first], ['second state', second]]);
  });

  it('leave each node the name by which it is edited', () => {
    const file = ModelFile.open(serializeModel(withNodes(first, second)));
    file.connect('first state', 1, 'other');
    file.replaceNode('second state', makeNode('third', 'GRU', ['images'], ['', 'second state']));
    expect(file.read().graph.nodes.slice(-2)).toMatchObject([{ name: 'first', inputs: ['images', 'other', 'r'] }, { name: 'third', op: 'GRU' }]);
  });

  it('are no name to edit a node by', () => {
    const file = ModelFile.open(serializeModel(withNodes(first, second)));
    expect(complaintOf(() => file.connect('', 1, 'other'))).toMatchObject({ code: 'unsupported', expected: expect.stringMatching(/first output/) as string });
    expect(file.read().graph.nodes.slice(-2)).toEqual([first, second]);
  });

  it.each([['Add', ['']], ['Split', ['', 'part']], ['Relu', []]])('are refused of %s as first, as engines refuse them: %j', (op, outputs) => {
    const bytes = serializeModel(withNodes(makeNode('bad', op, ['images', 'images'], outputs)));
    expect(complaintOf(() => parseModel(bytes))).toMatchObject({ code: 'not-onnx', expected: expect.stringMatching(`a name for what each ${op} makes`) as string, found: 'none at "bad"' });
  });

  it.each([makeNode('', 'Dropout', ['images'], ['kept', '']), makeNode('', 'Odd', ['images'], ['', 'seen'], {}, 'com.example'), makeNode('', 'If', ['images'], []), makeNode('', 'Relu', [], [])])('are read of others: $op', (node) => {
    expect(() => diagnose(parseModel(serializeModel(withNodes(node))))).not.toThrow();
  });
});
