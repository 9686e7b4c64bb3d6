import { readFileSync } from 'node:fs';
import type { DataType, DeclaredDim, OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../../src/onnx/graph.ts';

export const exportsFolder = '../shared/exports';

const dataTypes: Record<string, DataType> = { float32: 'float', int64: 'int64', FLOAT: 'float' };

/** A listing of an export: the graph with weights of zeros, and the shapes that ONNX's own inference gave. */
export interface Listing {
  model: OnnxModel;
  /** By tensor name; null where the listing says `[unknown rank]`. */
  onnxShapes: Map<string, string[] | null>;
}

/** Reads one of the text listings beside the shared exports. */
export function readListing(name: string): Listing {
  return parseListing(readFileSync(`${exportsFolder}/${name}.txt`, 'utf8'));
}

function parseListing(text: string): Listing {
  const lines = text.split('\n');
  const opset = Number(/opset (\d+)/.exec(lines[0]!)![1]);
  const onnxShapes: Listing['onnxShapes'] = new Map();
  const split = lines.findIndex((line) => line.startsWith('nodes:'));
  const weights = lines.slice(4, split).filter(Boolean).map(parseWeight);
  const nodes = lines.slice(split + 1).filter(Boolean).map((line) => parseNode(line, onnxShapes));
  return {
    model: {
      irVersion: 7, opset, otherOpsets: new Map(), producer: 'pytorch 1.13.0', metadata: new Map(),
      graph: {
        name: 'listing', inputs: [parseValue(lines[1]!)], outputs: [parseValue(lines[2]!)], values: [],
        initializers: new Map(weights.map((tensor) => [tensor.name, tensor])), nodes,
      },
    },
    onnxShapes,
  };
}

function parseValue(line: string): OnnxValue {
  const [, name, dims] = /^\w+\s+(\S+) \[(.*)\]/.exec(line)!;
  return { name: name!, dataType: 'float', dims: dims!.split(',').map(parseDim) };
}

function parseDim(text: string): DeclaredDim {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function parseWeight(line: string): OnnxTensor {
  const [, name, type, dims] = /^ {2}(\S+) (\w+) \[(.*)\]/.exec(line)!;
  const numbers = dims!.split(',').filter(Boolean).map(Number);
  return zeros(name!, dataTypes[type!]!, numbers);
}

function zeros(name: string, dataType: DataType, dims: number[]): OnnxTensor {
  const size = dataType === 'int64' ? 8 : 4;
  return { name, dataType, dims, bytes: new Uint8Array(dims.reduce((product, dim) => product * dim, size)) };
}

function parseNode(line: string, shapes: Listing['onnxShapes']): OnnxNode {
  const [, op, name, inputs, outputs, attributes] = /^ {2}(\w+) (\S+) \((.*?)\) -> (.*?) (?:\{(.*)\})?$/.exec(`${line} `.replace(/} $/, '}'))!;
  const made = [...outputs!.matchAll(/(\S+) \[([^\]]*)\],?/g)];
  for (const [, output, dims] of made) shapes.set(output!, dims === 'unknown rank' ? null : dims!.split(',').filter(Boolean));
  const names = inputs === '' ? [] : inputs!.split(', ');
  return { name: name!, op: op!, domain: '', inputs: names, outputs: made.map((match) => match[1]!), attributes: parseAttributes(attributes ?? '') };
}

function parseAttributes(text: string): Map<string, OnnxAttribute> {
  const pairs = [...text.matchAll(/'(\w+)': ('[^']*'|\[[^\]]*\]|[^,]+)/g)];
  return new Map(pairs.map(([, name, value]) => [name!, parseAttribute(name!, value!)]));
}

function parseAttribute(name: string, text: string): OnnxAttribute {
  if (text.startsWith("'tensor")) return { kind: 'tensor', value: parseTensor(text) };
  if (text.startsWith("'")) return { kind: 'string', value: text.slice(1, -1) };
  if (text.startsWith('[')) return { kind: 'ints', value: JSON.parse(text) as number[] };
  return { kind: name === 'cubic_coeff_a' ? 'float' : 'int', value: Number(text) };
}

function parseTensor(text: string): OnnxTensor {
  const [, type, dims, values] = /tensor (\w+)\[([^\]]*)\](?: (.*))?'$/.exec(text)!;
  const numbers = dims!.split(',').filter(Boolean).map(Number);
  const tensor = zeros('', dataTypes[type!]!, numbers);
  if (!values) return tensor;
  const list = JSON.parse(`[${values.replaceAll(/[[\]]/g, '')}]`) as number[];
  const content = type === 'int64' ? BigInt64Array.from(list, BigInt) : Float32Array.from(list);
  return { ...tensor, bytes: new Uint8Array(content.buffer) };
}
