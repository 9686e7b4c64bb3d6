import { constant, divideExactly, product, subtract, unknown, valueOf } from '../../../core/dim.ts';
import { intOf } from '../../../onnx/attributes.ts';
import { dataTypeOf } from '../../../onnx/data-types.ts';
import type { DataType, OnnxNode, OnnxTensor } from '../../../onnx/graph.ts';
import { castTo, roundDim } from '../numbers.ts';
import { constantShape, fail, type Inferred, type Rule, type Shape, type Site } from '../rule.ts';
import { build, valueOfTensor } from '../value.ts';

/** What a Constant node holds, as a tensor. */
export function constantTensor(node: OnnxNode): OnnxTensor | undefined {
  const name = node.outputs[0] ?? '';
  for (const [key, attribute] of node.attributes) {
    if (key === 'value' && attribute.kind === 'tensor') return attribute.value;
    if (attribute.kind === 'float') return tensor(name, 'float', [], Float32Array.of(attribute.value));
    if (attribute.kind === 'floats') return tensor(name, 'float', [attribute.value.length], Float32Array.from(attribute.value));
    if (attribute.kind === 'int') return tensor(name, 'int64', [], BigInt64Array.of(BigInt(attribute.value)));
    if (attribute.kind === 'ints') return tensor(name, 'int64', [attribute.value.length], BigInt64Array.from(attribute.value, BigInt));
  }
  return undefined;
}

function tensor(name: string, dataType: DataType, dims: number[], content: ArrayBufferView): OnnxTensor {
  return { name, dataType, dims, bytes: new Uint8Array(content.buffer, content.byteOffset, content.byteLength) };
}

const constantRule: Rule = {
  shape: ({ node }) => {
    const held = constantTensor(node);
    return held ? [held.dims.map(constant)] : fail('a constant of a kind that is not read');
  },
  value: ({ node }) => {
    const held = constantTensor(node);
    return held && [valueOfTensor(held)];
  },
  types: (node) => constantTensor(node)?.dataType ?? 'other',
  withoutShape: true,
};

/** The stretch of a shape that Shape gives, all of it before operator set 15. */
function shapeSlice({ node, shapes }: Site): Shape {
  const rank = shapes[0]!.length;
  const clamp = (place: number): number => Math.min(rank, Math.max(0, place < 0 ? place + rank : place));
  return shapes[0]!.slice(clamp(intOf(node, 'start', 0)), clamp(intOf(node, 'end', rank)));
}

const shapeRule: Rule = {
  shape: (site) => [[site.shapes[0] ? constant(shapeSlice(site).length) : unknown()]],
  value: (site) => {
    if (!site.shapes[0]) return undefined;
    const dims = shapeSlice(site);
    return [{ dims: [dims.length], elements: dims }];
  },
  types: ['int64'],
  withoutShape: true,
};

const size: Rule = {
  shape: () => [[]],
  value: ({ shapes }) => [{ dims: [], elements: [product(shapes[0]!)] }],
  types: ['int64'],
};

function filler(node: OnnxNode): OnnxTensor | undefined {
  const attribute = node.attributes.get('value');
  return attribute?.kind === 'tensor' ? attribute.value : undefined;
}

const constantOfShape: Rule = {
  shape: ({ values, shapes }) => {
    if (values[0]) return [values[0].elements];
    const rank = shapes[0]?.[0] && valueOf(shapes[0][0]);
    return rank !== undefined && rank <= 16 ? [Array.from({ length: rank }, unknown)] : fail('its shape is not known');
  },
  value: ({ node }, [shape]) => {
    const dims = constantShape(shape);
    const held = filler(node);
    const element = held ? valueOfTensor(held)?.elements[0] : constant(0);
    return [dims && element && build(dims, () => element)];
  },
  types: (node) => filler(node)?.dataType ?? 'float',
  withoutShape: true,
};

function range({ values }: Site): Inferred {
  const [start, limit, step] = values.map((value) => value?.elements[0]);
  if (!start || !limit || !step) return [[unknown()]];
  const span = subtract(limit, start);
  const by = valueOf(step);
  if (by === 0) return fail('its step is 0');
  const length = valueOf(span);
  if (length !== undefined && by !== undefined) return [[constant(Math.max(0, Math.ceil(length / by)))]];
  return [[divideExactly(span, step) ?? unknown()]];
}

const rangeRule: Rule = {
  shape: range,
  value: ({ values, types }, [shape]) => {
    const dims = constantShape(shape);
    const [start, , step] = values.map((value) => value?.elements[0] && valueOf(value.elements[0]));
    // Runtimes that add up and those that multiply agree on halves only.
    if (!dims || start === undefined || step === undefined || !Number.isInteger(2 * start) || !Number.isInteger(2 * step)) return undefined;
    return [build(dims, ([place]) => roundDim(types[0], constant(start + place! * step)))];
  },
  withoutShape: true,
};

function typeCastTo(node: OnnxNode): DataType {
  return dataTypeOf(intOf(node, 'to', 1));
}

/** Operators that make values out of attributes and shapes. */
export const constants: Record<string, Rule> = {
  Constant: constantRule,
  Shape: shapeRule,
  Size: size,
  ConstantOfShape: constantOfShape,
  Range: rangeRule,
  Cast: { shape: ({ shapes }) => [shapes[0]!], value: ({ node, values }) => [castTo(typeCastTo(node), values[0])], types: typeCastTo },
};
