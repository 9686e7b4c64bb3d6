import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.ts';
import { toFloat32 } from '../../src/onnx/values.ts';
import { makeNode, withGraph } from './graph-edits.ts';

const arrays = { int8: Int8Array, uint8: Uint8Array, int32: Int32Array } as const;
type Integer = keyof typeof arrays;

const floats = (name: string, values: number[], dims = [values.length]): OnnxTensor => ({ name, dataType: 'float', dims, bytes: new Uint8Array(Float32Array.from(values).buffer) });
const integers = (name: string, dataType: Integer, values: Iterable<number>, dims: number[]): OnnxTensor => ({ name, dataType, dims, bytes: new Uint8Array(arrays[dataType].from(values).buffer) });

export interface Quantisation {
  type: Integer;
  /** One scale for each output channel; else one for all. */
  perChannel: boolean;
  /** Left out, as ONNX allows, where 0. */
  zero: number;
}

/** Every learnt weight and bias of a convolution as integers behind a DequantizeLinear named `… dequantised`. */
export function quantisedWeights(model: OnnxModel, { type, perChannel, zero }: Quantisation): OnnxModel {
  const initializers = new Map(model.graph.initializers);
  const nodes: OnnxNode[] = [];
  const quantise = (name: string, as: Integer, split: boolean, offset: number): string => {
    const tensor = initializers.get(name)!;
    const [values, count] = [toFloat32(tensor), split ? tensor.dims[0]! : 1];
    const run = values.length / count;
    const scales = Array.from({ length: count }, (_, index) => Math.max(...values.subarray(index * run, (index + 1) * run).map(Math.abs), 1e-6) / 100);
    const stored = values.map((value, place) => Math.round(value / scales[Math.floor(place / run)]!) + offset);
    const added = [integers(`${name}.q`, as, stored, tensor.dims), floats(`${name}.scale`, scales, split ? undefined : [])];
    if (offset !== 0) added.push(integers(`${name}.zero`, as, scales.map(() => offset), split ? [count] : []));
    for (const each of added) initializers.set(each.name, each);
    initializers.delete(name);
    const attributes: Record<string, OnnxAttribute> = split ? { axis: { kind: 'int', value: -tensor.dims.length } } : {};
    nodes.push(makeNode('', 'DequantizeLinear', added.map((each) => each.name), [`${name} dequantised`], attributes));
    return `${name} dequantised`;
  };
  for (const node of model.graph.nodes) {
    const [input, weight, bias] = node.inputs;
    const parts = node.op === 'Conv' && bias ? [quantise(weight!, type, perChannel, zero), quantise(bias, 'int32', perChannel, 0)] : undefined;
    nodes.push(parts ? { ...node, inputs: [input!, ...parts] } : node);
  }
  return withGraph(model, { initializers, nodes });
}

/** Every convolution's input rounded to eight bits on its way, as static quantisation does. */
export function roundedActivations(model: OnnxModel): OnnxModel {
  const initializers = new Map(model.graph.initializers).set('step', floats('step', [0.05], [])).set('middle', integers('middle', 'uint8', [128], []));
  const nodes = model.graph.nodes.flatMap((node) => {
    if (node.op !== 'Conv') return [node];
    const [rounded, back] = [`${node.name} rounded`, `${node.name} back`];
    return [
      makeNode('', 'QuantizeLinear', [node.inputs[0]!, 'step', 'middle'], [rounded]), makeNode('', 'DequantizeLinear', [rounded, 'step', 'middle'], [back]),
      { ...node, inputs: node.inputs.with(0, back) },
    ];
  });
  return withGraph(model, { initializers, nodes });
}

/** Every convolution computed in integers, its input rounded by what is found in it, as `quantize_dynamic` of ONNX Runtime writes it. */
export function dynamicallyQuantised(model: OnnxModel): OnnxModel {
  const initializers = new Map(model.graph.initializers);
  const add = (tensor: OnnxTensor): string => (initializers.set(tensor.name, tensor), tensor.name);
  const nodes = model.graph.nodes.flatMap((node) => {
    if (node.op !== 'Conv') return [node];
    const [input, weight, bias] = node.inputs;
    const { dims } = initializers.get(weight!)!;
    const values = toFloat32(initializers.get(weight!)!);
    const scale = Math.max(...values.map(Math.abs), 1e-6) / 127;
    const [q, s, z, sum, real, both, scaled] = ['q', 's', 'z', 'sum', 'real', 'both', 'scaled'].map((part) => `${node.outputs[0]} ${part}`) as [string, string, string, string, string, string, string];
    const stored = add(integers(`${weight} stored`, 'int8', values.map((value) => Math.round(value / scale)), dims));
    const shift = add(floats(`${node.outputs[0]} shift`, bias ? [...toFloat32(initializers.get(bias)!)] : [0], [1, bias ? dims[0]! : 1, 1, 1]));
    return [
      makeNode(`${node.name}_ranged`, 'DynamicQuantizeLinear', [input!], [q, s, z]),
      { ...node, op: 'ConvInteger', inputs: [q, stored, z], outputs: [sum] },
      makeNode('', 'Cast', [sum], [real], { to: { kind: 'int', value: 1 } }),
      makeNode('', 'Mul', [s, add(floats(`${weight} scale`, [scale], []))], [both]),
      makeNode('', 'Mul', [real, both], [scaled]),
      makeNode('', 'Add', [scaled, shift], node.outputs),
    ];
  });
  return withGraph(model, { initializers, nodes });
}
