import type { OnnxGraph, OnnxNode, OnnxTensor } from '../onnx/graph.ts';

/** The four vectors of a batch norm. */
export interface BatchNorm {
  kind: 'norm';
  scale: OnnxTensor;
  shift: OnnxTensor;
  mean: OnnxTensor;
  variance: OnnxTensor;
  epsilon: number;
}

/** A step after a convolution that is still to be folded into its weights. */
export type Following = BatchNorm | { kind: 'add' | 'multiply'; constant: OnnxTensor };

/** The steps in their order; `obstacle` is what among them cannot be folded, in words, or null. */
export interface Afterwards {
  steps: Following[];
  obstacle: string | null;
  /** Operators that read what comes out of the steps. */
  readers: string[];
}

/** Gives the constant of a name, or null where a node works it out. */
export type ConstantLookup = (name: string | undefined) => OnnxTensor | null;

/** Finds what linear steps follow a value before anything else does: a batch norm, a constant added or multiplied. */
export function followingSteps(graph: OnnxGraph, constant: ConstantLookup): (output: string) => Afterwards {
  const users = new Map<string, OnnxNode[]>();
  for (const node of graph.nodes) {
    for (const input of new Set(node.inputs)) users.set(input, [...(users.get(input) ?? []), node]);
  }
  return (output) => {
    const steps: Following[] = [];
    const seen = new Set<string>(); // a damaged file may go in circles
    let readers: OnnxNode[] = [];
    for (let value = output; !seen.has(value);) {
      seen.add(value);
      readers = users.get(value) ?? [];
      const node = readers.find(({ op }) => op === 'BatchNormalization') ?? (readers.length === 1 ? readers[0] : undefined);
      const found = node && readStep(node, value, constant);
      if (!found) break;
      if (found.obstacle) return { steps, obstacle: found.obstacle, readers: [] };
      if (found.step) steps.push(found.step);
      value = node.outputs[0] ?? '';
    }
    return { steps, obstacle: null, readers: readers.map(({ op }) => op) };
  };
}

/** What a node does to a value: a step, nothing at all (neither field), or, as null, something that ends the search. */
function readStep(node: OnnxNode, value: string, constant: ConstantLookup): { step?: Following; obstacle?: string } | null {
  if (node.op === 'Identity' || node.op === 'Cast') return {};
  if (node.op === 'BatchNormalization') {
    const step = batchNorm(node, constant);
    return step ? { step } : { obstacle: `a batch norm ("${node.name}") with computed numbers` };
  }
  const other = constant(node.inputs.find((input) => input !== value));
  if (!other) return null;
  if (node.op === 'Add') return { step: { kind: 'add', constant: other } };
  if (node.op === 'Mul') return { step: { kind: 'multiply', constant: other } };
  return node.op === 'Sub' || node.op === 'Div' ? { obstacle: `${node.op} with a constant after it ("${node.name}")` } : null;
}

function batchNorm(node: OnnxNode, constant: ConstantLookup): BatchNorm | null {
  const [scale, shift, mean, variance] = node.inputs.slice(1, 5).map(constant);
  if (!scale || !shift || !mean || !variance) return null;
  const epsilon = node.attributes.get('epsilon');
  return { kind: 'norm', scale, shift, mean, variance, epsilon: epsilon?.kind === 'float' ? epsilon.value : 1e-5 };
}
