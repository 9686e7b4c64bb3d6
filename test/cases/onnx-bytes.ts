import { ModelProto } from '../../src/onnx/schema.gen.js';
import type { GraphProto, TensorProto } from '../../src/onnx/schema.gen.js';

const relu = { input: ['x'], output: ['y'], name: 'relu', opType: 'Relu', attribute: [], domain: '' };
const noFields = { irVersion: 8, producerName: '', producerVersion: '', metadataProps: [], functions: [] };

/** The bytes of a smallest sound model, `y = Relu(x)`, with the given parts of its graph put in. */
export function tinyModel(graph: Partial<GraphProto> = {}, opset = 13): Uint8Array {
  const parts = { node: [relu], name: 'g', initializer: [], input: [], output: [], valueInfo: [], ...graph };
  return ModelProto.encode({ ...noFields, graph: parts, opsetImport: [{ domain: '', version: opset }] }).finish();
}

/** A TensorProto message with the given fields. */
export function tensorMessage(fields: Partial<TensorProto>): TensorProto {
  const none = { dims: [], floatData: [], int32Data: [], stringData: [], int64Data: [], doubleData: [], uint64Data: [] };
  return { ...none, externalData: [], name: 'w', dataType: 1, ...fields } as unknown as TensorProto;
}
