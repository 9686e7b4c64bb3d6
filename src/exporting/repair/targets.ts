import { constant, type Dim, equal, formatShape, valueOf } from '../../core/dim.ts';
import { intOf } from '../../onnx/attributes.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import { namesNoAxes } from '../doctor/checks/slices.ts';
import { dimsOf, isWritten, type Patient } from '../doctor/patient.ts';
import { label } from '../shapes/infer.ts';
import { numbersOf, type Shape } from '../shapes/rule.ts';
import type { Repairing } from './repairing.ts';

/** What was written at a node, named by its first output. */
export interface Written {
  output: string;
  change: string;
}

/** Writes computed shapes down as constants where the graph allows; returns what it wrote. */
export function writeTargets(repairing: Repairing): Written[] {
  return repairing.patient.model.graph.nodes.flatMap((node) => writeNode(repairing, node).map((change) => ({ output: node.outputs[0]!, change })));
}

function writeNode(repairing: Repairing, node: OnnxNode): string[] {
  if (node.op === 'Reshape') return writeReshape(repairing, node);
  if (node.op === 'Expand') return writeExpand(repairing, node);
  if (node.op === 'Squeeze') return [...writeInputs(repairing, node), ...writeAxes(repairing, node)];
  if (node.op === 'Tile') return [...writeInputs(repairing, node), ...tileToExpand(repairing, node)];
  return writeInputs(repairing, node);
}

function writeReshape({ file, patient, constants }: Repairing, node: OnnxNode): string[] {
  const [from, to] = [dimsOf(patient.full, node.inputs[0]), dimsOf(patient.full, node.outputs[0])];
  if (!from || !to || isPlain(patient, node)) return [];
  const target = reshapeTarget(from, to, intOf(node, 'allowzero', 0) === 1);
  const name = target && constants.put('int64', [target.length], target);
  if (!name || name === node.inputs[1]) return [];
  file.connect(node.outputs[0]!, 1, name);
  return [`${label(node)}: writes ${formatShape(to)} as [${target}]`];
}

/** Whether the target is written in the file and ONNX's inference follows it. */
function isPlain(patient: Patient, node: OnnxNode): boolean {
  const [known, theirs] = [dimsOf(patient.full, node.outputs[0]), dimsOf(patient.onnx, node.outputs[0])];
  const followed = known && theirs && known.every((dim, axis) => equal(dim, theirs[axis]!));
  return followed === true && isWritten(patient, node.inputs[1]);
}

/** Numbers as they are, dimensions that stay in place as 0, and at most one other as -1. */
function reshapeTarget(from: Shape, to: Shape, zeroMeansZero: boolean): number[] | undefined {
  const target = to.map((dim, axis) => valueOf(dim) ?? (!zeroMeansZero && from[axis] && equal(from[axis], dim) ? 0 : -1));
  return target.filter((dim) => dim === -1).length <= 1 ? target : undefined;
}

/** An Expand needs no dimension that its input already has. */
function writeExpand({ file, patient, constants }: Repairing, node: OnnxNode): string[] {
  const from = dimsOf(patient.full, node.inputs[0]);
  const wanted = patient.full.values.get(node.inputs[1] ?? '')?.elements;
  if (!from || !wanted || isWritten(patient, node.inputs[1])) return [];
  const skip = from.length - wanted.length;
  const target = wanted.map((dim, axis) => valueOf(dim) ?? (equal(from[axis + skip] ?? constant(1), dim) ? 1 : -1));
  const name = target.includes(-1) ? undefined : constants.put('int64', [target.length], target);
  if (!name) return [];
  file.connect(node.outputs[0]!, 1, name);
  return [`${label(node)}: expands to [${target}]`];
}

/** A Squeeze without axes drops a dimension that varies where it happens to be 1: it is told which ones are always 1. */
function writeAxes({ file, patient, constants }: Repairing, node: OnnxNode): string[] {
  const from = dimsOf(patient.full, node.inputs[0]);
  if (!from || !namesNoAxes(patient, node) || from.every((dim) => valueOf(dim) !== undefined)) return [];
  const axes = from.flatMap((dim, axis) => (valueOf(dim) === 1 ? [axis] : []));
  if (axes.length === 0) {
    file.replaceNode(node.outputs[0]!, { ...node, op: 'Identity', inputs: [node.inputs[0]!], attributes: new Map() });
    return [`${label(node)}: squeezes nothing, made an Identity`];
  }
  const change = [`${label(node)}: squeezes axes [${axes}]`];
  if (patient.model.opset < 13) {
    file.replaceNode(node.outputs[0]!, { ...node, attributes: new Map(node.attributes).set('axes', { kind: 'ints', value: axes }) });
    return change;
  }
  const name = constants.put('int64', [axes.length], axes);
  if (!name) return [];
  file.connect(node.outputs[0]!, 1, name);
  return change;
}

/** ONNX's inference loses named dimensions in a Tile but not in an Expand; on dimensions of 1 they do the same. */
function tileToExpand({ file, patient, constants }: Repairing, node: OnnxNode): string[] {
  const from = dimsOf(patient.full, node.inputs[0]);
  const repeats = numbersOf(patient.full.values.get(node.inputs[1] ?? ''));
  const stretches = repeats && from?.every((dim: Dim, axis) => repeats[axis] === 1 || valueOf(dim) === 1);
  const name = stretches && constants.put('int64', [repeats.length], repeats);
  if (!name) return [];
  file.replaceNode(node.outputs[0]!, { ...node, op: 'Expand', inputs: [node.inputs[0]!, name] });
  return [`${label(node)}: Tile [${repeats}] → Expand`];
}

/** Replaces inputs that are worked out but always the same by what they come to. */
function writeInputs({ file, patient, constants }: Repairing, node: OnnxNode): string[] {
  return node.inputs.flatMap((input, position) => {
    const value = patient.full.values.get(input);
    const numbers = numbersOf(value);
    const type = patient.full.types.get(input);
    const name = numbers && type && !isWritten(patient, input) ? constants.put(type, value!.dims, numbers) : undefined;
    if (!name) return [];
    file.connect(node.outputs[0]!, position, name);
    return [`${label(node)}: writes "${input}" as [${shorten(numbers!)}]`];
  });
}

function shorten(numbers: readonly number[]): string {
  return numbers.length > 8 ? `${numbers.slice(0, 3)},…,${numbers.at(-1)}` : String(numbers);
}
