import { encodeModel } from './decode.ts';
import type { OnnxGraph, OnnxModel } from './graph.ts';
import { GraphProto, ModelProto, OperatorSetIdProto, StringStringEntryProto } from './schema.gen.js';
import { nodeMessage, tensorMessage, valueMessage } from './to-message.ts';

/**
 * Writes a typed model as an ONNX file, weights inside.
 * @throws InputError 'unsupported' for string tensors and attributes of kind 'other'
 */
export function serializeModel(model: OnnxModel): Uint8Array {
  const opsets: [string, number][] = [['', model.opset], ...model.otherOpsets];
  const message = new ModelProto({
    irVersion: model.irVersion,
    producerName: model.producer,
    graph: graphMessage(model.graph),
    opsetImport: opsets.map(([domain, version]) => new OperatorSetIdProto({ domain, version })),
    metadataProps: [...model.metadata].map(([key, value]) => new StringStringEntryProto({ key, value })),
  });
  return encodeModel(message);
}

function graphMessage(graph: OnnxGraph): GraphProto {
  return new GraphProto({
    node: graph.nodes.map(nodeMessage),
    name: graph.name,
    initializer: [...graph.initializers.values()].map(tensorMessage),
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
    valueInfo: graph.values.map(valueMessage),
  });
}
