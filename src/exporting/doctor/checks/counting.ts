import { type Dim, isKnown } from '../../../core/dim.ts';
import type { OnnxNode } from '../../../onnx/graph.ts';
import { operandsOf } from '../../shapes/operands.ts';
import { orderNodes } from '../../shapes/order.ts';
import { ruleOf } from '../../shapes/registry.ts';
import { numbersOf } from '../../shapes/rule.ts';
import { dimsOf, type Patient, variesWithBatch } from '../patient.ts';

const known = new WeakMap<Patient, ReadonlySet<string>>();

/**
 * Whether the numbers of the pictures flow into a value, as they must into an index that picks out of all pictures. What is
 * not followed is taken to count them.
 */
export function countsPictures(patient: Patient, name: string | undefined): boolean {
  if (!known.has(patient)) known.set(patient, counters(patient));
  return known.get(patient)!.has(name ?? '');
}

function counters(patient: Patient): Set<string> {
  const found = new Set<string>();
  for (const node of orderNodes(patient.model.graph.nodes).sorted) {
    const carries = isSource(patient, node) || contentOf(node).some((name) => found.has(name));
    if (carries) for (const name of node.outputs.slice(0, node.op === 'TopK' ? 1 : undefined)) found.add(name);
  }
  return found;
}

/** Whether a node numbers things along a dimension that varies with the batch. */
function isSource(patient: Patient, node: OnnxNode): boolean {
  const { full } = patient;
  const dims = dimsOf(full, node.inputs[0]);
  switch (node.op) {
    case 'Range':
      return mayCount(patient, dimsOf(full, node.outputs[0])?.[0]);
    case 'NonZero':
      return !dims || dims.some((dim) => mayCount(patient, dim));
    case 'NonMaxSuppression':
      return mayCount(patient, dims?.[0]);
    case 'CumSum':
      return mayCount(patient, dims?.at(numbersOf(full.values.get(node.inputs[1] ?? ''))?.[0] ?? dims.length));
    default:
      return !ruleOf(node);
  }
}

function mayCount(patient: Patient, dim: Dim | undefined): boolean {
  return !dim || !isKnown(dim) || variesWithBatch(patient, dim);
}

/** The inputs whose numbers come out of a node again; places found along an axis are new ones. */
function contentOf(node: OnnxNode): readonly string[] {
  const { op, inputs } = node;
  if (op === 'Shape' || op === 'Size' || op === 'ArgMax' || op === 'ArgMin') return [];
  if (op === 'Where') return inputs.slice(1);
  if (op.startsWith('Scatter')) return inputs.filter((_, position) => position !== 1);
  return op.startsWith('Gather') ? inputs.slice(0, 1) : operandsOf(node);
}
