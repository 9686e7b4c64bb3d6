import { InputError } from '../../core/errors.ts';
import { constant, isKnown } from '../../core/dim.ts';
import type { DataType, DeclaredDim, OnnxModel, OnnxNode, OnnxTensor } from '../../onnx/graph.ts';
import { annotationsOf, inputShapes } from './declared.ts';
import { orderNodes } from './order.ts';
import { ruleOf } from './registry.ts';
import { fail, type Failure, type Inferred, isFailure, type Pin, type Rule, type Shape, type Site, type Value, type View } from './rule.ts';
import { valueOfTensor } from './value.ts';

export interface InferOptions {
  /** Shapes to put in place of those the file declares for its inputs. */
  inputs?: ReadonlyMap<string, readonly DeclaredDim[]>;
  /** Whose knowledge of shapes to follow; everything that can be known by default. */
  view?: View;
  /** What the last two dimensions of a picture are multiples of where they are named: 32 for YOLOv10. */
  stride?: number;
}

/** A tensor's shape, or the first reason on the way to it why there is none. */
export type Known = { dims: Shape } | { reason: string };

export interface Inference {
  /** By tensor name: inputs, initializers and node outputs. */
  shapes: Map<string, Known>;
  /** Small tensors whose elements are known. */
  values: Map<string, Value>;
  types: Map<string, DataType>;
  /** Where the graph works for some input sizes only. */
  pins: Pin[];
  /** Nodes, by first output, that cannot work, with the reason. */
  contradictions: Map<string, string>;
  /** Nodes whose operator is not known here. */
  unknownOps: OnnxNode[];
  /** Nodes on a cycle, or that depend on one. */
  stuck: readonly OnnxNode[];
}

/** Everything that follows from the file. */
export const fullView: View = { followsValues: true, solvesSymbols: true, trustsAnnotations: false };
/** ONNX's own shape inference without data propagation: computed shapes are not followed. */
export const onnxView: View = { followsValues: false, solvesSymbols: false, trustsAnnotations: true };
/** TensorRT's builder: computed shapes are followed, but a -1 in one leaves the whole shape open. */
export const tensorrtView: View = { followsValues: true, solvesSymbols: false, trustsAnnotations: false };

/** Most dimensions of one tensor. */
const longest = 16;
/** Most values that nodes may read and make; the largest YOLOv10 has some four thousand. */
const largest = 200_000;
/** Graphs of more nodes than any detector's are followed for so many milliseconds only. */
const [usual, budget] = [5000, 1200];

/**
 * Works out the shape of every tensor as expressions over the inputs' named dimensions, following integer values through
 * the graph (ONNX operator specification, sets 11 to 20). Time is linear in the graph; beyond 5,000 nodes, where
 * only hostile files go, it ends after 1.2 s and leaves the rest unknown.
 * @throws InputError 'unsupported' for graphs of more than 200,000 connections
 */
export function inferShapes(model: OnnxModel, options: InferOptions = {}): Inference {
  const size = model.graph.nodes.reduce((sum, { inputs, outputs }) => sum + inputs.length + outputs.length, 0);
  if (size > largest) throw tooLarge(size);
  return new Walk(model, options).run();
}

function tooLarge(size: number): InputError {
  const count = (number: number): string => number.toLocaleString('en');
  return new InputError('unsupported', {
    expected: `a graph of at most ${count(largest)} connections`,
    found: count(size),
    remedy: 'Is this an export of a detector?',
  });
}

class Walk {
  readonly #model: OnnxModel;
  readonly #view: View;
  readonly #annotations: Map<string, Shape>;
  readonly #result: Inference;

