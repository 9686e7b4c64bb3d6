import protobuf from 'protobufjs/minimal.js';
import type { OnnxModel, OnnxNode } from '../../src/onnx/graph.ts';
import { AttributeProto, GraphProto, NodeProto, OperatorSetIdProto } from '../../src/onnx/schema.gen.js';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { nodeMessage, valueMessage } from '../../src/onnx/to-message.ts';
import { makeNode } from './graph-edits.ts';

const DOMAIN = 'pkg.torch';
const messageType = 2;

function field(number: number, content: Uint8Array | string): Uint8Array {
  const writer = protobuf.Writer.create().uint32((number << 3) | messageType);
  return (typeof content === 'string' ? writer.string(content) : writer.bytes(content)).finish();
}

function opsets(domains: Record<string, number>, number: number): Uint8Array[] {
  return Object.entries(domains).map(([domain, version]) => field(number, OperatorSetIdProto.encode(new OperatorSetIdProto({ domain, version })).finish()));
}

/** A FunctionProto (onnx.proto3) of one node, whose attributes it keeps. */
function functionOf(name: string, { op, attributes, inputs }: OnnxNode, opset: number): Uint8Array {
  const formal = inputs.map((_, index) => `x${index}`);
  const body = nodeMessage(makeNode('', op, formal, ['y'], Object.fromEntries(attributes)));
  const parts = [field(1, name), ...formal.map((input) => field(4, input)), field(5, 'y'), field(7, NodeProto.encode(body).finish())];
  return Buffer.concat([...parts, ...opsets({ '': opset }, 9), field(10, DOMAIN)]);
}

/** The file with every node of an operator made a call of a function of its own that holds the node, as `dynamo_export` writes. */
export function withFunctions(model: OnnxModel, op: string): Uint8Array {
  const bodies: Uint8Array[] = [];
  const nodes = model.graph.nodes.map((node) => {
    if (node.op !== op) return node;
    const name = `${op}_${bodies.length}`;
    bodies.push(functionOf(name, node, model.opset));
    return makeNode(node.name, name, node.inputs, node.outputs, {}, DOMAIN);
  });
  const calling = serializeModel({ ...model, otherOpsets: new Map([[DOMAIN, 1]]), graph: { ...model.graph, nodes } });
  return Buffer.concat([calling, ...bodies.map((body) => field(25, body))]);
}

/** `If`, by the given condition, with the same value from either branch: an attribute that typed graphs do not hold. */
export function branching(condition: string, value: string, output: string): NodeProto {
  const branches = ['then_branch', 'else_branch'].map((name) => {
    const [copy, made] = [nodeMessage(makeNode('', 'Identity', [value], [`${name}.made`])), valueMessage({ name: `${name}.made`, dataType: 'float', dims: null })];
    const graph = new GraphProto({ name, node: [copy], output: [made] });
    return Object.assign(new AttributeProto({ name, type: 5 }), { $unknowns: [field(6, GraphProto.encode(graph).finish())] });
  });
  return new NodeProto({ opType: 'If', input: [condition], output: [output], attribute: branches });
}
