import type { OnnxAttribute, OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { find, insertBefore, makeNode, redirect, withInts, withTensor } from './graph-edits.ts';

/**
 * A sound export whose boxes are picked as `boxes[i, row]` with `i = arange(batch)[:, None]`, the way heads of Ultralytics 8.3
 * end: out of the boxes of all pictures, flattened, by `row + rows * i`. A static export folds `i`, and what is
 * written down counts one picture.
 */
export function indexedRows(sound: OnnxModel, pictures: 'written' | 'counted'): OnnxModel {
  const head = '/model.23';
  const pick = find(sound, `${head}/GatherElements_2`);
  const row = `${head}/Div_output_0`;
  const [, rows] = sound.graph.values.find(({ name }) => name === pick.inputs[0])!.dims!;
  const nodes = [
    makeNode(`${head}/Flatten_all`, 'Flatten', [pick.inputs[0]!], ['all boxes'], { axis: int(2) }),
    ...(pictures === 'counted' ? counted(sound, row) : []),
    makeNode(`${head}/Mul_picture`, 'Mul', ['pictures', 'rows'], ['first rows']),
    makeNode(`${head}/Add_picture`, 'Add', [row, 'first rows'], ['rows of all']),
    makeNode(`${head}/Gather`, 'Gather', ['all boxes', 'rows of all'], ['picked'], { axis: int(0) }),
  ];
  const reader = sound.graph.nodes.find(({ inputs }) => inputs.includes(pick.outputs[0]!))!;
  const model = nodes.reduce((edited, node) => insertBefore(edited, reader.name, node), sound);
  const rewired = redirect(model, reader.name, reader.inputs.indexOf(pick.outputs[0]!), 'picked');
  const numbered = withInts(withNumber(withNumber(withNumber(rewired, 'nought', 0), 'unit', 1), 'rows', rows as number), 'last', [1]);
  return pictures === 'counted' ? numbered : withTensor(numbered, { name: 'pictures', dataType: 'int64', dims: [1, 1], bytes: new Uint8Array(8) });
}

/** `arange(batch)[:, None]`. */
function counted({ opset }: OnnxModel, row: string): OnnxNode[] {
  const column = opset < 13 ? makeNode('column', 'Unsqueeze', ['numbers'], ['pictures'], { axes: { kind: 'ints', value: [1] } }) : makeNode('column', 'Unsqueeze', ['numbers', 'last'], ['pictures']);
  return [
    makeNode('row shape', 'Shape', [row], ['row dims']),
    makeNode('count', 'Gather', ['row dims', 'nought'], ['count'], { axis: int(0) }),
    makeNode('numbers', 'Range', ['nought', 'count', 'unit'], ['numbers']),
    column,
  ];
}

function int(value: number): OnnxAttribute {
  return { kind: 'int', value };
}

function withNumber(model: OnnxModel, name: string, value: number): OnnxModel {
  return withTensor(model, { name, dataType: 'int64', dims: [], bytes: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer) });
}
