import type { Reader } from 'protobufjs';

const lengthDelimited = 2;
const graphField = 7; // of ModelProto
const nodeField = 1; // of GraphProto

/**
 * Counts a model's nodes by skipping over them, without decoding: so that a file of millions is refused at once.
 * @throws Error of the reader where the bytes are no protobuf
 */
export function countNodes(reader: Reader): number {
  let count = 0;
  forEachField(reader, reader.len, (field, wireType) => {
    if (field !== graphField || wireType !== lengthDelimited) return reader.skipType(wireType);
    const end = reader.uint32() + reader.pos;
    forEachField(reader, end, (inner, innerType) => {
      if (inner === nodeField) count++;
      reader.skipType(innerType);
    });
  });
  return count;
}

function forEachField(reader: Reader, end: number, visit: (field: number, wireType: number) => void): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    visit(tag >>> 3, tag & 7);
  }
}
