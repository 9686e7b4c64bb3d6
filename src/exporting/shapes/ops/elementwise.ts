import { add, constant, type Dim, divideExactly, equal, floorDivide, formatShape, isKnown, multiply, subtract, valueOf } from '../../../core/dim.ts';
import { intOf } from '../../../onnx/attributes.ts';
import type { DataType } from '../../../onnx/graph.ts';
import { broadcast } from '../broadcast.ts';
import { castTo, isIntegral, isWhole, roundDim } from '../numbers.ts';
import { axisOf, constantShape, contradict, fail, isFailure, type Rule, type Shape, type Site, type Value } from '../rule.ts';
import { stretch } from '../value.ts';

/** The exact result for two elements; `zip` rounds it to the element type. */
type Combine = (a: Dim, b: Dim, site: Site) => Dim | undefined;

/** ONNX divides integers towards zero, which floors what cannot be negative, and floats as floats. */
function divide(a: Dim, b: Dim, { types }: Site): Dim | undefined {
  const [x, y] = [valueOf(a), valueOf(b)];
  if (y === 0) return undefined;
  const exact = divideExactly(a, b);
  if (exact || y === undefined) return exact;
  if (x !== undefined) return constant(isIntegral(types[0]) ? Math.trunc(x / y) : x / y);
  return isIntegral(types[0]) && y > 0 ? floorDivide(a, y) : undefined;
}

/** The remainder takes the divisor's sign, or with `fmod` the dividend's. */
function remainder(a: Dim, b: Dim, { node }: Site): Dim | undefined {
  const n = valueOf(b);
  if (n === undefined || !Number.isInteger(n) || n <= 0 || !isWhole(a)) return undefined;
  if (intOf(node, 'fmod', 0) === 1 && (valueOf(a) ?? 0) < 0) return undefined;
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

/** An operator on broadcast operands; its elements are of the first operand's type unless told. */
function binary(combine?: Combine, type?: DataType): Rule {
  return {
    shape: broadcastAll,
    value: (site, [shape]) => combine && [zip(site, shape, combine, type ?? site.types[0])],
    ...(type && { types: [type] }),
  };
}

function broadcastAll(site: Site): ReturnType<Rule['shape']> {
  const shapes = site.shapes.slice(0, site.node.inputs.length);
  if (shapes.some((shape) => !shape)) return fail('an operand has no shape');
  const common = broadcast(site, shapes as Shape[]);
  return isFailure(common) ? common : [common];
}

/** Combines the operands' elements, one operand after the other. */
function zip(site: Site, shape: Shape | null | undefined, combine: Combine, type: DataType | undefined): Value | undefined {
  const dims = constantShape(shape);
  const operands = dims ? site.values.map((value) => value && stretch(value, dims)) : [];
  const [first, ...rest] = operands;
  if (!first || !rest.every((value) => value !== undefined)) return undefined;
  const merge = (a: Dim | undefined, b: Dim): Dim | undefined => {
    const exact = a && combine(a, b, site);
    return exact && roundDim(type, exact);
  };
  const elements = first.elements.map((element, index) => rest.reduce((dim, value) => merge(dim, value.elements[index]!), element as Dim | undefined));
  return elements.every((element) => element !== undefined) ? { dims: dims!, elements } : undefined;
}

/** An operator that leaves the shape alone. */
function unary(map?: (dim: Dim) => Dim | undefined, types?: Rule['types']): Rule {
  return {
    shape: (site) => site.node.outputs.map(() => site.shapes[0]!),
    value: (site) => map && [mapValue(site, map)],
    ...(types && { types }),
  };
}

function mapValue({ values, types }: Site, map: (dim: Dim) => Dim | undefined): Value | undefined {
  const elements = values[0]?.elements.map((element) => {
    const exact = map(element);
    return exact && roundDim(types[0], exact);
  });
  return elements?.every((element) => element !== undefined) ? { dims: values[0]!.dims, elements } : undefined;
}

/** Rounding, which leaves whole sizes alone. */
function rounding(round: (value: number) => number): Rule {
  return unary((dim) => {
    const value = valueOf(dim);
    if (value !== undefined) return constant(round(value));
    return isWhole(dim) ? dim : undefined;
  });
}

/** Halves go to the even neighbour. */
function roundHalfToEven(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
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

/** The mean and the inverse deviation, where asked for, have 1 for every axis that is normalised. */
const layerNormalization: Rule = {
  shape: ({ node, shapes }) => {
    const input = shapes[0]!;
    const first = axisOf(intOf(node, 'axis', -1), input.length);
    if (first === undefined) return contradict(`its axis lies outside ${formatShape(input)}`);
    return [input, ...node.outputs.slice(1).map(() => input.map((dim, axis) => (axis < first ? dim : constant(1))))];
  },
  types: [{ input: 0 }, 'float', 'float'],
};

const plain = [
  'Abs', 'Acos', 'Asin', 'Atan', 'Celu', 'Clip', 'Cos', 'CumSum', 'Elu', 'Erf', 'Exp', 'Gelu', 'GroupNormalization', 'HardSigmoid', 'HardSwish',
  'InstanceNormalization', 'LeakyRelu', 'Log', 'LogSoftmax', 'LpNormalization', 'LRN', 'Mish',
  'PRelu', 'Reciprocal', 'Relu', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Softmax', 'Softplus', 'Softsign', 'Sqrt', 'Tan',
  'Tanh', 'ThresholdedRelu', 'Trilu',
];

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
  Equal: binary(sameness, 'bool'),
  Less: binary(onNumbers((a, b) => Number(a < b)), 'bool'),
  LessOrEqual: binary(onNumbers((a, b) => Number(a <= b)), 'bool'),
  Greater: binary(onNumbers((a, b) => Number(a > b)), 'bool'),
  GreaterOrEqual: binary(onNumbers((a, b) => Number(a >= b)), 'bool'),
  And: binary(onNumbers((a, b) => a && b), 'bool'),
  Or: binary(onNumbers((a, b) => a || b), 'bool'),
  Xor: binary(onNumbers((a, b) => Number(a !== b)), 'bool'),
  Not: unary((dim) => (valueOf(dim) === undefined ? undefined : constant(Number(!valueOf(dim))))),
  Neg: unary((dim) => multiply(dim, constant(-1))),
  Floor: rounding(Math.floor),
  Ceil: rounding(Math.ceil),
  Round: rounding(roundHalfToEven),
  IsNaN: unary(undefined, ['bool']),
  IsInf: unary(undefined, ['bool']),
  CastLike: { shape: ({ shapes }) => [shapes[0]!], types: [{ input: 1 }], value: ({ values, types }) => [castTo(types[1], values[0])] },
  QuantizeLinear: { shape: ({ shapes }) => [shapes[0]!], types: ({ inputs }) => (inputs[2] ? { input: 2 } : 'uint8') },
  DynamicQuantizeLinear: { shape: ({ shapes }) => [shapes[0]!, [], []], types: ['uint8', 'float', 'uint8'] },
  DequantizeLinear: { shape: ({ shapes }) => [shapes[0]!], types: [{ input: 1 }] },
  LayerNormalization: layerNormalization,
  Identity: identity,
  Where: where,
  BatchNormalization: { shape: ({ shapes, node }) => node.outputs.map((_, index) => (index === 0 ? shapes[0]! : null)) },
  Dropout: { shape: ({ shapes, node }) => node.outputs.map(() => shapes[0]!), types: [{ input: 0 }, 'bool'] },
};
