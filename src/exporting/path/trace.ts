import { intOf } from '../../onnx/attributes.ts';
import type { OnnxModel, OnnxNode } from '../../onnx/graph.ts';
import { describe, dimsOf, examine, type Patient } from '../doctor/patient.ts';
import { label } from '../shapes/infer.ts';

/** A stretch of the path over which no view's idea of the shape changes. */
export interface PathStep {
  /** The last node of the stretch and its operator; the input's name and `input` where it starts. */
  node: string;
  op: string;
  /** The value it makes. */
  tensor: string;
  /** The shape as ONNX infers it, as TensorRT sees it, and as it follows from the file. */
  onnx: string;
  tensorrt: string;
  exact: string;
  /** The shape that ONNX infers in the repaired file, where one is given. */
  after?: string;
}

/** More nodes than any path from a picture to the attention has. */
const longest = 4096;

/**
 * The path from the picture to the input of the attention's positional convolution (pe), where dynamic exports lose their
 * shapes, with the shape at each step; empty where the model has no such convolution.
 * @param repaired the repaired model, to show its shapes beside
 */
export function tracePath(model: OnnxModel | Patient, repaired?: OnnxModel): PathStep[] {
  const patient = 'makers' in model ? model : examine(model);
  const end = positionalConvolution(patient);
  const tensors = end ? walkBack(patient, end.inputs[0]!) : [];
  const after = repaired && examine(repaired);
  return collapse(tensors.map((tensor) => stepOf(patient, tensor, after)));
}

/** By name as the reference exporter writes it, else the depthwise convolution that reads from a Reshape. */
function positionalConvolution({ model, makers }: Patient): OnnxNode | undefined {
  const convolutions = model.graph.nodes.filter(({ op }) => op === 'Conv');
  const named = convolutions.find(({ name, inputs }) => /attn[./]pe[./]/.test(name) || /attn[./]pe[./]/.test(inputs[1] ?? ''));
  return named ?? convolutions.find((node) => intOf(node, 'group', 1) > 1 && makers.get(node.inputs[0]!)?.op === 'Reshape');
}

/** The values from the picture to one, each made from the one before. */
function walkBack({ makers, model }: Patient, end: string): string[] {
  const tensors: string[] = [];
  let tensor: string | undefined = end;
  while (tensor !== undefined && tensors.length < longest) {
    tensors.push(tensor);
    tensor = makers.get(tensor)?.inputs.find((name) => name !== '' && !model.graph.initializers.has(name));
  }
  return tensors.reverse();
}

function stepOf({ full, onnx, tensorrt, makers }: Patient, tensor: string, after: Patient | undefined): PathStep {
  const maker = makers.get(tensor);
  const [ours, theirs] = [dimsOf(full, tensor), dimsOf(tensorrt, tensor)];
  return {
    node: maker ? label(maker) : tensor,
    op: maker?.op ?? 'input',
    tensor,
    onnx: describe(onnx.shapes.get(tensor)),
    // TensorRT prints what it does not know as -1; a name is known to it as a dynamic dimension.
    tensorrt: theirs && ours ? describe({ dims: theirs }).replaceAll('?', '-1') : 'unknown rank',
    exact: describe(full.shapes.get(tensor)),
    ...(after && { after: describe(after.onnx.shapes.get(tensor)) }),
  };
}

function collapse(steps: readonly PathStep[]): PathStep[] {
  const same = (a: PathStep, b: PathStep): boolean =>
    a.op !== 'input' && a.onnx === b.onnx && a.tensorrt === b.tensorrt && a.exact === b.exact && a.after === b.after && b.op !== 'Reshape';
  return steps.filter((step, index) => !steps[index + 1] || !same(step, steps[index + 1]!));
}
