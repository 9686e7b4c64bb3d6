import { constant, type Dim, divideExactly, valueOf } from '../../core/dim.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import { dimsOf, type Patient, variesWithBatch } from '../doctor/patient.ts';
import { label } from '../shapes/infer.ts';
import type { Repairing } from './repairing.ts';

/**
 * Gives Resizes that are told the size of their output, the batch with it, the scales instead, which no batch is part of.
 * Only whole multiples are exact in both. Returns what it changed.
 */
export function writeScales({ file, patient, constants }: Repairing): string[] {
  return patient.model.graph.nodes.flatMap((node) => {
    const scales = hasSizes(node) ? scalesOf(patient, node) : undefined;
    const name = scales && constants.put('float', [scales.length], scales);
    if (!name) return [];
    file.replaceNode(node.outputs[0]!, { ...node, inputs: [node.inputs[0]!, node.inputs[1]!, name] });
    return [`${label(node)}: sizes → scales [${scales}]`];
  });
}

/** Later operator sets can tie sizes to some axes, or to the aspect ratio, which scales cannot. */
function hasSizes({ op, inputs, attributes }: OnnxNode): boolean {
  return op === 'Resize' && inputs.length === 4 && inputs[3] !== '' && !attributes.has('axes') && !attributes.has('keep_aspect_ratio_policy');
}

function scalesOf(patient: Patient, node: OnnxNode): number[] | undefined {
  const from = dimsOf(patient.full, node.inputs[0]);
  const sizes = patient.full.values.get(node.inputs[3]!)?.elements;
  if (!from || sizes?.length !== from.length) return undefined;
  const scales = from.map((dim, axis) => (axis === 0 && variesWithBatch(patient, dim) ? 1 : ratio(sizes[axis]!, dim)));
  return scales.every((scale) => scale !== undefined) ? scales : undefined;
}

function ratio(to: Dim, from: Dim): number | undefined {
  const quotient = valueOf(from) === 0 ? constant(0) : divideExactly(to, from);
  const value = quotient && valueOf(quotient);
  return value && value > 0 ? value : undefined;
}
