import { constant, type Dim, divideExactly, equal, format, formatShape, isKnown, product, unknown, valueOf } from '../../../core/dim.ts';
import { intOf } from '../../../onnx/attributes.ts';
import { constantShape, contradict, fail, type Failure, type Inferred, type Rule, type Shape, type Site, type Value } from '../rule.ts';

/** ONNX Reshape: 0 copies the input's dimension (unless `allowzero`), a single -1 takes what is left. */
function reshape(site: Site): Inferred {
  const target = targetOf(site);
  if (!target) return fail(`the shape "${site.node.inputs[1] ?? ''}" is not known before the model runs`);
  if (target.length > 16) return contradict(`${target.length} dimensions`);
  const input = site.shapes[0];
  const open = target.findIndex((dim) => valueOf(dim) === -1);
  const copied = copyZeros(site, target, input);
  if ('reason' in copied) return copied;
  if (open < 0) return settle(site, input, copied);
  if (copied.some((dim, axis) => axis !== open && (valueOf(dim) ?? 0) < 0)) return contradict(`more than one -1 in ${formatShape(target)}`);
  return solve(site, input, copied, open);
}

function targetOf({ node, values }: Site): Shape | undefined {
  const attribute = node.attributes.get('shape');
  if (attribute?.kind === 'ints') return attribute.value.map(constant);
  return values[1]?.elements;
}

function copyZeros(site: Site, target: Shape, input: Shape | undefined): Dim[] | Failure {
  if (intOf(site.node, 'allowzero', 0) === 1) return [...target];
  const dims = target.map((dim, axis) => (valueOf(dim) !== 0 ? dim : input ? input[axis] : unknown()));
  if (dims.every((dim) => dim !== undefined)) return dims;
  return contradict(`a 0 in ${formatShape(target)} beyond the rank of ${formatShape(input!)}`);
}

function settle(site: Site, input: Shape | undefined, dims: Shape): Inferred {
  if (!input) return [dims];
  const [have, want] = cancel(input, dims);
  if (equal(have, want)) return [dims];
  if (!isKnown(have) || !isKnown(want)) return [dims];
  if (valueOf(have) !== undefined && valueOf(want) !== undefined) {
    return contradict(`${formatShape(input)} holds ${format(product(input))} elements, ${formatShape(dims)} ${format(product(dims))}`);
  }
  site.pin(have, want);
  return [dims];
}

function solve(site: Site, input: Shape | undefined, dims: Dim[], open: number): Inferred {
  const others = dims.filter((_, axis) => axis !== open);
  const put = (dim: Dim): Inferred => [dims.map((old, axis) => (axis === open ? dim : old))];
  if (!input) return put(unknown());
  if (!site.view.solvesSymbols && isComputed(site)) return [dims.map(unknown)];
  const [have, known] = cancel(input, others);
  const symbolic = valueOf(have) === undefined || valueOf(known) === undefined;
  if (!isKnown(have) || !isKnown(known) || (symbolic && !site.view.solvesSymbols)) return put(unknown());
  const quotient = divideExactly(have, known);
  if (quotient) return put(quotient);
  if (!symbolic) return contradict(`${formatShape(input)} cannot fill ${formatShape(dims)}: -1 has no solution`);
  site.pin(have, known);
  return put(unknown());
}

/** Whether the target is worked out while the model runs; one that comes to numbers is folded by every engine. */
function isComputed({ values }: Site): boolean {
  return values[1]?.elements.some((dim) => valueOf(dim) === undefined) === true;
}

/** The two products without the factors they share, so that unknowns on both sides do not stand in the way. */
function cancel(left: Shape, right: Shape): [Dim, Dim] {
  const rest = [...right];
  const kept = left.filter((dim) => {
    const twin = rest.findIndex((other) => equal(dim, other));
    if (twin >= 0) rest.splice(twin, 1);
    return twin < 0;
  });
  return [product(kept), product(rest)];
}

function reshapedValue(site: Site, [shape]: readonly (Shape | null)[]): (Value | undefined)[] {
  const dims = constantShape(shape);
  const value = site.values[0];
  return [dims && value && { dims, elements: value.elements }];
}

function flatten({ node, shapes }: Site): Inferred {
  const input = shapes[0]!;
  const axis = intOf(node, 'axis', 1);
  const split = axis < 0 ? axis + input.length : axis;
  if (split < 0 || split > input.length) return contradict(`axis ${axis} of ${formatShape(input)}`);
  return [[product(input.slice(0, split)), product(input.slice(split))]];
}

/** Operators that give the same elements another shape. */
export const reshaping: Record<string, Rule> = {
  Reshape: { shape: reshape, value: reshapedValue, withoutShape: true },
  Flatten: { shape: flatten, value: reshapedValue },
};