  constructor(model: OnnxModel, { inputs, view = fullView, stride = 32 }: InferOptions) {
    this.#model = model;
    this.#view = view;
    this.#annotations = new Map(view.trustsAnnotations ? annotationsOf(model, stride) : []);
    this.#result = {
      shapes: new Map(), values: new Map(), types: new Map(), pins: [], contradictions: new Map(), unknownOps: [], stuck: [],
    };
    for (const tensor of model.graph.initializers.values()) this.#setConstant(tensor.name, tensor);
    for (const { name, dataType } of model.graph.inputs) this.#result.types.set(name, dataType);
    for (const [name, dims] of inputShapes(model, stride, inputs)) {
      this.#result.shapes.set(name, dims ? { dims } : { reason: `the input "${name}" declares no shape` });
    }
  }

  run(): Inference {
    const { sorted, stuck } = orderNodes(this.#model.graph.nodes);
    const deadline = sorted.length > usual ? performance.now() + budget : Number.POSITIVE_INFINITY;
    let late = false;
    for (const [index, node] of sorted.entries()) {
      late ||= index % 64 === 0 && performance.now() > deadline;
      if (late) this.#fail(node, fail('the graph takes too long to follow'));
      else this.#visit(node);
    }
    for (const node of stuck) this.#fail(node, fail('it depends on itself'));
    this.#result.stuck = stuck;
    return this.#result;
  }

  #setConstant(name: string, tensor: OnnxTensor): void {
    this.#result.shapes.set(name, { dims: tensor.dims.map(constant) });
    this.#result.types.set(name, tensor.dataType);
    const value = valueOfTensor(tensor);
    if (value) this.#result.values.set(name, value);
  }

  #visit(node: OnnxNode): void {
    const rule = ruleOf(node);
    if (!rule) {
      this.#result.unknownOps.push(node);
      return this.#fail(node, fail(`${node.domain && `${node.domain}.`}${node.op} is an operator not known here`));
    }
    const site = this.#siteOf(node);
    this.#setTypes(node, rule);
    const shapes = this.#shapesOf(site, rule);
    if (isFailure(shapes)) return this.#fail(node, shapes);
    this.#setShapes(node, shapes);
    this.#setValues(site, rule, shapes);
  }

  #siteOf(node: OnnxNode): Site {
    const { shapes, values, types, pins } = this.#result;
    return {
      node,
      opset: this.#model.opset,
      view: this.#view,
      shapes: node.inputs.map((name) => dimsOf(shapes.get(name))),
      values: node.inputs.map((name) => values.get(name)),
      types: node.inputs.map((name) => types.get(name)),
      pin: (left, right) => pins.push({ output: node.outputs[0] ?? '', left, right }),
    };
  }

  #shapesOf(site: Site, rule: Rule): Inferred {
    if (!rule.withoutShape && !site.shapes[0]) return fail(`its input "${site.node.inputs[0] ?? ''}" has no shape`);
    const shapes = rule.shape(site);
    if (!isFailure(shapes) && shapes.some((shape) => shape && shape.length > longest)) return fail(`more than ${longest} dimensions`);
    return shapes;
  }

  #setShapes(node: OnnxNode, shapes: readonly (Shape | null)[]): void {
    node.outputs.forEach((name, index) => {
      const dims = this.#annotated(name, shapes[index]);
      if (name !== '') this.#result.shapes.set(name, dims ? { dims } : { reason: `${label(node)}: output ${index} has no known shape` });
    });
  }

  #annotated(name: string, dims: Shape | null | undefined): Shape | null | undefined {
    const declared = this.#annotations.get(name);
    if (!declared || (dims && dims.length !== declared.length)) return dims;
    return dims ? dims.map((dim, axis) => (isKnown(dim) ? dim : declared[axis]!)) : declared;
  }

  #setValues(site: Site, rule: Rule, shapes: readonly (Shape | null)[]): void {
    const { node } = site;
    if (node.op !== 'Constant' && !this.#view.followsValues) return;
    const values = rule.value?.(site, shapes);
    node.outputs.forEach((name, index) => {
      const value = values?.[index];
      if (name !== '' && value) this.#result.values.set(name, value);
    });
  }

  #setTypes(node: OnnxNode, rule: Rule): void {
    const { types } = this.#result;
    node.outputs.forEach((name, index) => {
      const listed = typeof rule.types === 'function' ? rule.types(node) : rule.types?.[index];
      const type = typeof listed === 'string' ? listed : types.get(node.inputs[listed?.input ?? 0] ?? '');
      if (name !== '') types.set(name, type ?? 'other');
    });
  }

  #fail(node: OnnxNode, { reason, contradiction }: Failure): void {
    const own = `${label(node)}: ${reason}`;
    const { shapes, contradictions } = this.#result;
    if (contradiction) contradictions.set(node.outputs[0] ?? '', reason);
    const earlier = contradiction ? undefined : node.inputs.map((name) => shapes.get(name)).find((known) => known && 'reason' in known);
    for (const name of node.outputs) {
      const declared = this.#annotated(name, null);
      if (name !== '') shapes.set(name, declared ? { dims: declared } : (earlier ?? { reason: own }));
    }
  }
}

function dimsOf(known: Known | undefined): Shape | undefined {
  return known && 'dims' in known ? known.dims : undefined;
}

/** How a node is called in messages: by its name, or where it has none by what it makes. */
export function label(node: OnnxNode): string {
  return node.name || `${node.op} making "${node.outputs[0] ?? ''}"`;
}
