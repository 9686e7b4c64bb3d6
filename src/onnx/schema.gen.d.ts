// Generated from onnx.proto by tools/generate-onnx.ts; do not edit.

/** A 64-bit integer: the halves of protobufjs' Long when decoded, a plain number where we write one. */
export type Int64 = number | { low: number; high: number; unsigned: boolean };

/** A Reader of protobufjs by what it surely has: users of our types need not have its. */
interface Reader {
  readonly buf: Uint8Array;
  readonly pos: number;
}

interface Codec<T> {
  new (properties?: Partial<T>): T;
  encode(message: T): { finish(): Uint8Array };
  decode(reader: Reader | Uint8Array): T;
}

export interface ModelProto {
  irVersion: Int64;
  producerName: string;
  producerVersion: string;
  graph: GraphProto | null;
  opsetImport: OperatorSetIdProto[];
  metadataProps: StringStringEntryProto[];
  functions: FunctionProto[];
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const ModelProto: Codec<ModelProto>;

export interface FunctionProto {
  name: string;
  domain: string;
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const FunctionProto: Codec<FunctionProto>;

export interface OperatorSetIdProto {
  domain: string;
  version: Int64;
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const OperatorSetIdProto: Codec<OperatorSetIdProto>;

export interface StringStringEntryProto {
  key: string;
  value: string;
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const StringStringEntryProto: Codec<StringStringEntryProto>;

export interface GraphProto {
  node: NodeProto[];
  name: string;
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const GraphProto: Codec<GraphProto>;

export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: AttributeProto[];
  domain: string;
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const NodeProto: Codec<NodeProto>;

export interface AttributeProto {
  name: string;
  f: number;
  i: Int64;
  s: Uint8Array;
  t: TensorProto | null;
  floats: number[];
  ints: Int64[];
  strings: Uint8Array[];
  type: number;
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const AttributeProto: Codec<AttributeProto>;

export interface TensorProto {
  dims: Int64[];
  dataType: number;
  floatData: number[];
  int32Data: number[];
  stringData: Uint8Array[];
  int64Data: Int64[];
  name: string;
  rawData: Uint8Array;
  doubleData: number[];
  uint64Data: Int64[];
  externalData: StringStringEntryProto[];
  dataLocation: number;
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const TensorProto: Codec<TensorProto>;

export interface ValueInfoProto {
  name: string;
  type: TypeProto | null;
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const ValueInfoProto: Codec<ValueInfoProto>;

export interface TypeProto {
  tensorType: TensorTypeProto | null;
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const TypeProto: Codec<TypeProto>;

export interface TensorTypeProto {
  elemType: number;
  shape: TensorShapeProto | null;
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const TensorTypeProto: Codec<TensorTypeProto>;

export interface TensorShapeProto {
  dim: DimensionProto[];
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const TensorShapeProto: Codec<TensorShapeProto>;

export interface DimensionProto {
  dimValue: Int64;
  dimParam: string;
  /** Fields this schema does not name, kept as they stand in the file. */
  $unknowns?: Uint8Array[];
}
export const DimensionProto: Codec<DimensionProto>;
