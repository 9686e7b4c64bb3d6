import { constant, type Dim, formatShape, unknown, valueOf } from '../../../core/dim.ts';
import { intOf } from '../../../onnx/attributes.ts';
import { axisOf, contradict, fail, intsOrInput, type Inferred, numbersOf, type Rule, type Site } from '../rule.ts';

function reduce(site: Site): Inferred {
  const { node, shapes } = site;
  const input = shapes[0]!;
  const given = intsOrInput(site, 'axes', 1);
  if (!given && node.inputs[1]) return fail('its axes are not known');
  const axes = (given ?? []).map((axis) => axisOf(axis, input.length));
  if (axes.includes(undefined)) return contradict(`axes [${given}] of ${formatShape(input)}`);
  const none = axes.length === 0;
  if (none && intOf(node, 'noop_with_empty_axes', 0) === 1) return [input];
  const gone = (axis: number): boolean => none || axes.includes(axis);
  if (intOf(node, 'keepdims', 1) === 1) return [input.map((dim, axis) => (gone(axis) ? constant(1) : dim))];
  return [input.filter((_, axis) => !gone(axis))];
}

function reduceOne({ node, shapes }: Site): Inferred {
  const input = shapes[0]!;
  const axis = axisOf(intOf(node, 'axis', 0), input.length);
  if (axis === undefined) return contradict(`its axis lies outside ${formatShape(input)}`);
  const dims = input.map((dim, place) => (place === axis ? constant(1) : dim));
  return [intOf(node, 'keepdims', 1) === 1 ? dims : dims.filter((_, place) => place !== axis)];
}

function topK(site: Site): Inferred {
  const { node, shapes, values } = site;
  const input = shapes[0]!;
  const axis = axisOf(intOf(node, 'axis', -1), input.length);
  if (axis === undefined) return contradict(`its axis lies outside ${formatShape(input)}`);
  const attribute = node.attributes.get('k');
  const count: Dim | undefined = attribute?.kind === 'int' ? constant(attribute.value) : values[1]?.elements[0];
  const [k, size] = [count && valueOf(count), valueOf(input[axis]!)];
  if (k !== undefined && size !== undefined && k > size) return contradict(`the top ${k} of ${size}`);
  // ONNX's inference drops every dimension where it cannot compare K with the axis.
  if (!site.view.followsValues && size === undefined) return [input.map(unknown), input.map(unknown)];
  const dims = input.map((dim, place) => (place === axis ? (count ?? unknown()) : dim));
  return [dims, dims];
}

function nonZero({ shapes }: Site): Inferred {
  return [[constant(shapes[0]!.length), unknown()]];
}

function oneHot({ node, shapes, values }: Site): Inferred {
  const depth = numbersOf(values[1])?.[0];
  const axis = intOf(node, 'axis', -1);
  const dims = [...shapes[0]!];
  dims.splice(axis < 0 ? dims.length + 1 + axis : axis, 0, depth === undefined ? unknown() : constant(depth));
  return [dims];
}

const names = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'];

/** Operators that fold an axis, or pick along it. */
export const reducing: Record<string, Rule> = {
  ...Object.fromEntries(names.map((name) => [`Reduce${name}`, { shape: reduce }])),
  ArgMax: { shape: reduceOne, types: ['int64'] },
  ArgMin: { shape: reduceOne, types: ['int64'] },
  TopK: { shape: topK, types: [{ input: 0 }, 'int64'] },
  NonZero: { shape: nonZero, types: ['int64'] },
  NonMaxSuppression: { shape: () => [[unknown(), constant(3)]], types: ['int64'] },
  OneHot: { shape: oneHot, types: [{ input: 2 }] },
};
