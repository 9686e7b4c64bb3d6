import { add, constant, type Dim, formatShape, multiply, unknown, valueOf } from '../../../core/dim.ts';
import { intsOf } from '../../../onnx/attributes.ts';
import { broadcast } from '../broadcast.ts';
import {
  axisOf, constantShape, contradict, fail, type Failure, intsOrInput, isFailure, type Inferred, numbersOf, type Rule, type Shape,
  type Site, type Value,
} from '../rule.ts';
import { at, build, stretch } from '../value.ts';

function permutation({ node, shapes }: Site): number[] {
  return intsOf(node, 'perm') ?? shapes[0]!.map((_, axis) => shapes[0]!.length - 1 - axis);
}

function transpose(site: Site): Inferred {
  const input = site.shapes[0]!;
  const order = permutation(site);
  const sound = new Set(order).size === input.length && order.every((axis) => input[axis]);
  return sound ? [order.map((axis) => input[axis]!)] : contradict(`perm [${order}] of ${formatShape(input)}`);
}

function transposedValue(site: Site, [shape]: readonly (Shape | null)[]): (Value | undefined)[] {
  const dims = constantShape(shape);
  const value = site.values[0];
  const order = permutation(site);
  return [dims && value && build(dims, (index) => at(value, order.map((_, axis) => index[order.indexOf(axis)]!)))];
}

function axesOf(site: Site, rank: number): number[] | Failure | undefined {
  const axes = intsOrInput(site, 'axes', 1);
  const front = axes?.map((axis) => axisOf(axis, rank));
  if (front?.includes(undefined)) return contradict(`axes [${axes}] at rank ${rank}`);
  return front as number[] | undefined;
}

function squeeze(site: Site): Inferred {
  const input = site.shapes[0]!;
  const given = axesOf(site, input.length);
  if (given && !Array.isArray(given)) return given;
  const axes = given?.length === 0 ? undefined : given; // engines take an empty list for none
  if (!given && site.node.inputs[1]) return fail('its axes are not known');
  const drop = axes ?? [...input.keys()].filter((axis) => valueOf(input[axis]!) === 1);
  const wrong = drop.find((axis) => (valueOf(input[axis]!) ?? 1) !== 1);
  if (wrong !== undefined) return contradict(`squeezes axis ${wrong} of ${formatShape(input)}`);
  for (const axis of drop) if (valueOf(input[axis]!) === undefined) site.pin(input[axis]!, constant(1));
  return [input.filter((_, axis) => !drop.includes(axis))];
}

function unsqueeze(site: Site): Inferred {
  const input = site.shapes[0]!;
  const count = intsOrInput(site, 'axes', 1)?.length;
  if (count === undefined) return fail('its axes are not known');
  const axes = axesOf(site, input.length + count);
  if (!Array.isArray(axes)) return axes!;
  const rest = [...input];
  return [Array.from({ length: input.length + count }, (_, axis) => (axes.includes(axis) ? constant(1) : rest.shift()!))];
}

function sameElements(site: Site, [shape]: readonly (Shape | null)[]): (Value | undefined)[] {
  const dims = constantShape(shape);
  const value = site.values[0];
  return [dims && value && { dims, elements: value.elements }];
}

function expand(site: Site): Inferred {
  const input = site.shapes[0]!;
  const target = site.values[1]?.elements ?? unknownTarget(site);
  if (!target) return fail(`the shape "${site.node.inputs[1] ?? ''}" is not known before the model runs`);
  const shape = broadcast(site, [input, target]);
  return isFailure(shape) ? shape : [shape];
}

/** A target of known length is as many unknown dimensions. */
function unknownTarget({ shapes }: Site): Shape | undefined {
  const rank = shapes[1]?.[0] && valueOf(shapes[1][0]);
  return rank !== undefined && rank <= 16 ? Array.from({ length: rank }, unknown) : undefined;
}

function tile(site: Site): Inferred {
  const input = site.shapes[0]!;
  const repeats = site.values[1]?.elements;
  if (!repeats) return [input.map(unknown)];
  if (repeats.length !== input.length) return contradict(`${repeats.length} repeats of ${formatShape(input)}`);
  // ONNX's inference tiles numbers only, and loses a named dimension even when repeated once.
  const lost = (dim: Dim): boolean => !site.view.followsValues && valueOf(dim) === undefined;
  return [input.map((dim, axis) => (lost(dim) ? unknown() : multiply(dim, repeats[axis]!)))];
}

function tiledValue(site: Site, [shape]: readonly (Shape | null)[]): (Value | undefined)[] {
  const dims = constantShape(shape);
  const value = site.values[0];
  return [dims && value && build(dims, (index) => at(value, index.map((place, axis) => place % value.dims[axis]!)))];
}

function stretchedValue(site: Site, [shape]: readonly (Shape | null)[]): (Value | undefined)[] {
  const dims = constantShape(shape);
  return [dims && site.values[0] && stretch(site.values[0], dims)];
}

function pad(site: Site): Inferred {
  const input = site.shapes[0]!;
  const pads = intsOrInput(site, 'pads', 1);
  const given = numbersOf(site.values[3]) ?? (site.node.inputs[3] ? undefined : [...input.keys()]);
  const axes = given?.map((axis) => axisOf(axis, input.length) ?? -1);
  if (!pads || !axes || pads.length !== 2 * axes.length) return [input.map(unknown)];
  if (axes.includes(-1)) return contradict(`axes [${given}] of ${formatShape(input)}`);
  return [input.map((dim, axis) => padded(dim, pads, axes.indexOf(axis)))];
}

function padded(dim: Dim, pads: number[], place: number): Dim {
  if (place < 0) return dim;
  const extra = pads[place]! + pads[place + pads.length / 2]!;
  return add(dim, constant(extra));
}

/** Operators that reorder, stretch or frame a tensor. */
export const layout: Record<string, Rule> = {
  Transpose: { shape: transpose, value: transposedValue },
  Squeeze: { shape: squeeze, value: sameElements },
  Unsqueeze: { shape: unsqueeze, value: sameElements },
  Expand: { shape: expand, value: stretchedValue },
  Tile: { shape: tile, value: tiledValue },
  Pad: { shape: pad },
};
