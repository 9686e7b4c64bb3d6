import { format, isKnown } from '../../core/dim.ts';
import type { OnnxModel, OnnxTensor } from '../../onnx/graph.ts';
import { diagnose } from '../doctor/diagnose.ts';
import type { FindingCode } from '../doctor/finding.ts';
import { describe, dimsOf, type Patient } from '../doctor/patient.ts';
import { inferShapes, onnxView } from '../shapes/infer.ts';

/** What a repair does not touch and need not put right. */
const tolerated: ReadonlySet<FindingCode> = new Set(['float16-overflow', 'batch-norm-unfolded', 'unknown-operator']);

/** Reasons why a repaired model is not right, none where it is. `before` is the model it was made from. */
export function verify(before: OnnxModel, after: OnnxModel): string[] {
  const { patient, findings } = diagnose(after);
  const left = findings.filter(({ severity, code }) => severity !== 'note' && !tolerated.has(code));
  return [
    ...left.map(({ code, node, is }) => `${code} at ${node}: ${is}`),
    ...checkShapes(patient),
    ...checkOnnxView(patient),
    ...checkWeights(before, after),
  ].slice(0, 8);
}

/** Every value has a shape that follows from the input. */
function checkShapes({ full, model }: Patient): string[] {
  return model.graph.nodes.flatMap(({ outputs }) => outputs).flatMap((name) => {
    const dims = dimsOf(full, name);
    return name === '' || dims?.every(isKnown) ? [] : [`"${name}" has no known shape`];
  });
}

/** ONNX infers the same from the file, without help by annotations up to every convolution. */
function checkOnnxView({ model, full }: Patient): string[] {
  const bare = inferShapes(model, { view: { ...onnxView, trustsAnnotations: false } });
  return model.graph.nodes.filter(({ op }) => op === 'Conv').flatMap(({ inputs }) => {
    const [theirs, ours] = [dimsOf(bare, inputs[0]), dimsOf(full, inputs[0])];
    const same = theirs && ours && theirs.length === ours.length && theirs[1] && isKnown(theirs[1]) && format(theirs[1]) === format(ours[1]!);
    return same ? [] : [`ONNX infers ${describe(bare.shapes.get(inputs[0]!))} for "${inputs[0]}"`];
  });
}

/** Weights are the same to the bit. */
function checkWeights(before: OnnxModel, after: OnnxModel): string[] {
  return [...after.graph.initializers.values()].flatMap((tensor) => {
    const original = before.graph.initializers.get(tensor.name);
    return !original || isSame(original, tensor) ? [] : [`the weight "${tensor.name}" has changed`];
  });
}

function isSame(a: OnnxTensor, b: OnnxTensor): boolean {
  if (a.dataType !== b.dataType || a.bytes.length !== b.bytes.length || a.dims.join() !== b.dims.join()) return false;
  return a.bytes.every((byte, index) => byte === b.bytes[index]);
}
