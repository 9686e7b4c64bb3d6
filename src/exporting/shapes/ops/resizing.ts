import { constant, type Dim, divideExactly, floorDivide, multiply, unknown, valueOf } from '../../../core/dim.ts';
import { contradict, type Inferred, intsOf, numbersOf, type Rule, type Shape, type Site } from '../rule.ts';

/** ONNX Resize from operator set 11: by scales (input 2) or to sizes (input 3). */
function resize(site: Site): Inferred {
  const input = site.shapes[0]!;
  const { values, opset, node } = site;
  const axes = intsOf(node, 'axes') ?? [...input.keys()];
  const sizes = values[3]?.elements;
  if (sizes?.length) return byAxis(input, axes, sizes, (_, size) => size);
  const scales = numbersOf(values[opset < 11 ? 1 : 2]);
  if (!scales?.length) return [input.map((dim, axis) => (axes.includes(axis) ? unknown() : dim))];
  return byAxis(input, axes, scales, site.view.followsValues ? scaled : scaledNumber);
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
  if (size !== undefined) return constant(Math.floor(size * scale));
  if (Number.isInteger(scale)) return multiply(dim, constant(scale));
  const shrink = 1 / scale;
  return Number.isInteger(shrink) ? (divideExactly(dim, constant(shrink)) ?? floorDivide(dim, shrink)) : unknown();
}

/** Operators that sample a picture at another size. */
export const resizing: Record<string, Rule> = { Resize: { shape: resize }, Upsample: { shape: upsample } };
