import type { Reader } from 'protobufjs';

/** What decoding a file would make of it. */
export interface Measure {
  nodes: number;
  /** Fields of all messages, and 64-bit integers: each becomes an object, dozens of bytes for as few as two in the file. */
  records: number;
  /** 32-bit integers of any length in the file; each becomes eight bytes. */
  integers: number;
}

/** What the fields of a message hold that grow when they are decoded; other fields are taken as they stand. */
interface Layout {
  readonly [field: number]: Layout | 'longs' | 'integers';
}

const leaf: Layout = {};
const tensor: Layout = { 1: 'longs', 5: 'integers', 7: 'longs', 11: 'longs', 13: leaf };
const attribute: Layout = { 5: tensor, 8: 'longs' };
const node: Layout = { 5: attribute };
const value: Layout = { 2: { 1: { 2: { 1: leaf } } } };
const graph: Layout = { 1: node, 5: tensor, 11: value, 12: value, 13: value };
const model: Layout = { 7: graph, 8: leaf, 14: leaf, 25: leaf };

const lengthDelimited = 2;

/**
 * Measures an ONNX file (onnx.proto3) by skipping through it, without decoding, so that one which would not fit into
 * memory is refused at once. Ends as soon as `isTooLarge`.
 * @throws Error of the reader where the bytes are no protobuf
 */
export function measureModel(reader: Reader, isTooLarge: (measure: Measure) => boolean): Measure {
  const measure = { nodes: 0, records: 0, integers: 0 };
  walk(reader.len, model);
  return measure;

  function walk(end: number, layout: Layout): void {
    while (reader.pos < end && !isTooLarge(measure)) {
      const tag = reader.uint32();
      const [field, wireType] = [tag >>> 3, tag & 7];
      const held = layout[field];
      measure.records++;
      if (held === node) measure.nodes++;
      if (held === undefined || wireType !== lengthDelimited) reader.skipType(wireType);
      else enter(held);
    }
  }

  function enter(held: Layout | 'longs' | 'integers'): void {
    const length = reader.uint32();
    const start = reader.pos;
    if (typeof held === 'object') return walk(start + length, held);
    reader.skip(length);
    measure[held === 'longs' ? 'records' : 'integers'] += countVarints(reader.buf, start, start + length);
  }
}

/** Bytes without the mark of continuation, each of which ends a number. */
function countVarints(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (bytes[at]! < 0x80) count++;
  return count;
}
