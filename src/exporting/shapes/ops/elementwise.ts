import { add, constant, type Dim, divideExactly, equal, floorDivide, isKnown, multiply, subtract, valueOf } from '../../../core/dim.ts';
import { broadcast } from '../broadcast.ts';
import { constantShape, fail, isFailure, type Rule, type Shape, type Site, type Value } from '../rule.ts';
import { stretch } from '../value.ts';

type Combine = (a: Dim, b: Dim) => Dim | undefined;

const isWhole = (dim: Dim): boolean => [...dim.terms.values()].every(Number.isInteger);

/** ONNX divides integers towards zero, which floors what cannot be negative. */
function divide(a: Dim, b: Dim): Dim | undefined {
  const [x, y] = [valueOf(a), valueOf(b)];
  if (y === 0) return undefined;
  if (x !== undefined && y !== undefined) return constant(isWhole(a) && isWhole(b) ? Math.trunc(x / y) : x / y);
  const exact = divideExactly(a, b);
  if (exact || y === undefined) return exact;
  return Number.isInteger(y) && y > 0 && isWhole(a) ? floorDivide(a, y) : undefined;
}

function remainder(a: Dim, b: Dim): Dim | undefined {
  const n = valueOf(b);
  if (n === undefined || !Number.isInteger(n) || n <= 0 || !isWhole(a)) return undefined;
  return subtract(a, multiply(floorDivide(a, n), constant(n)));
}

function onNumbers(combine: (a: number, b: number) => number): Combine {
  return (a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    return x === undefined || y === undefined ? undefined : constant(combine(x, y));
  };
}

/** Equal expressions are equal; differing ones may still agree for some input. */
const sameness: Combine = (a, b) => {
  if (equal(a, b)) return constant(1);
  return valueOf(a) !== undefined && valueOf(b) !== undefined ? constant(0) : neverNegative(a, b);
};

/** Exporters compare computed dimensions with -1, which no product of dimensions equals. */
function neverNegative(a: Dim, b: Dim): Dim | undefined {
  const [dim, number] = valueOf(a) === undefined ? [a, valueOf(b)] : [b, valueOf(a)];
  const positive = isKnown(dim) && [...dim.terms.values()].every((factor) => factor > 0);
  return positive && number !== undefined && number < 0 ? constant(0) : undefined;
}

function binary(combine?: Combine, types?: Rule['types']): Rule {
  return {
    shape: broadcastAll,
    value: (site, [shape]) => combine && [zip(site, shape, combine)],
    ...(types && { types }),
  };
}

function broadcastAll(site: Site): ReturnType<Rule['shape']> {
  const shapes = site.shapes.slice(0, site.node.inputs.length);
  if (shapes.some((shape) => !shape)) return fail('an operand has no shape');
  const common = broadcast(site, shapes as Shape[]);
  return isFailure(common) ? common : [common];
}

function zip(site: Site, shape: Shape | null | undefined, combine: Combine): Value | undefined {
  const dims = constantShape(shape);
  const [left, right] = site.values.map((value) => value && dims && stretch(value, dims));
  if (!left || !right) return undefined;
  const elements = left.elements.map((a, index) => combine(a, right.elements[index]!));
  return elements.every((element) => element !== undefined) ? { dims: dims!, elements } : undefined;
}

/** An operator that leaves the shape alone. */
function unary(map?: (value: number) => number, types?: Rule['types']): Rule {
  return {
    shape: (site) => site.node.outputs.map(() => site.shapes[0]!),
    value: (site) => map && [mapNumbers(site.values[0], map)],
    ...(types && { types }),
  };
}

function mapNumbers(value: Value | undefined, map: (value: number) => number): Value | undefined {
  const numbers = value?.elements.map(valueOf);
  if (!numbers?.every((number) => number !== undefined)) return undefined;
  return { dims: value!.dims, elements: numbers.map((number) => constant(map(number))) };
}

const identity: Rule = { shape: ({ shapes }) => [shapes[0]!], value: ({ values }) => [values[0]] };

const where: Rule = {
  shape: broadcastAll,
  types: [{ input: 1 }],
  value: (site, [shape]) => {
    const dims = constantShape(shape);
    const [test, yes, no] = site.values.map((value) => value && dims && stretch(value, dims));
    const choices = test?.elements.map(valueOf);
    if (!yes || !no || !choices?.every((choice) => choice !== undefined)) return undefined;
    return [{ dims: dims!, elements: choices.map((choice, index) => (choice ? yes : no).elements[index]!) }];
  },
};

const plain = [
  'Abs', 'Acos', 'Asin', 'Atan', 'Celu', 'Clip', 'Cos', 'CumSum', 'Elu', 'Erf', 'Exp', 'Gelu', 'HardSigmoid', 'HardSwish',
  'InstanceNormalization', 'LayerNormalization', 'LeakyRelu', 'Log', 'LogSoftmax', 'LpNormalization', 'LRN', 'Mish',
  'PRelu', 'Reciprocal', 'Relu', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Softmax', 'Softplus', 'Softsign', 'Sqrt', 'Tan',
  'Tanh', 'ThresholdedRelu', 'Trilu',
];

const compared: Rule['types'] = ['bool'];

/** Operators that act on each element by itself, and normalisations, which keep the shape likewise. */
export const elementwise: Record<string, Rule> = {
  ...Object.fromEntries(plain.map((op) => [op, unary()])),
  Add: binary(add),
  Sub: binary(subtract),
  Mul: binary(multiply),
  Div: binary(divide),
  Mod: binary(remainder),
  Pow: binary(onNumbers(Math.pow)),
  Min: binary(onNumbers(Math.min)),
  Max: binary(onNumbers(Math.max)),
  Mean: binary(),
  Sum: binary(),
  Equal: binary(sameness, compared),
  Less: binary(onNumbers((a, b) => Number(a < b)), compared),
  LessOrEqual: binary(onNumbers((a, b) => Number(a <= b)), compared),
  Greater: binary(onNumbers((a, b) => Number(a > b)), compared),
  GreaterOrEqual: binary(onNumbers((a, b) => Number(a >= b)), compared),
  And: binary(onNumbers((a, b) => a && b), compared),
  Or: binary(onNumbers((a, b) => a || b), compared),
  Xor: binary(onNumbers((a, b) => Number(a !== b)), compared),
  Not: unary((value) => Number(!value), compared),
  Neg: unary((value) => -value),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary((value) => 2 * Math.round(value / 2) === value + 1 && value % 1 !== 0 ? value - 0.5 : Math.round(value)),
  IsNaN: unary(undefined, compared),
  IsInf: unary(undefined, compared),
  Identity: identity,
  Where: where,
  BatchNormalization: { shape: ({ shapes, node }) => node.outputs.map((_, index) => (index === 0 ? shapes[0]! : null)) },
  Dropout: { shape: ({ shapes, node }) => node.outputs.map(() => shapes[0]!), types: [{ input: 0 }, 'bool'] },
};
