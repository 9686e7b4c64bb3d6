/** Element types of ONNX tensors (onnx.proto, TensorProto.DataType), by their names in the specification. */
export type DataType =
  | 'undefined' | 'float' | 'uint8' | 'int8' | 'uint16' | 'int16' | 'int32' | 'int64' | 'string' | 'bool'
  | 'float16' | 'double' | 'uint32' | 'uint64' | 'complex64' | 'complex128' | 'bfloat16' | 'other';

/** A constant tensor. `bytes` is the little-endian row-major content, a view of the file where the file stores it raw. */
export interface OnnxTensor {
  name: string;
  dataType: DataType;
  dims: number[];
  bytes: Uint8Array;
}

/** A declared dimension: a number, a name such as `batch`, or null where nothing is declared. */
export type DeclaredDim = number | string | null;

/** A graph input, output or annotated intermediate value; `dims` is null where the rank is not declared. */
export interface OnnxValue {
  name: string;
  dataType: DataType;
  dims: DeclaredDim[] | null;
}

/** A node's attribute, tagged with its ONNX kind so that it can be written back unchanged. */
export type OnnxAttribute =
  | { kind: 'float' | 'int'; value: number }
  | { kind: 'floats' | 'ints'; value: number[] }
  | { kind: 'string'; value: string }
  | { kind: 'strings'; value: string[] }
  | { kind: 'tensor'; value: OnnxTensor }
  | { kind: 'other' };

export interface OnnxNode {
  name: string;
  op: string;
  /** Empty for the standard operator set. */
  domain: string;
  /** Tensor names; '' where an optional input is left out. */
  inputs: string[];
  outputs: string[];
  attributes: Map<string, OnnxAttribute>;
  /** True where the operator is a function that the file itself defines; what it computes is not read. */
  callsFunction?: boolean;
}

export interface OnnxGraph {
  name: string;
  /** True inputs only: initializers repeated among the inputs (IR < 4) are left out. */
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  /** Shape annotations of intermediate values. */
  values: OnnxValue[];
  initializers: Map<string, OnnxTensor>;
  /** In file order, which ONNX requires to be topological. */
  nodes: OnnxNode[];
}

export interface OnnxModel {
  irVersion: number;
  /** Version of the standard operator set. */
  opset: number;
  /** Versions of other operator sets in use, by domain. */
  otherOpsets: Map<string, number>;
  producer: string;
  metadata: Map<string, string>;
  graph: OnnxGraph;
}

/** The node that makes each value, by the value's name; outputs left out have none. */
export function makersOf(nodes: readonly OnnxNode[]): Map<string, OnnxNode> {
  const makers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    for (const name of node.outputs) if (name !== '') makers.set(name, node);
  }
  return makers;
}
