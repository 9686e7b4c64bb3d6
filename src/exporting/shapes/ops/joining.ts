import { add, constant, type Dim, divideExactly, formatShape, multiply, unknown, valueOf } from '../../../core/dim.ts';
import { intOf } from '../../../onnx/attributes.ts';
import { unify } from '../broadcast.ts';
import {
  axisOf, constantShape, contradict, fail, intsOrInput, type Inferred, numbersOf, type Rule, type Shape, type Site, type Value,
} from '../rule.ts';

function concat(site: Site): Inferred {
  const shapes = site.shapes.slice(0, site.node.inputs.length);
  const missing = shapes.findIndex((shape) => !shape);
  if (missing >= 0) return fail(`"${site.node.inputs[missing]}" has no shape`);
  const first = shapes[0]!;
  const axis = axisOf(intOf(site.node, 'axis', 1), first.length);
  if (axis === undefined || shapes.some((shape) => shape!.length !== first.length)) return contradict('its inputs differ in rank');
  const joined: Dim[] = [];
  for (const place of first.keys()) {
    const dim = place === axis ? sum(shapes as Shape[], axis) : agree(site, shapes as Shape[], place);
    if (!dim) return contradict(`${shapes.map((shape) => formatShape(shape!)).join(' and ')} do not join on axis ${axis}`);
    joined.push(dim);
  }
  return [joined];
}

function sum(shapes: readonly Shape[], axis: number): Dim {
  return shapes.reduce((total, shape) => add(total, shape[axis]!), constant(0));
}

function agree(site: Site, shapes: readonly Shape[], axis: number): Dim | undefined {
  return shapes.map((shape) => shape[axis]!).reduce<Dim | undefined>((left, right) => {
    const dim = left && unify(site, left, right);
    return dim && 'terms' in dim ? dim : undefined;
  }, shapes[0]![axis]);
}

function concatValue({ node, values }: Site, [shape]: readonly (Shape | null)[]): (Value | undefined)[] {
  const dims = constantShape(shape);
  const parts = values.slice(0, node.inputs.length);
  // Only lists are joined: shapes are lists.
  if (dims?.length !== 1 || !parts.every((part) => part !== undefined)) return [undefined];
  return [{ dims, elements: parts.flatMap((part) => part.elements) }];
}

function split(site: Site): Inferred {
  const { node, shapes, opset } = site;
  const input = shapes[0]!;
  const axis = axisOf(intOf(node, 'axis', 0), input.length);
  if (axis === undefined) return contradict(`its axis lies outside ${formatShape(input)}`);
  const given = intsOrInput(site, 'split', 1);
  const parts = given ?? (node.inputs[1] ? undefined : evenParts(input[axis]!, node.outputs.length, opset));
  if (!parts) return node.outputs.map(() => input.map((dim, place) => (place === axis ? unknown() : dim)));
  const total = given && constant(given.reduce((whole, part) => whole + part, 0));
  if (total && 'reason' in unify(site, input[axis]!, total)) return contradict(`parts [${given}] of ${formatShape(input)}`);
  return parts.map((part) => input.map((dim, place) => (place === axis ? asDim(part) : dim)));
}

function asDim(part: number | Dim): Dim {
  return typeof part === 'number' ? constant(part) : part;
}

function evenParts(dim: Dim, count: number, opset: number): (number | Dim)[] | undefined {
  const even = divideExactly(dim, constant(count));
  if (even) return Array<Dim>(count).fill(even);
  const size = valueOf(dim);
  if (size === undefined || opset < 18) return undefined;
  const part = Math.ceil(size / count);
  return Array.from({ length: count }, (_, index) => Math.min(part, size - index * part));
}

function splitValue({ values }: Site, outputs: readonly (Shape | null)[]): (Value | undefined)[] {
  let start = 0;
  return outputs.map((shape) => {
    const dims = constantShape(shape);
    if (dims?.length !== 1 || values[0]?.dims.length !== 1) return undefined;
    start += dims[0]!;
    return { dims, elements: values[0].elements.slice(start - dims[0]!, start) };
  });
}

function gather(site: Site): Inferred {
  const [data, indices] = site.shapes;
  const axis = axisOf(intOf(site.node, 'axis', 0), data!.length);
  if (axis === undefined) return contradict(`its axis lies outside ${formatShape(data!)}`);
  if (!indices) return fail('its indices have no shape');
  return [[...data!.slice(0, axis), ...indices, ...data!.slice(axis + 1)]];
}

function gatherValue({ node, values }: Site): (Value | undefined)[] {
  const [data, indices] = values;
  const places = numbersOf(indices);
  if (!data || data.dims.length !== 1 || !places || intOf(node, 'axis', 0) > 0) return [undefined];
  const elements = places.map((place) => data.elements[place < 0 ? place + data.elements.length : place]);
  return elements.every((element) => element !== undefined) ? [{ dims: indices!.dims, elements }] : [undefined];
}

function gatherElements(site: Site): Inferred {
  const [data, indices] = site.shapes;
  if (!indices) return fail('its indices have no shape');
  if (indices.length !== data!.length) return contradict(`indices ${formatShape(indices)} into ${formatShape(data!)}`);
  pinSmaller(site, data!, indices);
  return [indices];
}

/** Indices may cover less of the other axes than the data has, but a fixed count beside a named one is a baked size. */
function pinSmaller(site: Site, data: Shape, indices: Shape): void {
  const axis = axisOf(intOf(site.node, 'axis', 0), data.length);
  const [have, want] = [data[0]!, indices[0]!];
  if (axis !== 0 && (valueOf(have) === undefined) !== (valueOf(want) === undefined)) unify(site, have, want);
}

function gatherND({ node, shapes }: Site): Inferred {
  const [data, indices] = shapes;
  const depth = indices?.at(-1) && valueOf(indices.at(-1)!);
  if (depth === undefined) return fail('the depth of its indices is not known');
  return [[...indices!.slice(0, -1), ...data!.slice(intOf(node, 'batch_dims', 0) + depth)]];
}

function depthToSpace({ node, shapes }: Site): Inferred {
  const block = intOf(node, 'blocksize', 1);
  const [batch, channels, ...sizes] = shapes[0]!;
  const deep = channels && divideExactly(channels, constant(block * block));
  return deep ? [[batch!, deep, ...sizes.map((dim) => multiply(dim, constant(block)))]] : fail('channels do not divide');
}

function spaceToDepth({ node, shapes }: Site): Inferred {
  const block = constant(intOf(node, 'blocksize', 1));
  const [batch, channels, ...sizes] = shapes[0]!;
  const small = sizes.map((dim) => divideExactly(dim, block));
  if (!channels || small.includes(undefined)) return fail('sizes do not divide');
  return [[batch!, multiply(channels, multiply(block, block)), ...(small as Dim[])]];
}

const scatter: Rule = { shape: ({ shapes }) => [shapes[0]!] };

/** Operators that cut tensors up, pick from them and put them together. */
export const joining: Record<string, Rule> = {
  Concat: { shape: concat, value: concatValue },
  Split: { shape: split, value: splitValue },
  Gather: { shape: gather, value: gatherValue },
  GatherElements: { shape: gatherElements },
  GatherND: { shape: gatherND },
  ScatterElements: scatter,
  ScatterND: scatter,
  DepthToSpace: { shape: depthToSpace },
  SpaceToDepth: { shape: spaceToDepth },
};
