import { add, constant, type Dim, subtract, unknown, valueOf } from '../../../core/dim.ts';
import { axisOf, constantShape, type Inferred, intsOrInput, numbersOf, type Rule, type Shape, type Site, type Value } from '../rule.ts';
import { at, build } from '../value.ts';

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

/** Slice, whose bounds are attributes before operator set 10 and inputs since. */
export const slicing: Record<string, Rule> = { Slice: { shape: slice, value: slicedValue } };
