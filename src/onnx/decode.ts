import protobuf from 'protobufjs/minimal.js';
import { InputError } from '../core/errors.ts';
import { malformed, notOnnx } from './identify.ts';
import { type Measure, measureModel } from './measure.ts';
import { type Int64, ModelProto } from './schema.gen.js';

/**
 * Most that a file may hold. The largest YOLOv10 has 1,200 nodes and 30,000 records; its weights in float16, written as
 * integers, are 30 million.
 */
const most: Measure = { nodes: 100_000, records: 2_000_000, integers: 64_000_000 };

/**
 * Decodes the protobuf message, keeping fields outside our schema and viewing tensor content in place.
 * @throws InputError 'not-onnx' where the bytes are no protobuf, or lack a graph, nodes or an operator set; 'unsupported'
 * beyond 100,000 nodes, two million fields or 64 million integers
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const message = decodeMessage(bytes);
  if (!message.graph) throw notOnnx(bytes, 'no graph in it');
  if (message.graph.node.length === 0) throw notOnnx(bytes, 'a graph without nodes');
  if (message.opsetImport.length === 0) throw notOnnx(bytes, 'no operator set is named, so the file may be cut off');
  return message;
}

/** Encodes the message. */
export function encodeModel(message: ModelProto): Uint8Array {
  return plain(ModelProto.encode(message).finish());
}

/** A plain Uint8Array: a Node Buffer would hand out Buffers, whose `slice` shares memory, unlike in the browser. */
function plain({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function decodeMessage(bytes: Uint8Array): ModelProto {
  const measure = attempt(bytes, () => measureModel(new protobuf.Reader(plain(bytes)), isTooLarge));
  if (isTooLarge(measure)) throw tooLarge(measure);
  const reader = new protobuf.Reader(plain(bytes));
  reader.discardUnknown = false;
  return attempt(bytes, () => ModelProto.decode(reader));
}

function attempt<T>(bytes: Uint8Array, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw notOnnx(bytes, `not decodable as protobuf, perhaps cut off (${(error as Error).message})`);
  }
}

function isTooLarge({ nodes, records, integers }: Measure): boolean {
  return nodes > most.nodes || records > most.records || integers > most.integers;
}

function tooLarge(measure: Measure): InputError {
  const [kind, name] = ([['nodes', 'nodes'], ['records', 'fields'], ['integers', 'integers']] as const).find(([counted]) => measure[counted] > most[counted])!;
  const remedy = 'Is this an export of a detector? The largest YOLOv10 has about 1,200 nodes.';
  return new InputError('unsupported', { expected: `at most ${most[kind].toLocaleString('en')} ${name} in a model`, found: 'more', remedy });
}

/** A 64-bit integer as a number. @throws InputError 'not-onnx' beyond ±(2^53 − 1) */
export function exactNumber(value: Int64, what: string): number {
  const number = approximateNumber(value);
  if (!Number.isSafeInteger(number)) throw malformed(`${what} within ±2^53`, String(number));
  return number;
}

/** A 64-bit integer as a number, held within ±(2^53 − 1): ONNX writes INT64_MAX for "to the end". */
export function clampedNumber(value: Int64): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, approximateNumber(value)));
}

function approximateNumber(value: Int64): number {
  return typeof value === 'number' ? value : value.high * 2 ** 32 + (value.low >>> 0);
}

/** Whether an optional field is written in the file, as opposed to being read as its default. */
export function isSet<T extends object>(message: T, field: keyof T): boolean {
  return Object.hasOwn(message, field);
}
