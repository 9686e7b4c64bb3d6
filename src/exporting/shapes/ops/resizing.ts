import { constant, type Dim, divideExactly, floorDivide, formatShape, multiply, unknown, valueOf } from '../../../core/dim.ts';
import { intsOf, textOf } from '../../../onnx/attributes.ts';
import type { OnnxNode } from '../../../onnx/graph.ts';
import { axisOf, constantShape, contradict, type Inferred, numbersOf, type Rule, type Shape, type Site } from '../rule.ts';

/** ONNX Resize from operator set 11: by scales (input 2) or to sizes (input 3), since 18 of some axes only. */
function resize(site: Site): Inferred {
  const input = site.shapes[0]!;
  const { values, opset, node } = site;
  const axes = (intsOf(node, 'axes') ?? [...input.keys()]).map((axis) => axisOf(axis, input.length) ?? -1);
  if (axes.includes(-1)) return contradict(`axes [${intsOf(node, 'axes')!}] of ${formatShape(input)}`);
  const sizes = values[3]?.elements;
  if (sizes?.length) return byAxis(input, axes, fitted(node, axes.map((axis) => input[axis]!), sizes), (_, size) => size);
  const scales = numbersOf(values[opset < 11 ? 1 : 2]);
  if (!scales?.length) return [input.map((dim, axis) => (axes.includes(axis) ? unknown() : dim))];
  return byAxis(input, axes, scales, site.view.followsValues ? scaled : scaledNumber);
}

/** The sizes that keep the aspect ratio, where the node asks for that: all axes scaled by the least or the largest ratio. */
function fitted(node: OnnxNode, from: Shape, sizes: Shape): Shape {
  const policy = textOf(node, 'keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch' || sizes.length !== from.length) return sizes;
  const [have, want] = [constantShape(from), constantShape(sizes)];
  if (!have || !want) return sizes.map(unknown);
  const ratios = want.map((size, axis) => size / have[axis]!);
  const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return have.map((size) => constant(Math.round(size * ratio)));
}

function upsample({ node, shapes, values }: Site): Inferred {
  const attribute = node.attributes.get('scales');
  const scales = attribute?.kind === 'floats' ? attribute.value : numbersOf(values[1]);
  return scales ? byAxis(shapes[0]!, [...shapes[0]!.keys()], scales, scaled) : [shapes[0]!.map(unknown)];
}

function byAxis<T>(input: Shape, axes: number[], factors: readonly T[], apply: (dim: Dim, factor: T) => Dim): Inferred {
  if (factors.length !== axes.length) return contradict(`${factors.length} factors for ${axes.length} axes`);
  return [input.map((dim, axis) => (axes.includes(axis) ? apply(dim, factors[axes.indexOf(axis)]!) : dim))];
}

/** ONNX's inference scales numbers only, and loses a named dimension even at scale 1. */
function scaledNumber(dim: Dim, scale: number): Dim {
  return valueOf(dim) === undefined ? unknown() : scaled(dim, scale);
}

/** ⌊dim × scale⌋. */
function scaled(dim: Dim, scale: number): Dim {
  const size = valueOf(dim);
  // Scales are float32, and so is the product.
  if (size !== undefined) return constant(Math.floor(Math.fround(size * scale)));
  if (Number.isInteger(scale)) return multiply(dim, constant(scale));
  const shrink = 1 / scale;
  return Number.isInteger(shrink) ? (divideExactly(dim, constant(shrink)) ?? floorDivide(dim, shrink)) : unknown();
}

/** Operators that sample a picture at another size. */
export const resizing: Record<string, Rule> = { Resize: { shape: resize }, Upsample: { shape: upsample } };
