import { add, constant, type Dim, divideExactly, formatShape, multiply, subtract, unknown, valueOf } from '../../../core/dim.ts';
import { unify } from '../broadcast.ts';
import { axisOf, constantShape, contradict, fail, intOf, intsOrInput, type Inferred, numbersOf, type Rule, type Shape, type Site, type Value } from '../rule.ts';
import { at, build } from '../value.ts';

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

interface Slice {
  axis: number;
  start: number;
  end: number;
  step: number;
}

function slicesOf(site: Site): Slice[] | undefined {
  const rank = site.shapes[0]!.length;
  const starts = intsOrInput(site, 'starts', 1);
  const ends = intsOrInput(site, 'ends', 2);
  if (!starts || !ends || starts.length !== ends.length) return undefined;
  const axes = intsOrInput(site, 'axes', 3) ?? (site.node.inputs[3] ? undefined : [...starts.keys()]);
  const steps = numbersOf(site.values[4]) ?? (site.node.inputs[4] ? undefined : starts.map(() => 1));
  if (!axes || !steps) return undefined;
  const slices = axes.map((axis, index) => ({ axis: axisOf(axis, rank) ?? -1, start: starts[index]!, end: ends[index]!, step: steps[index]! }));
  return slices.every(({ axis, step }) => axis >= 0 && step !== 0 && step !== undefined) ? slices : undefined;
}

function slice(site: Site): Inferred {
  const input = site.shapes[0]!;
  const slices = slicesOf(site);
  if (!slices) return [sliceUnknown(site, input)];
  const dims = [...input];
  for (const part of slices) dims[part.axis] = sliceDim(dims[part.axis]!, part);
  return [dims];
}

/** Where bounds are computed, only the axes they touch are lost. */
function sliceUnknown(site: Site, input: Shape): Dim[] {
  const axes = intsOrInput(site, 'axes', 3)?.map((axis) => axisOf(axis, input.length));
  return input.map((dim, axis) => (axes && !axes.includes(axis) ? dim : unknown()));
}

function sliceDim(dim: Dim, part: Slice): Dim {
  const size = valueOf(dim);
  if (size !== undefined) return constant(placesOf(part, size).length);
  if (part.step === 1 && part.start === 0 && part.end >= 2 ** 31 - 1) return dim;
  if (part.step !== 1) return unknown();
  // No dimension of a picture or its features is 0.
  if (part.start === 0 && part.end === 1) return constant(1);
  // Taken to be long enough for the cut, as every runtime will find out.
  if (part.start >= 0 && part.end < 0) return add(dim, constant(part.end - part.start));
  if (part.start >= 0 && part.end >= 2 ** 31 - 1) return subtract(dim, constant(part.start));
  if (part.start < 0 && part.end >= 2 ** 31 - 1) return constant(-part.start);
  return unknown();
}

function placesOf({ start, end, step }: Slice, size: number): { length: number; at(index: number): number } {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const clamp = (place: number): number => Math.min(high, Math.max(low, place < 0 ? place + size : place));
  const from = step > 0 ? clamp(start) : Math.max(0, clamp(start));
  const to = end < -size && step < 0 ? -1 : clamp(end);
  return { length: Math.max(0, Math.ceil((to - from) / step)), at: (index) => from + index * step };
}

function slicedValue(site: Site, [shape]: readonly (Shape | null)[]): (Value | undefined)[] {
  const dims = constantShape(shape);
  const value = site.values[0];
  const slices = value && dims && slicesOf(site);
  if (!slices) return [undefined];
  const moved = new Map(slices.map((part) => [part.axis, placesOf(part, value.dims[part.axis]!)]));
  return [build(dims, (index) => at(value, index.map((place, axis) => moved.get(axis)?.at(place) ?? place)))];
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
  Slice: { shape: slice, value: slicedValue },
  ScatterElements: scatter,
  ScatterND: scatter,
  DepthToSpace: { shape: depthToSpace },
  SpaceToDepth: { shape: spaceToDepth },
};
