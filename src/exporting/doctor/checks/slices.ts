import { equal, formatShape } from '../../../core/dim.ts';
import type { OnnxNode } from '../../../onnx/graph.ts';
import { label } from '../../shapes/infer.ts';
import { intOf, intsOf, numbersOf } from '../../shapes/rule.ts';
import { type Finding, repairCommand } from '../finding.ts';
import { dimsOf, type Patient, variesWithBatch } from '../patient.ts';

/** Operators that keep the batch's length but compute across it where their axis is the first. */
const ACROSS = ['Softmax', 'LogSoftmax'];

/** Nodes that take some pictures out of the batch, or compute across them: what they give stretches to every slot again, and pictures mix. */
export function checkSlices(patient: Patient): Finding[] {
  return patient.model.graph.nodes.filter((node) => takesPictures(patient, node)).map((node) => sliceFinding(patient, node));
}

/** Whether a node works along a leading dimension that varies with the batch, and mixes what it finds there or gives another. */
export function takesPictures(patient: Patient, node: OnnxNode): boolean {
  const input = dimsOf(patient.full, node.inputs[0]);
  if (node.domain !== '' || !input?.[0] || !variesWithBatch(patient, input[0]) || !isAlongBatch(patient, node, input.length)) return false;
  const leading = dimsOf(patient.full, node.outputs[0])?.[0];
  return node.op === 'Squeeze' || ACROSS.includes(node.op) || !leading || !equal(leading, input[0]);
}

function isAlongBatch(patient: Patient, node: OnnxNode, rank: number): boolean {
  const isFirst = (axis: number): boolean => axis === 0 || axis === -rank;
  if (node.op.startsWith('Reduce')) return reducedAxes(patient, node, rank).some(isFirst);
  switch (node.op) {
    case 'Split':
    case 'ArgMax':
    case 'ArgMin':
      return isFirst(intOf(node, 'axis', 0));
    case 'Gather': {
      const indices = dimsOf(patient.full, node.inputs[1]);
      return isFirst(intOf(node, 'axis', 0)) && indices?.some((dim) => variesWithBatch(patient, dim)) === false;
    }
    case 'Slice':
      return (axesOf(patient, node, 3) ?? (node.inputs[3] ? [] : [0])).some(isFirst);
    case 'Squeeze':
      return axesOf(patient, node, 1)?.some(isFirst) === true;
    case 'Softmax':
    case 'LogSoftmax':
      return isFirst(intOf(node, 'axis', patient.model.opset < 13 ? 1 : -1));
    case 'TopK':
      return isFirst(intOf(node, 'axis', -1));
    default:
      return false;
  }
}

/** The axes that a reduction takes away: without any named, all, unless it is told to do nothing then. */
function reducedAxes(patient: Patient, node: OnnxNode, rank: number): number[] {
  const axes = axesOf(patient, node, 1) ?? (node.inputs[1] ? undefined : []);
  if (axes?.length === 0 && intOf(node, 'noop_with_empty_axes', 0) === 0) return Array.from({ length: rank }, (_, axis) => axis);
  return axes ?? [];
}

function axesOf({ full }: Patient, node: OnnxNode, position: number): number[] | undefined {
  return intsOf(node, 'axes') ?? numbersOf(full.values.get(node.inputs[position] ?? ''));
}

function sliceFinding(patient: Patient, node: OnnxNode): Finding {
  const [from, to] = [node.inputs[0], node.outputs[0]].map((name) => dimsOf(patient.full, name));
  return {
    code: 'batch-sliced',
    severity: 'error',
    node: label(node),
    is: `${node.op} ${formatShape(from!)} to ${to ? formatShape(to) : 'unknown rank'}`,
    shouldBe: 'every picture of the batch: other axes than the first',
    breaks: [{ engine: 'every engine at a batch above 1', message: 'none; pictures mix' }],
    remedy: repairCommand,
  };
}
