import { type Dim, valueOf } from '../../core/dim.ts';
import { intsOf } from '../../onnx/attributes.ts';
import type { DataType, OnnxNode } from '../../onnx/graph.ts';

export type Shape = readonly Dim[];

/** A small tensor whose elements are known, each as an expression over the input's dimensions. Row-major. */
export interface Value {
  dims: readonly number[];
  elements: readonly Dim[];
}

/** A place where the graph only works if two dimensions agree that differ for some input. */
export interface Pin {
  /** The node's first output. */
  output: string;
  left: Dim;
  right: Dim;
}

/** How much an engine works out about shapes. */
export interface View {
  /** Whether values are followed from Shape through Gather, Concat and the like. */
  followsValues: boolean;
  /** Whether a Reshape's -1 is solved as an expression, rather than only where the dims left over are numbers. */
  solvesSymbols: boolean;
  /** Whether shapes that the file declares for outputs and intermediate values fill what is not inferred. */
  trustsAnnotations: boolean;
}

/** What a rule sees of a node's inputs; undefined where left out or not known. */
export interface Site {
  node: OnnxNode;
  opset: number;
  view: View;
  shapes: readonly (Shape | undefined)[];
  values: readonly (Value | undefined)[];
  types: readonly (DataType | undefined)[];
  /** Notes that the two must be equal. */
  pin(left: Dim, right: Dim): void;
}

/** Output shapes in order, null where only that one is unknown; or the reason why none is known. */
export type Inferred = (Shape | null)[] | Failure;

export interface Failure {
  reason: string;
  /** Whether the node can never work, as opposed to its shape not being known. */
  contradiction?: boolean;
}

/** How one operator acts on shapes, values and element types. */
export interface Rule {
  shape(site: Site): Inferred;
  /** The outputs' values where they can be followed. */
  value?(site: Site, outputs: readonly (Shape | null)[]): (Value | undefined)[] | undefined;
  /** The outputs' element types; by default the first input's. */
  types?: readonly (DataType | { input: number })[] | ((node: OnnxNode) => DataType | { input: number });
  /** Whether the shape rule is to be asked though the first input's shape is unknown. */
  withoutShape?: boolean;
}

/** That nothing is known, and why. */
export function fail(reason: string): Failure {
  return { reason };
}

/** That the node can never work, and why. */
export function contradict(reason: string): Failure {
  return { reason, contradiction: true };
}

/** Tells a reason from shapes. */
export function isFailure(result: Inferred | Shape | Failure): result is Failure {
  return 'reason' in result;
}

/** The elements of a value where all are numbers. */
export function numbersOf(value: Value | undefined): number[] | undefined {
  if (!value) return undefined;
  const numbers = value.elements.map(valueOf);
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}

/** A list of integers given as an attribute in old operator sets and as an input in new ones. */
export function intsOrInput(site: Site, name: string, position: number): number[] | undefined {
  return intsOf(site.node, name) ?? numbersOf(site.values[position]);
}

/** An axis counted from the front; undefined where it lies outside the rank. */
export function axisOf(axis: number, rank: number): number | undefined {
  const front = axis < 0 ? axis + rank : axis;
  return Number.isInteger(front) && front >= 0 && front < rank ? front : undefined;
}

/** A shape's numbers where all are constant. */
export function constantShape(shape: Shape | null | undefined): number[] | undefined {
  if (!shape) return undefined;
  const numbers = shape.map(valueOf);
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}
