import { format, formatShape, isKnown, valueOf } from '../../../core/dim.ts';
import type { OnnxNode } from '../../../onnx/graph.ts';
import { label } from '../../shapes/infer.ts';
import { operandsOf } from '../../shapes/operands.ts';
import type { Pin, Shape } from '../../shapes/rule.ts';
import { type Finding, type FindingCode, repairCommand } from '../finding.ts';
import { dimsOf, isBatchDynamic, type Patient, variesWithBatch } from '../patient.ts';
import { openTarget } from './open-target.ts';
import { shufflesPictures, takesPictures } from './slices.ts';

/** A batch size written into the graph where the input says it varies. */
export function checkBatch(patient: Patient): Finding[] {
  if (!isBatchDynamic(patient)) return [];
  const reshapes = patient.model.graph.nodes.flatMap((node) => checkReshape(patient, node) ?? []);
  // A size baked into a Reshape shows again at the nodes after it; what is left has its cause elsewhere.
  const pins = patient.full.pins.filter((pin) => isBatchPin(patient, pin));
  const others = pins.flatMap((pin) => checkPin(patient, pin) ?? []);
  return firstOfEach([...reshapes, ...(reshapes.length > 0 ? others.filter(({ code }) => code !== 'batch-mixed') : others)]);
}

function checkReshape(patient: Patient, node: OnnxNode): Finding | undefined {
  if (node.op !== 'Reshape' || shufflesPictures(patient, node)) return undefined;
  const input = dimsOf(patient.full, node.inputs[0]);
  const target = patient.full.values.get(node.inputs[1] ?? '')?.elements;
  const baked = target?.[0] && valueOf(target[0]);
  const takesBatch = input?.[0] && variesWithBatch(patient, input[0]);
  if (!input || !target || !takesBatch || baked === undefined || baked <= 0) return undefined;
  const rest = input.filter((_, axis) => axis > 0);
  return {
    code: 'batch-in-reshape',
    severity: 'error',
    node: label(node),
    is: `${formatShape(input)} to ${formatShape(target)}`,
    shouldBe: showTarget(openTarget(patient, node)),
    breaks: [
      { engine: 'ONNX Runtime', message: `Input shape:{1${rest.map((dim) => `,${format(dim)}`).join('')}}, requested shape:{${target.map(format).join(',')}}` },
      { engine: 'TensorRT', message: 'IShuffleLayer …: reshape would change volume' },
    ],
    remedy: repairCommand,
  };
}

function showTarget(target: readonly number[] | undefined): string {
  return target ? `a target that ${target[0] === 0 ? 'copies' : 'leaves open the'} batch: [${target}]` : 'a target whose first dimension varies with the batch';
}

function isBatchPin(patient: Patient, { left, right }: Pin): boolean {
  return isKnown(left) && isKnown(right) && [left, right].some((dim) => variesWithBatch(patient, dim));
}

const codes: Record<string, FindingCode> = { Expand: 'batch-in-expand', Tile: 'batch-in-tile', Constant: 'batch-in-constant' };

function checkPin(patient: Patient, { output, left, right }: Pin): Finding | undefined {
  const node = patient.makers.get(output)!;
  if ((node.op === 'Reshape' && checkReshape(patient, node)) || takesPictures(patient, node)) return undefined;
  const source = bakedSource(patient, node);
  const code = codes[source?.op ?? ''] ?? 'batch-mixed';
  return {
    code,
    severity: 'error',
    node: source?.name ?? label(node),
    is: `${format(right)} where ${format(left)} meets it at "${label(node)}"`,
    shouldBe: 'a leading dimension of 1, which stretches to every batch',
    breaks: [
      { engine: 'ONNX Runtime', message: 'Attempting to broadcast an axis by a dimension other than 1' },
      { engine: 'TensorRT', message: 'broadcast dimensions must be conformable' },
    ],
    remedy: repairCommand,
  };
}

/** Walks up from the operand with a fixed leading dimension to what fixed it. */
function bakedSource(patient: Patient, node: OnnxNode): { name: string; op: string } | undefined {
  if (node.op === 'Expand') return { name: label(node), op: 'Expand' };
  let name = operandsOf(node).find((input) => leading(dimsOf(patient.full, input)) > 1);
  for (let step = 0; step < 16 && name; step++) {
    const maker = patient.makers.get(name);
    if (!maker) return { name, op: 'Constant' };
    if (maker.op in codes) return { name: label(maker), op: maker.op };
    name = operandsOf(maker).find((input) => leading(dimsOf(patient.full, input)) > 1);
  }
  return undefined;
}

function leading(shape: Shape | undefined): number {
  return (shape?.[0] && valueOf(shape[0])) ?? 0;
}

function firstOfEach(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [`${finding.code} ${finding.node}`, finding])).values()];
}
