import { format, isKnown, valueOf } from '../../core/dim.ts';
import type { OnnxModel, OnnxTensor } from '../../onnx/graph.ts';
import { diagnose } from '../doctor/diagnose.ts';
import type { FindingCode } from '../doctor/finding.ts';
import { isConvolution } from '../../yolov10/foreign.ts';
import type { Yolov10 } from '../../yolov10/read.ts';
import { describe, dimsOf, type Patient } from '../doctor/patient.ts';
import { inferShapes, onnxView } from '../shapes/infer.ts';

/** How many reasons are told. */
const shown = 8;

/** What a repair does not touch and need not put right. */
const tolerated: ReadonlySet<FindingCode> = new Set(['float16-overflow', 'batch-norm-unfolded', 'unknown-operator']);

/**
 * Reasons why the shapes of a repaired model are not right, none where they are.
 * @param keepsWeights whether weights stand in it as they were given, so that numbers that are infinite are the file's own
 */
export function verifyShapes(after: OnnxModel, keepsWeights: boolean): string[] {
  const { patient, findings } = diagnose(after);
  const left = findings.filter(({ severity, code }) => severity !== 'note' && !(tolerated.has(code) && (keepsWeights || severity === 'warning')));
  return [
    ...left.map(({ code, node, is }) => `${code} at ${node}: ${is}`),
    ...checkShapes(patient),
    ...checkOnnxView(patient),
  ].slice(0, shown);
}

/** Every value has a shape that follows from the input, but for lengths that follow from what is found in it. */
function checkShapes({ full, model, dataSized }: Patient): string[] {
  return model.graph.nodes.flatMap(({ outputs }) => outputs).flatMap((name) => {
    const dims = dimsOf(full, name);
    return name === '' || dims?.every((dim) => isKnown(dim) || dataSized.has(name)) ? [] : [`"${name}" has no known shape`];
  });
}

/**
 * ONNX infers every convolution's channels: without help by annotations, unless heights and widths are open, which no
 * constant target can stand for.
 */
function checkOnnxView({ model, full, dims }: Patient): string[] {
  const open = dims.slice(2).some((dim) => valueOf(dim) === undefined);
  const bare = inferShapes(model, { view: { ...onnxView, trustsAnnotations: open } });
  return model.graph.nodes.filter(isConvolution).flatMap(({ inputs }) => {
    const [theirs, ours] = [dimsOf(bare, inputs[0]), dimsOf(full, inputs[0])];
    const same = theirs && ours && theirs.length === ours.length && theirs[1] && isKnown(theirs[1]) && format(theirs[1]) === format(ours[1]!);
    return same ? [] : [`ONNX infers ${describe(bare.shapes.get(inputs[0]!))} for "${inputs[0]}"`];
  });
}

/** Weights that are not the same to the bit as in the model they came from. */
export function verifyWeights(before: OnnxModel, after: OnnxModel): string[] {
  return [...after.graph.initializers.values()].flatMap((tensor) => {
    const original = before.graph.initializers.get(tensor.name);
    return !original || isSame(original, tensor) ? [] : [`the weight "${tensor.name}" has changed`];
  }).slice(0, shown);
}

/** Convolutions of a network whose weights another does not hold: to the bit, or with `half` as float16 rounds them. */
export function verifyNetwork(before: Yolov10, after: Yolov10, half: boolean): string[] {
  const agree = half ? isRounded : isEqual;
  return [...before.weights].flatMap(([path, { weight, bias }]) => {
    const twin = after.weights.get(path);
    return twin && agree(weight, twin.weight) && agree(bias, twin.bias) ? [] : [`the weights of "${path}" have changed`];
  }).slice(0, shown);
}

/** Half a unit in the last place of eleven bits, or of the smallest float16. */
function isRounded(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, index) => Math.abs(value - b[index]!) <= Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
}

function isEqual(a: Float32Array, b: Float32Array): boolean {
  return areSameBytes(new Uint8Array(a.buffer, a.byteOffset, a.byteLength), new Uint8Array(b.buffer, b.byteOffset, b.byteLength));
}

function isSame(a: OnnxTensor, b: OnnxTensor): boolean {
  return a.dataType === b.dataType && a.dims.join() === b.dims.join() && areSameBytes(a.bytes, b.bytes);
}

/** Word by word: this runs over every byte of a large model. */
function areSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  const [left, right] = [wordsOf(a), wordsOf(b)];
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  for (let index = left.length * 4; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** The bytes by fours, in a copy where they do not start at a multiple of four; a rest is left out. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Int32Array(buffer, byteOffset, bytes.length >> 2);
}
