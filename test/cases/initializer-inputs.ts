import { decodeModel, encodeModel } from '../../src/onnx/decode.ts';
import { valueMessage } from '../../src/onnx/to-message.ts';
import type { OnnxModel } from '../../src/onnx/graph.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';

/** The model as a file that lists its initializers among its inputs, as every file had to before IR version 4. */
export function withInitializerInputs(model: OnnxModel, irVersion: number): Uint8Array {
  const message = decodeModel(serializeModel({ ...model, irVersion }));
  message.graph!.input.push(...[...model.graph.initializers.values()].map(valueMessage));
  return encodeModel(message);
}

/** The names of everything that a file lists as inputs. */
export function listedInputs(bytes: Uint8Array): string[] {
  return decodeModel(bytes).graph!.input.map(({ name }) => name);
}
