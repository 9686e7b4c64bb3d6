import { type Dim, equal, formatShape, isKnown, product, valueOf } from '../../../core/dim.ts';
import { intOf, intsOf } from '../../../onnx/attributes.ts';
import type { OnnxNode } from '../../../onnx/graph.ts';
import { label } from '../../shapes/infer.ts';
import { numbersOf, type Shape } from '../../shapes/rule.ts';
import { type Finding, repairCommand } from '../finding.ts';
import { dimsOf, isBatchDynamic, type Patient, readsPicture, variesWithBatch } from '../patient.ts';
import { countsPictures } from './counting.ts';

/** Operators that cut pieces out along an axis, or leave all of it. */
const CUTTING = ['Slice', 'Split'];
/** Operators that read or write where an index says: in each picture's part only where it counts the pictures. */
const BY_INDEX = ['Gather', 'GatherElements', 'GatherND', 'ScatterElements', 'ScatterND'];

/** Nodes that take some pictures out of the batch, or compute across them: what they give stretches to every slot again, and pictures mix. */
export function checkSlices(patient: Patient): Finding[] {
  const { nodes } = patient.model.graph;
  return [
    ...nodes.filter((node) => takesPictures(patient, node)).map((node) => sliceFinding(patient, node)),
    ...nodes.filter((node) => shufflesPictures(patient, node)).map((node) => shuffleFinding(patient, node)),
  ];
}

/** Whether a node works along a dimension that varies with the batch, and mixes what it finds there or leaves some out. */
export function takesPictures(patient: Patient, node: OnnxNode): boolean {
  const input = dimsOf(patient.full, node.inputs[0]);
  if (node.domain !== '' || !input) return false;
  const axes = axesAlong(patient, node, input.length).map((axis) => (axis < 0 ? axis + input.length : axis));
  const across = axes.filter((axis) => input[axis] && variesWithBatch(patient, input[axis]));
  if (BY_INDEX.includes(node.op)) return across.length > 0 && !countsPictures(patient, node.inputs[1]);
  if (!CUTTING.includes(node.op)) return across.length > 0;
  const output = dimsOf(patient.full, node.outputs[0]);
  return across.some((axis) => !output?.[axis] || !equal(output[axis], input[axis]!));
}

/** The axes along which a node puts together, picks or cuts. */
function axesAlong(patient: Patient, node: OnnxNode, rank: number): number[] {
  if (node.op.startsWith('Reduce')) return reducedAxes(patient, node, rank);
  switch (node.op) {
    case 'Split':
    case 'ArgMax':
    case 'ArgMin':
    case 'Gather':
    case 'GatherElements':
    case 'ScatterElements':
      return [intOf(node, 'axis', 0)];
    case 'GatherND':
    case 'ScatterND':
      return indexedAxes(patient, node, rank);
    case 'Slice':
      return axesOf(patient, node, 3) ?? (node.inputs[3] ? [] : allAxes(rank));
    case 'Squeeze':
      return namesNoAxes(patient, node) ? allAxes(rank) : (axesOf(patient, node, 1) ?? []);
    case 'Softmax':
    case 'LogSoftmax':
    case 'Hardmax':
      return patient.model.opset < 13 ? allAxes(rank).slice(intOf(node, 'axis', 1)) : [intOf(node, 'axis', -1)];
    case 'TopK':
    case 'LpNormalization':
      return [intOf(node, 'axis', -1)];
    case 'LayerNormalization':
      return allAxes(rank).slice(intOf(node, 'axis', -1));
    case 'MeanVarianceNormalization':
      return intsOf(node, 'axes') ?? [0, 2, 3];
    case 'CumSum':
      return sumsContent(patient, node) ? (numbersOf(patient.full.values.get(node.inputs[1] ?? '')) ?? []) : [];
    default:
      return [];
  }
}

function allAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Whether a running sum is one of what the inputs hold: one of ones numbers the pictures. */
function sumsContent({ model, makers }: Patient, { inputs }: OnnxNode): boolean {
  return model.graph.inputs.some((picture) => readsPicture({ picture, makers }, inputs[0]!));
}

