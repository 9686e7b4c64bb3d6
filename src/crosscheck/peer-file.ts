import { InputError } from '../core/errors.ts';
import { codeOf } from '../onnx/data-types.ts';
import { decodeModel, encodeModel } from '../onnx/decode.ts';
import { externalContent, isExternal } from '../onnx/external.ts';
import { ModelFile } from '../onnx/model-file.ts';
import type { ExternalFiles } from '../onnx/tensor.ts';
import { nodeMessage, valueMessage } from '../onnx/to-message.ts';

/** What follows a tensor's name in the name of the output that shows it. */
export const SEEN = '/seen';

/** Most bytes of a protobuf message. */
const LARGEST = 2 ** 31 - 1;

/**
 * The model with its data files' weights inside, all else as it stands in the file: functions and subgraphs too.
 * @throws InputError 'unsupported' beyond the 2 GB of one file
 */
export function inOneFile(bytes: Uint8Array, external: ExternalFiles): Uint8Array {
  const outside = decodeModel(bytes).graph!.initializer.filter(isExternal);
  const size = outside.reduce((sum, tensor) => sum + externalContent(tensor, external).length, bytes.length);
  if (size <= LARGEST) return ModelFile.open(bytes, { external }).toBytes();
  throw new InputError('unsupported', {
    expected: 'at most 2 GB of weights, to hand the model over in one file',
    found: `${(size / 1e9).toFixed(1)} GB`,
    remedy: 'Go on without the other engine: --alone on the command line. The largest YOLOv10 has 0.12 GB.',
  });
}

/** The file with further outputs, each `name/seen`: cast, so that their element type need not be known. */
export function exposing(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const message = decodeModel(bytes);
  for (const name of names) {
    const seen = `${name}${SEEN}`;
    const attributes = new Map([['to', { kind: 'int', value: codeOf('float')! } as const]]);
    message.graph!.node.push(nodeMessage({ name: seen, op: 'Cast', domain: '', inputs: [name], outputs: [seen], attributes }));
    message.graph!.output.push(valueMessage({ name: seen, dataType: 'float', dims: null }));
  }
  return encodeModel(message);
}
