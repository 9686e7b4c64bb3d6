import { InputError } from '../../src/core/errors.ts';
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { toReport } from '../../src/exporting/doctor/report.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import type { OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { randomOf } from './seeded-model.ts';

/** Most processor time that reading and judging any file may take, in milliseconds. */
export const patience = 5000;

/** Processor time spent so far, in milliseconds: unlike the clock it does not run while other programs do. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export type Outcome = 'report' | 'repaired' | 'refused';

/** Reads and judges bytes; anything but a report or an InputError, or too long, throws. */
export function judge(bytes: Uint8Array): Outcome {
  const started = processorTime();
  const outcome = judgeUntimed(bytes);
  const took = processorTime() - started;
  if (took > patience) throw new Error(`took ${Math.round(took)} ms of processor time`);
  return outcome;
}

function judgeUntimed(bytes: Uint8Array): Outcome {
  try {
    JSON.stringify(toReport(diagnose(parseModel(bytes))));
    return 'report';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return 'refused';
  }
}

/** Repairs bytes; what it writes must read back and hold nothing that a repair puts right. */
export function tryRepair(bytes: Uint8Array): Outcome {
  try {
    const { findings } = diagnose(parseModel(repair(bytes).bytes));
    const wrong = findings.find(({ severity, code }) => severity === 'error' && code !== 'float16-overflow');
    if (wrong) throw new Error(`a wrong file was written: ${wrong.code} at ${wrong.node}`);
    return 'repaired';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return 'refused';
  }
}

/**
 * A copy with one to eight bytes changed.
 * @param head where changes may fall: within so many bytes of the start, where the nodes of a written file stand
 */
export function mutate(bytes: Uint8Array, seed: number, head = bytes.length): Uint8Array {
  const random = randomOf(seed);
  const mutant = bytes.slice();
  const changes = 1 + Math.floor(random() * 8);
  for (let change = 0; change < changes; change++) mutant[Math.floor(random() * head)] = Math.floor(random() * 256);
  return mutant;
}

/** The graph of a model with weights of zero elements: small, so that mutations hit what is read. */
export function withoutWeights(model: OnnxModel): OnnxModel {
  const small = [...model.graph.initializers.values()].map((tensor) => (tensor.bytes.length > 1024 ? { ...tensor, dims: [0], bytes: new Uint8Array(0) } : tensor));
  return { ...model, graph: { ...model.graph, initializers: new Map(small.map((tensor) => [tensor.name, tensor])) } };
}

/** A model of the given nodes over one picture. */
export function graphOf(nodes: OnnxNode[], dims: (number | string)[] = ['batch', 3, 64, 64]): OnnxModel {
  const last = nodes.at(-1)!.outputs[0]!;
  return {
    irVersion: 8, opset: 17, otherOpsets: new Map(), producer: '', metadata: new Map(),
    graph: {
      name: '', nodes, values: [], initializers: new Map(),
      inputs: [{ name: 'images', dataType: 'float', dims }], outputs: [{ name: last, dataType: 'float', dims: null }],
    },
  };
}

export function simpleNode(op: string, inputs: string[], outputs: string[], attributes: OnnxNode['attributes'] = new Map()): OnnxNode {
  return { name: '', op, domain: '', inputs, outputs, attributes };
}

/** A file that is small for what it would decode to. */
export interface BloatedModel {
  title: string;
  make: () => Uint8Array;
  /** Bytes up to which such a file is read all the same. */
  allowed: number;
}

/** Models with so many bytes of each kind of thing that decodes to many times its size, and of two that do not. */
export function* bloatedModels(size: number): Generator<BloatedModel> {
  const many = (...pattern: number[]): Uint8Array => Buffer.alloc(size, Uint8Array.from(pattern));
  const relu = field(1, field(2, Buffer.from('y')), field(4, Buffer.from('Relu')));
  const model = (...graph: Uint8Array[]): Uint8Array => Buffer.concat([field(8, Uint8Array.of(16, 13)), field(7, relu, ...graph)]);
  const cases: [string, () => Uint8Array, allowed?: number][] = [
    ['dimensions', () => model(field(5, field(1, many(1))))],
    ['64-bit numbers', () => model(field(5, field(7, many(1))))],
    ['unsigned 64-bit numbers', () => model(field(5, field(11, many(1))))],
    ['numbers of an attribute', () => model(field(1, field(5, field(8, many(1)))))],
    ['initializers', () => model(many(5 * 8 + 2, 0))],
    ['annotations', () => model(many(13 * 8 + 2, 0))],
    ['dims of an input', () => model(field(11, field(2, field(1, field(2, many(8 + 2, 0))))))],
    ['inputs of a node', () => model(field(1, many(8 + 2, 0)))],
    ['unknown fields', () => Buffer.concat([many(15 * 8, 1), model()])],
    ['entries of metadata', () => Buffer.concat([many(14 * 8 + 2, 0), model()])],
    ['bytes of a number without end', () => model(field(5, field(7, many(0x81))))],
    ['groups in groups', () => model(many(4 * 8 + 3))],
    ['32-bit numbers', () => model(field(5, field(5, many(1)), ...tensorOf(3, size))), 64_000_000],
    ['bytes of a weight', () => model(field(5, field(9, many(1)), ...tensorOf(2, size))), Number.POSITIVE_INFINITY],
  ];
  for (const [title, make, allowed = 0] of cases) yield { title, make, allowed };
}

/** A tensor's one dimension and element type. */
function tensorOf(type: number, length: number): Uint8Array[] {
  return [Uint8Array.from([8, ...varint(length)]), Uint8Array.of(16, type), field(8, Buffer.from('w'))];
}

/** A protobuf field of bytes. */
function field(number: number, ...contents: Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([Uint8Array.from([...varint(number * 8 + 2), ...varint(length)]), ...contents]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