/** The axes that an index of several numbers goes into. */
function indexedAxes({ full }: Patient, node: OnnxNode, rank: number): number[] {
  const first = intOf(node, 'batch_dims', 0);
  const depth = dimsOf(full, node.inputs[1])?.at(-1);
  return allAxes(rank).slice(first, first + ((depth && valueOf(depth)) ?? rank));
}

/** The axes that a reduction takes away: without any named, all, unless it is told to do nothing then. */
function reducedAxes(patient: Patient, node: OnnxNode, rank: number): number[] {
  const axes = axesOf(patient, node, 1) ?? (node.inputs[1] ? undefined : []);
  if (axes?.length === 0 && intOf(node, 'noop_with_empty_axes', 0) === 0) return allAxes(rank);
  return axes ?? [];
}

function axesOf({ full }: Patient, node: OnnxNode, position: number): number[] | undefined {
  return intsOf(node, 'axes') ?? numbersOf(full.values.get(node.inputs[position] ?? ''));
}

/** Whether a Squeeze drops every dimension of 1, the batch too where it is that: engines take an empty list of axes for none. */
export function namesNoAxes(patient: Patient, node: OnnxNode): boolean {
  const axes = axesOf(patient, node, 1);
  return node.op === 'Squeeze' && (axes ? axes.length === 0 : !node.inputs[1]);
}

/**
 * Whether a Reshape names as the batch what does not lie in memory picture by picture: the batch was turned inwards or
 * stacked before, or is named behind other dimensions. Merged, as with the heads of an attention, it may come apart again
 * as it was.
 */
export function shufflesPictures(patient: Patient, node: OnnxNode): boolean {
  if (node.op !== 'Reshape' || node.domain !== '' || !isBatchDynamic(patient)) return false;
  const [from, to] = [node.inputs[0], node.outputs[0]].map((name) => dimsOf(patient.full, name));
  const place = to?.findIndex((dim) => equal(dim, patient.dims[0]!)) ?? -1;
  const leading = from?.find((dim) => valueOf(dim) !== 1);
  if (!leading || place < 0 || !from!.some((dim) => variesWithBatch(patient, dim))) return false;
  return place === 0 ? wasTurned(patient, node.inputs[0]!, leading) : equal(leading, patient.dims[0]!) && isBehind(to!, place);
}

/** Whether what comes first in memory is no batch, or several. */
function wasTurned(patient: Patient, name: string, leading: Dim): boolean {
  return isKnown(leading) && (!variesWithBatch(patient, leading) || isStack(patient, name));
}

/** Whether dimensions other than 1 stand before a place. */
function isBehind(dims: Shape, place: number): boolean {
  const before = product(dims.slice(0, place));
  return isKnown(before) && valueOf(before) !== 1;
}

/** Whether a value is several batches one after the other. */
function isStack(patient: Patient, name: string): boolean {
  const maker = patient.makers.get(name);
  const dims = dimsOf(patient.full, maker?.inputs[0]);
  if (maker?.op !== 'Concat' || !dims?.[0] || maker.inputs.length < 2) return false;
  return [0, -dims.length].includes(intOf(maker, 'axis', 0)) && variesWithBatch(patient, dims[0]);
}

function shuffleFinding(patient: Patient, node: OnnxNode): Finding {
  const finding = sliceFinding(patient, node);
  return { ...finding, shouldBe: 'a value that lies in memory picture by picture, its first dimension the batch' };
}

function sliceFinding(patient: Patient, node: OnnxNode): Finding {
  const [from, to] = [node.inputs[0], node.outputs[0]].map((name) => dimsOf(patient.full, name));
  return {
    code: 'batch-sliced',
    severity: 'error',
    node: label(node),
    is: `${node.op} ${formatShape(from!)} to ${to ? formatShape(to) : 'unknown rank'}`,
    shouldBe: BY_INDEX.includes(node.op) ? 'an index that counts the pictures, or another axis than the batch' : 'every picture of the batch: other axes than it',
    breaks: [namesNoAxes(patient, node) ? { engine: 'every engine at a batch of 1', message: 'a dimension is missing' } : { engine: 'every engine at a batch above 1', message: 'none; pictures mix' }],
    remedy: repairCommand,
  };
}
