import { InputError } from '../core/errors.ts';
import { codeOf } from './data-types.ts';
import type { DataType, DeclaredDim, OnnxAttribute, OnnxNode, OnnxTensor, OnnxValue } from './graph.ts';
import {
  AttributeProto, DimensionProto, NodeProto, TensorProto, TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
} from './schema.gen.js';

const encoder = new TextEncoder();

/** A tensor as a message, its content raw. @throws InputError 'unsupported' for strings and unknown element types */
export function tensorMessage({ name, dataType, dims, bytes }: OnnxTensor): TensorProto {
  if (dataType === 'string') throw unwritable('strings', name);
  return new TensorProto({ name, dims, dataType: typeCode(dataType, name), rawData: bytes });
}

/** A graph input, output or annotation as a message. */
export function valueMessage({ name, dataType, dims }: OnnxValue): ValueInfoProto {
  const shape = dims && shapeMessage(dims);
  const tensorType = new TensorTypeProto({ elemType: typeCode(dataType, name), ...(shape && { shape }) });
  return new ValueInfoProto({ name, type: new TypeProto({ tensorType }) });
}

/** A declared shape as a message. */
export function shapeMessage(dims: readonly DeclaredDim[]): TensorShapeProto {
  return new TensorShapeProto({ dim: dims.map(dimensionMessage) });
}

function dimensionMessage(dim: DeclaredDim): DimensionProto {
  if (dim === null) return new DimensionProto();
  return new DimensionProto(typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim });
}

/** A node as a message. @throws InputError 'unsupported' for attributes of kind 'other' */
export function nodeMessage({ name, op, domain, inputs, outputs, attributes }: OnnxNode): NodeProto {
  return new NodeProto({
    input: [...inputs],
    output: [...outputs],
    opType: op,
    attribute: [...attributes].map(([key, attribute]) => attributeMessage(key, attribute)),
    ...(name && { name }),
    ...(domain && { domain }),
  });
}

function attributeMessage(name: string, attribute: OnnxAttribute): AttributeProto {
  switch (attribute.kind) {
    case 'float':
      return new AttributeProto({ name, type: 1, f: attribute.value });
    case 'int':
      return new AttributeProto({ name, type: 2, i: attribute.value });
    case 'string':
      return new AttributeProto({ name, type: 3, s: encoder.encode(attribute.value) });
    case 'tensor':
      return new AttributeProto({ name, type: 4, t: tensorMessage(attribute.value) });
    case 'floats':
      return new AttributeProto({ name, type: 6, floats: attribute.value });
    case 'ints':
      return new AttributeProto({ name, type: 7, ints: attribute.value });
    case 'strings':
      return new AttributeProto({ name, type: 8, strings: attribute.value.map((text) => encoder.encode(text)) });
    case 'other':
      throw unwritable(`the attribute "${name}"`, 'a node');
  }
}

function typeCode(dataType: DataType, owner: string): number {
  const code = codeOf(dataType);
  if (code === undefined) throw unwritable(`type ${dataType}`, owner);
  return code;
}

function unwritable(found: string, owner: string): InputError {
  return new InputError('unsupported', {
    expected: `numbers in "${owner}"`,
    found,
    remedy: 'Edit the file in place instead, which keeps what it does not understand.',
  });
}
