import { type Dim, formatShape, sharesSymbol, valueOf } from '../../core/dim.ts';
import { makersOf, type OnnxModel, type OnnxNode, type OnnxValue } from '../../onnx/graph.ts';
import { fullView, type Inference, inferShapes, type Known, onnxView, tensorrtView } from '../shapes/infer.ts';
import { orderNodes } from '../shapes/order.ts';
import type { Shape } from '../shapes/rule.ts';

/** A model under examination: its graph, indexed, and its shapes as this project, ONNX and TensorRT see them. */
export interface Patient {
  model: OnnxModel;
  /** The input that takes pictures: the first of rank 4, else the first. */
  picture: OnnxValue | undefined;
  /** The picture's dimensions; a dimension is dynamic where it is no number. */
  dims: Shape;
  full: Inference;
  readonly onnx: Inference;
  readonly tensorrt: Inference;
  /** Nodes by the values they make. */
  makers: ReadonlyMap<string, OnnxNode>;
  /** Values as long as what is found in a picture, which no shape can tell ahead. */
  readonly dataSized: ReadonlySet<string>;
}

/** Prepares a model for the checks. */
export function examine(model: OnnxModel): Patient {
  const { inputs, nodes } = model.graph;
  const full = inferShapes(model, { view: fullView });
  const onnx = once(() => inferShapes(model, { view: onnxView }));
  const tensorrt = once(() => inferShapes(model, { view: tensorrtView }));
  const picture = inputs.find(({ dims }) => dims?.length === 4) ?? inputs[0];
  const makers = makersOf(nodes);
  const dataSized = once(() => behind(model, (node) => dataSizing.has(node.op) && node.inputs.some((name) => readsPicture({ picture, makers }, name))));
  return {
    model,
    picture,
    dims: (picture && dimsOf(full, picture.name)) ?? [],
    full,
    get onnx() {
      return onnx();
    },
    get tensorrt() {
      return tensorrt();
    },
    makers,
    get dataSized() {
      return dataSized();
    },
  };
}

/** Operators whose result is as long as its input's content says. */
const dataSizing = new Set(['NonMaxSuppression', 'NonZero', 'Unique', 'Compress']);

/** The values that some of the nodes make, or that others make of such. */
function behind({ graph }: OnnxModel, isSource: (node: OnnxNode) => boolean): Set<string> {
  const names = new Set<string>();
  for (const node of orderNodes(graph.nodes).sorted) {
    if (isSource(node) || node.inputs.some((name) => names.has(name))) for (const name of node.outputs) names.add(name);
  }
  return names;
}

/** Whether a value is computed from the picture's content, and not from its shape alone. */
export function readsPicture({ picture, makers }: Pick<Patient, 'picture' | 'makers'>, name: string): boolean {
  const seen = new Set([name]);
  // A Set's iteration also visits what is added on the way.
  for (const value of seen) {
    if (value === picture?.name) return true;
    const maker = makers.get(value);
    if (maker && maker.op !== 'Shape' && maker.op !== 'Size') for (const input of maker.inputs) seen.add(input);
  }
  return false;
}

/** Repairs ask for some views only. */
function once<T>(work: () => T): () => T {
  let done: { result: T } | undefined;
  return () => (done ??= { result: work() }).result;
}

/** A tensor's dimensions, where known. */
export function dimsOf({ shapes }: Inference, name: string | undefined): Shape | undefined {
  const known = shapes.get(name ?? '');
  return known && 'dims' in known ? known.dims : undefined;
}

/** Whether a value stands in the file, directly or behind a Constant node. */
export function isWritten({ model, makers }: Patient, name: string | undefined): boolean {
  return model.graph.initializers.has(name ?? '') || makers.get(name ?? '')?.op === 'Constant';
}

/** Whether a dimension varies with the batch. */
export function variesWithBatch({ dims }: Patient, dim: Dim): boolean {
  return dims[0] !== undefined && sharesSymbol(dim, dims[0]);
}

/** Whether a dimension varies with the picture's height or width. */
export function variesWithSize({ dims }: Patient, dim: Dim): boolean {
  return dims.slice(2).some((side) => sharesSymbol(dim, side));
}

/** Whether batch is declared dynamic. */
export function isBatchDynamic({ dims }: Patient): boolean {
  return dims[0] !== undefined && valueOf(dims[0]) === undefined;
}

/** A shape's text, `unknown rank` where there is none. */
export function describe(known: Known | undefined): string {
  return known && 'dims' in known ? formatShape(known.dims) : 'unknown rank';
}
