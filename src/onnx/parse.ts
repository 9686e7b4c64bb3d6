import { clampedNumber, decodeModel, exactNumber, isSet } from './decode.ts';
import { dataTypeOf } from './data-types.ts';
import type { DeclaredDim, OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './graph.ts';
import { malformed } from './identify.ts';
import type { AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from './schema.gen.js';
import { type ExternalFiles, toTensor } from './tensor.ts';

export interface ParseOptions {
  /** Content of the data files that `externalFiles` names. */
  external?: ExternalFiles;
}

/**
 * Reads an ONNX file (onnx.proto3) as plain data. Tensor content is viewed in place, not copied, so keep the file unchanged.
 * @throws InputError 'not-onnx' for bytes that are no sound ONNX model, 'external-data' for a data file missing or too short
 */
export function parseModel(bytes: Uint8Array, options: ParseOptions = {}): OnnxModel {
  return toModel(decodeModel(bytes), options.external);
}

/** The plain form of a decoded message. */
export function toModel(message: ModelProto, files?: ExternalFiles): OnnxModel {
  const opsets = new Map(message.opsetImport.map(({ domain, version }) => [domain, exactNumber(version, 'an opset')]));
  const opset = opsets.get('') ?? opsets.get('ai.onnx');
  if (opset === undefined) throw malformed('the version of the standard operator set', `only ${[...opsets.keys()]}`);
  return {
    irVersion: exactNumber(message.irVersion, 'the IR version'),
    opset,
    otherOpsets: new Map([...opsets].filter(([domain]) => domain !== '' && domain !== 'ai.onnx')),
    producer: `${message.producerName} ${message.producerVersion}`.trim(),
    metadata: new Map(message.metadataProps.map(({ key, value }) => [key, value])),
    graph: toGraph(message.graph!, new Set(message.functions.map(operatorOf)), files),
  };
}

/** What calls a function by: a function stands before an operator of the same name. */
function operatorOf({ domain, name }: { domain: string; name: string }): string {
  return `${standardised(domain)}.${name}`;
}

function toGraph(message: GraphProto, functions: ReadonlySet<string>, files: ExternalFiles | undefined): OnnxGraph {
  const initializers = toInitializers(message.initializer, files);
  const graph = {
    name: message.name,
    inputs: message.input.map(toValue).filter(({ name }) => !initializers.has(name)),
    outputs: message.output.map(toValue),
    values: message.valueInfo.map(toValue),
    initializers,
    nodes: message.node.map((node) => toNode(node, functions, files)),
  };
  rejectUnnamed(graph);
  rejectDoubles(graph);
  return graph;
}

function toInitializers(messages: readonly TensorProto[], files: ExternalFiles | undefined): Map<string, OnnxTensor> {
  const initializers = new Map<string, OnnxTensor>();
  for (const message of messages) {
    if (initializers.has(message.name)) throw malformed('one initializer of each name', `two named "${message.name}"`);
    initializers.set(message.name, toTensor(message, files));
  }
  return initializers;
}

/** ONNX is in single-assignment form: every value has one origin. */
function rejectDoubles({ inputs, initializers, nodes }: OnnxGraph): void {
  const origins = new Set(initializers.keys());
  const claim = (name: string): void => {
    if (name === '') return;
    if (origins.has(name)) throw malformed('one origin of each value', `"${name}" made twice`);
    origins.add(name);
  };
  for (const { name } of inputs) claim(name);
  for (const { outputs } of nodes) outputs.forEach(claim);
}

/** Operators of the standard set that may leave out their first output, or that have as many outputs as graphs of their own say. */
const mayLeaveOut: ReadonlySet<string> = new Set(['RNN', 'GRU', 'LSTM', 'If', 'Loop', 'Scan', 'SequenceMap']);

/** All others that read something have a first output, by which a node is told from others; engines refuse them without. */
function rejectUnnamed({ nodes }: OnnxGraph): void {
  const node = nodes.find(({ domain, op, inputs, outputs, callsFunction }) =>
    domain === '' && !outputs[0] && inputs.some(Boolean) && !callsFunction && !mayLeaveOut.has(op));
  if (node) throw malformed(`a name for what each ${node.op} makes`, `none at "${node.name}"`);
}

/** The standard operator set has two names. */
function standardised(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function toNode(message: NodeProto, functions: ReadonlySet<string>, files: ExternalFiles | undefined): OnnxNode {
  return {
    name: message.name,
    op: message.opType,
    domain: standardised(message.domain),
    // Copies, so that the model stands still while a ModelFile edits the message.
    inputs: [...message.input],
    outputs: [...message.output],
    attributes: new Map(message.attribute.map((attribute) => [attribute.name, toAttribute(attribute, files)])),
    ...(functions.has(operatorOf({ domain: message.domain, name: message.opType })) && { callsFunction: true }),
  };
}

function toAttribute(message: AttributeProto, files: ExternalFiles | undefined): OnnxAttribute {
  switch (kindOf(message)) {
    case 1:
      return { kind: 'float', value: message.f };
    case 2:
      return { kind: 'int', value: clampedNumber(message.i) };
    case 3:
      return { kind: 'string', value: decodeText(message.s) };
    case 4:
      return message.t ? { kind: 'tensor', value: toTensor(message.t, files) } : { kind: 'other' };
    case 6:
      return { kind: 'floats', value: message.floats };
    case 7:
      return { kind: 'ints', value: message.ints.map(clampedNumber) };
    case 8:
      return { kind: 'strings', value: message.strings.map(decodeText) };
    default:
      return { kind: 'other' };
  }
}

/** AttributeProto.AttributeType; IR version 1 left it out, so there it follows from the field in use. */
function kindOf(message: AttributeProto): number {
  if (message.type !== 0) return message.type;
  if (isSet(message, 'f')) return 1;
  if (isSet(message, 'i')) return 2;
  if (isSet(message, 's')) return 3;
  if (message.t) return 4;
  if (message.floats.length > 0) return 6;
  if (message.ints.length > 0) return 7;
  return message.strings.length > 0 ? 8 : 0;
}

const decoder = new TextDecoder();

function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

function toValue(message: ValueInfoProto): OnnxValue {
  const tensor = message.type?.tensorType;
  return {
    name: message.name,
    dataType: tensor ? dataTypeOf(tensor.elemType) : 'other',
    dims: tensor?.shape ? tensor.shape.dim.map((dim) => toDim(dim, message.name)) : null,
  };
}

function toDim(message: DimensionProto, owner: string): DeclaredDim {
  if (isSet(message, 'dimValue')) return exactNumber(message.dimValue, `a dimension of "${owner}"`);
  return message.dimParam === '' ? null : message.dimParam;
}
