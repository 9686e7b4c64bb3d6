import { float32ToFloat16 } from '../../core/float16.ts';
import type { DataType, DeclaredDim, OnnxAttribute, OnnxNode, OnnxTensor, OnnxValue } from '../../onnx/graph.ts';

/** A value of the graph being written, its shape known. */
export interface Tensor extends OnnxValue {
  dims: DeclaredDim[];
}

/** What a node makes. `dataType` is that of its first input unless told. */
export interface Made {
  name: string;
  dims: DeclaredDim[];
  dataType?: DataType;
}

export type Attributes = Record<string, number | number[] | string>;

/**
 * Collects nodes in execution order. Every value is annotated with its shape, because ONNX shape inference itself loses
 * the name of a dimension at Resize, and a height computed at run time altogether. What differs between operator sets
 * is written in one place, by the methods named after operators.
 */
export class GraphWriter {
  readonly nodes: OnnxNode[] = [];
  readonly values: OnnxValue[] = [];
  readonly initializers = new Map<string, OnnxTensor>();
  readonly opset: number;

  constructor(opset: number) {
    this.opset = opset;
  }

  /** Adds a node, named after its first output, and returns what it makes. Inputs left out are null. */
  node<const M extends readonly Made[]>(op: string, inputs: readonly (Tensor | null)[], made: M, attributes: Attributes = {}): { [K in keyof M]: Tensor } {
    const outputs = made.map(({ name, dims, dataType }) => ({ name, dims, dataType: dataType ?? inputs[0]!.dataType }));
    this.nodes.push({
      name: outputs[0]!.name.replace(/_output_0$/, ''),
      op,
      domain: '',
      inputs: inputs.map((tensor) => tensor?.name ?? ''),
      outputs: outputs.map(({ name }) => name),
      attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, attribute(value)])),
    });
    this.values.push(...outputs);
    return outputs as { [K in keyof M]: Tensor };
  }

  /** A node that makes one value. */
  apply(op: string, inputs: readonly (Tensor | null)[], made: Made, attributes: Attributes = {}): Tensor {
    return this.node(op, inputs, [made], attributes)[0];
  }

  /** A constant list of integers. */
  ints(name: string, values: readonly number[]): Tensor {
    return this.#constant(name, 'int64', [values.length], new BigInt64Array(values.map(BigInt)));
  }

  /** A constant integer of rank 0. */
  int(name: string, value: number): Tensor {
    return this.#constant(name, 'int64', [], new BigInt64Array([BigInt(value)]));
  }

  /** A constant of floating-point numbers, row-major. */
  floats(name: string, dims: number[], values: Float32Array, dataType: 'float' | 'float16' = 'float'): Tensor {
    return this.#constant(name, dataType, dims, dataType === 'float' ? values : float32ToFloat16(values));
  }

  cast(x: Tensor, dataType: 'float' | 'float16', name: string): Tensor {
    return this.apply('Cast', [x], { name, dims: x.dims, dataType }, { to: dataType === 'float' ? 1 : 10 });
  }

  /** Sizes are an attribute before opset 13. */
  split<const M extends readonly Made[]>(x: Tensor, axis: number, made: M): { [K in keyof M]: Tensor } {
    const sizes = made.map(({ dims }) => dims.at(axis) as number);
    if (this.opset < 13) return this.node('Split', [x], made, { axis, split: sizes });
    return this.node('Split', [x, this.ints(`${made[0]!.name}.sizes`, sizes)], made, { axis });
  }

  /** Adds dimensions of 1 at `axes` of the result; an attribute before opset 13. */
  unsqueeze(x: Tensor, axes: number[], name: string): Tensor {
    const dims = [...x.dims];
    for (const axis of axes) dims.splice(axis < 0 ? dims.length + 1 + axis : axis, 0, 1);
    if (this.opset < 13) return this.apply('Unsqueeze', [x], { name, dims }, { axes });
    return this.apply('Unsqueeze', [x, this.ints(`${name}.axes`, axes)], { name, dims });
  }

  /** Maximum over the last axis, which goes; axes are an attribute before opset 18. */
  maxOverLast(x: Tensor, name: string): Tensor {
    const made = { name, dims: x.dims.slice(0, -1) };
    if (this.opset < 18) return this.apply('ReduceMax', [x], made, { axes: [-1], keepdims: 0 });
    return this.apply('ReduceMax', [x, this.ints(`${name}.axes`, [-1])], made, { keepdims: 0 });
  }

  /** Nearest-neighbour upsampling by two; opset 11 wants the unused `roi` present. */
  upsample(x: Tensor, made: Made): Tensor {
    const roi = this.opset < 13 ? this.floats(`${made.name}.roi`, [0], new Float32Array(0)) : null;
    const scales = this.floats(`${made.name}.scales`, [4], new Float32Array([1, 1, 2, 2]));
    return this.apply('Resize', [x, roi, scales], made, { coordinate_transformation_mode: 'asymmetric', mode: 'nearest', nearest_mode: 'floor' });
  }

  transpose(x: Tensor, perm: number[], name: string): Tensor {
    return this.apply('Transpose', [x], { name, dims: perm.map((axis) => x.dims[axis]!) }, { perm });
  }

  /** Reshapes to constant numbers, the batch copied from the input. */
  reshape(x: Tensor, [batch, ...rest]: DeclaredDim[], name: string): Tensor {
    const target = [0, ...rest.map((dim) => (typeof dim === 'number' ? dim : -1))];
    return this.apply('Reshape', [x, this.ints(`${name}.shape`, target)], { name, dims: [batch!, ...rest] });
  }

  concat(inputs: Tensor[], axis: number, name: string): Tensor {
    const along = inputs.map(({ dims }) => dims.at(axis)!);
    const total = along.every((dim) => typeof dim === 'number') ? along.reduce((sum, dim) => sum + dim, 0) : null;
    const at = axis < 0 ? inputs[0]!.dims.length + axis : axis;
    return this.apply('Concat', inputs, { name, dims: inputs[0]!.dims.with(at, total) }, { axis });
  }

  #constant(name: string, dataType: DataType, dims: number[], values: BigInt64Array | Float32Array | Uint16Array): Tensor {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.initializers.set(name, { name, dataType, dims, bytes });
    return { name, dataType, dims };
  }
}

function attribute(value: number | number[] | string): OnnxAttribute {
  if (typeof value === 'string') return { kind: 'string', value };
  return typeof value === 'number' ? { kind: 'int', value } : { kind: 'ints', value };
}
