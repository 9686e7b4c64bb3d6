import { makersOf, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/graph.ts';
import { PASSING, sourceOf } from '../../onnx/passing.ts';
import { toNumbers } from '../../onnx/values.ts';
import { LEVEL_STRIDES } from '../../yolov10/network.ts';
import { constantTensor } from '../shapes/ops/constants.ts';

/** How a raw output gives its boxes, in input pixels. */
export type BoxForm = 'corners' | 'centre and size';

/**
 * How a raw output gives its boxes, read off the nodes that make it: the reference implementation takes distances to the
 * sides of a box from an anchor, which gives corners, and makes their middle and difference where it wants centre and
 * size. Undefined where the graph does not tell, or does more to boxes and scores than that.
 */
export function boxForm(model: OnnxModel): BoxForm | undefined {
  return predictionForm(new Ancestry(model), model.graph.outputs[0]?.name);
}

/** How rows of detections tell the class of a pair: by Mod, or by what is left after whole multiples are taken off. */
export type RowForm = 'detections' | 'mod-free';

/**
 * Whether the rows of an output are corners, score and class of the best pairs of anchor and class, as the reference
 * implementation picks them and this project does; undefined where the graph picks otherwise, or does more to the rows.
 */
export function rowForm(model: OnnxModel): RowForm | undefined {
  const graph = new Ancestry(model);
  const [boxes, score, label, ...more] = graph.parts(model.graph.outputs[0]?.name);
  const predictions = graph.origin(boxes);
  const best = graph.maker(graph.origin(score));
  const remainder = graph.maker(graph.origin(label));
  if (more.length > 0 || predictionForm(graph, predictions) !== 'corners' || best?.op !== 'TopK') return undefined;
  if (graph.origin(best.inputs[0]) !== predictions || graph.maker(remainder?.inputs[0]) !== best) return undefined;
  return remainder?.op === 'Mod' ? 'detections' : remainder?.op === 'Sub' ? 'mod-free' : undefined;
}

function predictionForm(graph: Ancestry, name: string | undefined): BoxForm | undefined {
  const [boxes, scores, ...more] = graph.parts(name);
  if (more.length > 0 || graph.maker(scores)?.op !== 'Sigmoid') return undefined;
  const [first, second, ...rest] = graph.parts(graph.unscaled(boxes)).map((half) => graph.unscaled(half));
  if (rest.length > 0) return undefined;
  if (graph.maker(first)?.op === 'Sub' && graph.maker(second)?.op === 'Add') return 'corners';
  return graph.isMiddle(first) && graph.maker(second)?.op === 'Sub' ? 'centre and size' : undefined;
}

/** What a value is made of, past nodes that only pass it on. */
class Ancestry {
  readonly #makers: ReadonlyMap<string, OnnxNode>;
  readonly #initializers: ReadonlyMap<string, OnnxTensor>;

  constructor({ graph }: OnnxModel) {
    this.#makers = makersOf(graph.nodes);
    this.#initializers = graph.initializers;
  }

  /** The node that computes a value. */
  maker(name: string | undefined): OnnxNode | undefined {
    return name ? this.#makers.get(this.#source(name)) : undefined;
  }

  /** The value whose numbers a value holds, past nodes that pick, order and reshape them. */
  origin(name: string | undefined): string | undefined {
    return name && sourceOf(this.#makers, name, moving);
  }

  /** What a value is a concatenation of. */
  parts(name: string | undefined): string[] {
    const node = this.maker(name);
    return node?.op === 'Concat' ? node.inputs : [];
  }

  /** A value before it is multiplied by strides, which open sizes compute. */
  unscaled(name: string | undefined): string | undefined {
    const node = this.maker(name);
    if (node?.op !== 'Mul') return name;
    const [left, right] = node.inputs.map((input) => this.#numbers(input));
    if (!left && (!right || areStrides(right))) return node.inputs[0];
    return !right && left && areStrides(left) ? node.inputs[1] : name;
  }

  /** Whether a value is half of a sum. */
  isMiddle(name: string | undefined): boolean {
    const { op, inputs = [] } = this.maker(name) ?? {};
    if (op !== 'Div' && op !== 'Mul') return false;
    const [left, right] = inputs.map((input) => this.#numbers(input));
    const sum = right ? inputs[0] : inputs[1];
    const factor = right ?? (op === 'Mul' ? left : undefined);
    return (factor?.every((number) => number === (op === 'Div' ? 2 : 0.5)) ?? false) && this.maker(sum)?.op === 'Add';
  }

  /** A constant's numbers. */
  #numbers(name: string | undefined): number[] | undefined {
    const node = this.maker(name);
    const tensor = node?.op === 'Constant' ? constantTensor(node) : this.#initializers.get(this.#source(name));
    return tensor && toNumbers(tensor);
  }

  #source(name = ''): string {
    return sourceOf(this.#makers, name);
  }
}

/** Operators that pick, order and reshape numbers and leave them as they are. */
const moving: ReadonlySet<string> = new Set([
  ...PASSING,
  'Gather', 'GatherElements', 'GatherND', 'Split', 'Slice', 'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze',
]);

function areStrides(numbers: readonly number[]): boolean {
  return numbers.every((number) => (LEVEL_STRIDES as readonly number[]).includes(number));
}
