import { valueOf } from '../../core/dim.ts';
import type { OnnxNode, OnnxTensor } from '../../onnx/graph.ts';
import { openTarget } from '../doctor/checks/open-target.ts';
import { dimsOf, isBatchDynamic, type Patient } from '../doctor/patient.ts';
import { label } from '../shapes/infer.ts';
import { operandsOf } from '../shapes/operands.ts';
import { constantTensor } from '../shapes/ops/constants.ts';
import { numbersOf } from '../shapes/rule.ts';
import type { Repairing } from './repairing.ts';

/**
 * Frees what has a batch size written into it; returns what it freed. Later nodes may come to light only after it.
 * @param given the batch that the file was made for, where it declared one
 */
export function unbake(repairing: Repairing, given?: number): string[] {
  const { patient } = repairing;
  if (!isBatchDynamic(patient)) return [];
  const reshaped = patient.model.graph.nodes.flatMap((node) => freeReshape(repairing, node, given) ?? []);
  const pinned = patient.full.pins.flatMap(({ output }) => freeOperands(repairing, patient.makers.get(output)!));
  return [...new Set([...reshaped, ...pinned])];
}

/** Makes a Reshape copy the batch, or leave it open, instead of asking for a fixed one. */
function freeReshape({ file, patient, constants }: Repairing, node: OnnxNode, given: number | undefined): string | undefined {
  const target = openTarget(patient, node, given);
  const name = target && constants.put('int64', [target.length], target);
  if (!name) return undefined;
  file.connect(node.outputs[0]!, 1, name);
  return `${label(node)}: target [${numbersOf(patient.full.values.get(node.inputs[1]!))!}] → [${target}]`;
}

/** Gives the operands of a node that mixes a fixed batch with the input's a leading 1, where that loses nothing. */
function freeOperands(repairing: Repairing, node: OnnxNode): string | string[] {
  if (node.op === 'Expand') return freeShapeInput(repairing, node) ?? [];
  return operandsOf(node).flatMap((name, position) => (isFixed(repairing.patient, name) ? (freeSource(repairing, node, position) ?? []) : []));
}

/** Walks up from an operand to the node or constant that fixed its leading dimension. */
function freeSource(repairing: Repairing, reader: OnnxNode, position: number): string | undefined {
  let node = reader;
  let place = position;
  for (let step = 0; step < 16; step++) {
    const name = node.inputs[place]!;
    const maker = repairing.patient.makers.get(name);
    if (!maker || maker.op === 'Constant') return freeConstant(repairing, node, place);
    if (maker.op === 'Expand' || maker.op === 'Tile') return freeShapeInput(repairing, maker);
    node = maker;
    place = operandsOf(maker).findIndex((input) => isFixed(repairing.patient, input));
    if (place < 0) return undefined;
  }
  return undefined;
}

function isFixed({ full }: Patient, name: string): boolean {
  const leading = dimsOf(full, name)?.[0];
  return leading !== undefined && (valueOf(leading) ?? 0) > 1;
}

/** Sets the leading element of an Expand's shape or a Tile's repeats to 1. */
function freeShapeInput({ file, patient, constants }: Repairing, node: OnnxNode): string | undefined {
  const numbers = numbersOf(patient.full.values.get(node.inputs[1] ?? ''));
  const name = numbers && numbers[0]! > 1 ? constants.put('int64', [numbers.length], [1, ...numbers.slice(1)]) : undefined;
  if (!name) return undefined;
  file.connect(node.outputs[0]!, 1, name);
  return `${label(node)}: ${node.op} [${numbers}] → [1,${numbers!.slice(1)}]`;
}

/** Cuts a constant that repeats itself along the batch to one copy. */
function freeConstant({ file, patient, constants }: Repairing, reader: OnnxNode, position: number): string | undefined {
  const name = reader.inputs[position]!;
  const maker = patient.makers.get(name);
  const tensor = patient.model.graph.initializers.get(name) ?? (maker && constantTensor(maker));
  const once = tensor && firstCopy(tensor);
  if (!once) return undefined;
  file.connect(reader.outputs[0]!, position, constants.add({ ...once, name }));
  return `${name}: [${tensor.dims}] → [${once.dims}], all copies being equal`;
}

function firstCopy(tensor: OnnxTensor): OnnxTensor | undefined {
  const [copies, ...dims] = tensor.dims;
  const length = tensor.bytes.length / copies!;
  const same = tensor.bytes.every((byte, index) => byte === tensor.bytes[index % length]);
  return same ? { ...tensor, dims: [1, ...dims], bytes: tensor.bytes.subarray(0, length) } : undefined;
}

