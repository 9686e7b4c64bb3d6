import { type Dim, format, formatShape, isKnown, valueOf } from '../../../core/dim.ts';
import type { DeclaredDim, OnnxValue } from '../../../onnx/graph.ts';
import { isFixed, nameOf } from '../../shapes/declared.ts';
import { exportAgain, type Finding, repairCommand } from '../finding.ts';
import { dimsOf, isBatchDynamic, type Patient, readsPicture, variesWithBatch } from '../patient.ts';

/** What the file declares about its inputs, outputs and intermediate values, against what follows from the graph. */
export function checkDeclared(patient: Patient): Finding[] {
  const { outputs, values } = patient.model.graph;
  return [
    ...checkInput(patient),
    ...outputs.flatMap((output) => [...checkOutputBatch(patient, output), ...checkOutputNames(patient, output)]),
    ...checkAnnotations(patient, values),
  ];
}

function checkInput(patient: Patient): Finding[] {
  const { picture, model } = patient;
  if (!picture?.dims || isBatchDynamic(patient)) return [];
  const promised = model.graph.outputs.some((output) => promisesBatch(patient, output));
  const is = `[${picture.dims}]`;
  const shouldBe = `[batch,${picture.dims.slice(1)}]`;
  if (!promised) {
    const breaks = [{ engine: 'any engine at another batch', message: 'Got invalid dimensions for input' }];
    const remedy = `If batches are wanted: ${repairCommand}`;
    return [{ code: 'batch-static', severity: 'note', node: picture.name, is, shouldBe, breaks, remedy }];
  }
  const message = 'network definition (got min=1, opt=15, max=15), expected min=opt=max=1';
  const breaks = [{ engine: 'TensorRT', message }];
  return [{ code: 'input-batch-lost', severity: 'error', node: picture.name, is, shouldBe, breaks, remedy: repairCommand }];
}

/** Whether an output names its first dimension and has the input's fixed batch there; what a detector found is as long as it is. */
function promisesBatch({ picture, full }: Patient, { name, dims }: OnnxValue): boolean {
  const inferred = dimsOf(full, name)?.[0];
  return typeof dims?.[0] === 'string' && inferred !== undefined && valueOf(inferred) === picture?.dims?.[0];
}

function checkOutputBatch(patient: Patient, { name, dims }: OnnxValue): Finding[] {
  const inferred = dimsOf(patient.full, name);
  if (!isBatchDynamic(patient) || !dims || !inferred?.[0]) return [];
  const declaredFixed = isFixed(dims[0]) && variesWithBatch(patient, inferred[0]);
  const reallyFixed = valueOf(inferred[0]) !== undefined && readsPicture(patient, name);
  if (!declaredFixed && !reallyFixed) return [];
  return [{
    code: 'output-batch-lost',
    severity: 'error',
    node: name,
    is: `declared [${dims.map(showDeclared)}], inferred ${formatShape(inferred)}`,
    shouldBe: `[batch,${inferred.slice(1).map(format)}]`,
    breaks: [{ engine: 'every engine', message: 'one picture comes back, or the output shape is refused' }],
    remedy: repairCommand,
  }];
}

function checkOutputNames(patient: Patient, { name, dims }: OnnxValue): Finding[] {
  const inferred = dimsOf(patient.full, name);
  if (!dims || !inferred || dims.length !== inferred.length) return [];
  const wrong = dims.some((dim, axis) => isMisnamed(dim, inferred[axis]!));
  if (!wrong) return [];
  return [{
    code: 'output-dims-misnamed',
    severity: 'warning',
    node: name,
    is: `[${dims.map(showDeclared)}]`,
    shouldBe: formatShape(inferred),
    breaks: [{ engine: 'clients that allocate from the declared shape', message: '' }],
    remedy: repairCommand,
  }];
}

/** A name where the dimension is a number, or another known name's expression; numbers are checked elsewhere. */
function isMisnamed(declared: DeclaredDim, inferred: Dim): boolean {
  if (!isKnown(inferred)) return false;
  const size = valueOf(inferred);
  const name = nameOf(declared);
  return size === undefined ? name !== undefined && nameTaken(name, inferred) : typeof declared !== 'number';
}

/** `anchors` for six columns is wrong; `anchors` for an expression that has no short name is fair. */
function nameTaken(declared: string, inferred: Dim): boolean {
  const text = format(inferred);
  return /^\w+$/.test(text) && declared !== text;
}

function showDeclared(dim: DeclaredDim): string {
  return dim === null ? '?' : String(dim);
}

function checkAnnotations(patient: Patient, values: readonly OnnxValue[]): Finding[] {
  const wrong = values.filter(({ name, dims }) => contradicts(dims, dimsOf(patient.full, name)));
  const [first] = wrong;
  if (!first) return [];
  return [{
    code: 'annotation-wrong',
    severity: 'warning',
    node: first.name,
    is: `annotated [${first.dims!.map(showDeclared)}]${wrong.length > 1 ? `, and ${wrong.length - 1} more like it` : ''}`,
    shouldBe: formatShape(dimsOf(patient.full, first.name)!),
    breaks: [{ engine: 'ONNX', message: 'Inferred shape and existing shape differ' }],
    remedy: patient.full.contradictions.size > 0 ? exportAgain : repairCommand,
  }];
}

function contradicts(declared: readonly DeclaredDim[] | null, inferred: readonly Dim[] | undefined): boolean {
  if (!declared || !inferred) return false;
  if (declared.length !== inferred.length) return true;
  return declared.some((dim, axis) => typeof dim === 'number' && isKnown(inferred[axis]!) && valueOf(inferred[axis]!) !== dim);
}
