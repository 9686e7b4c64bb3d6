import { describe, expect, it } from 'vitest';
import { openOnnxRuntime } from '../../src/crosscheck/onnxruntime.ts';
import { inOneFile } from '../../src/crosscheck/peer-file.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import { decodeModel, encodeModel } from '../../src/onnx/decode.ts';
import type { TensorProto } from '../../src/onnx/schema.gen.js';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { complaintOf } from '../cases/complaint.ts';
import { branching, withFunctions } from '../cases/local-functions.ts';
import { tensorMessage, tinyModel } from '../cases/onnx-bytes.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';

const network = seededNetwork(tinyConfig());
const model = reexport(network, { height: 64, width: 64 });
const images = { data: Float32Array.from({ length: 3 * 64 * 64 }, (_, place) => (place % 97) / 97), dims: [1, 3, 64, 64] };

/** Puts a weight into a data file of its own. */
function outside(weight: TensorProto): Map<string, Uint8Array> {
  const content = weight.rawData;
  Object.assign(weight, tensorMessage({ name: weight.name, dims: weight.dims, dataLocation: 1, externalData: [{ key: 'location', value: 'w.bin' }] }));
  delete (weight as Partial<TensorProto>).rawData;
  return new Map([['w.bin', content]]);
}

/** The model with functions, a subgraph, a tensor of strings, and a weight beside it. */
function intricate(): { bytes: Uint8Array; external: Map<string, Uint8Array> } {
  const message = decodeModel(withFunctions(model, 'Sigmoid'));
  const { node, initializer } = message.graph!;
  node.at(-1)!.output = ['rows'];
  node.push(branching('always', 'rows', 'output0'));
  initializer.push(tensorMessage({ name: 'always', dataType: 9, dims: [], rawData: Uint8Array.of(1) }));
  initializer.push(tensorMessage({ name: 'words', dataType: 8, dims: [1], stringData: [Uint8Array.of(104, 105)] }));
  const external = outside(initializer.find(({ name }) => name === 'model.7.cv1.conv.weight')!);
  return { bytes: encodeModel(message), external };
}

describe('a file that this project does not understand in full, with a data file', { timeout: 30_000 }, () => {
  it('is run by ONNX Runtime as it stands, inner tensors too', async () => {
    const { bytes, external } = intricate();
    const [peer, plain] = [await openOnnxRuntime(bytes, { external, threads: 1 }), await openOnnxRuntime(serializeModel(model), { threads: 1 })];
    expect(await peer.run(images)).toEqual(await plain.run(images));
    const names = ['/model.9/cv2/act/Mul_output_0', 'unknown'];
    expect(await peer.tensors!(images, names)).toEqual(await plain.tensors!(images, names));
    await Promise.all([peer, plain].map((each) => each.dispose!()));
  });

  it('is not computed in float32 without its functions', async () => {
    const { bytes, external } = intricate();
    const peer = await openOnnxRuntime(bytes, { external, threads: 1 });
    await expect(peer.inFloat32!()).rejects.toThrow(/pkg\.torch\.Sigmoid_0.*inline_local_functions/);
    await peer.dispose!();
  });
});

it('more than one file can hold is refused before memory is', async () => {
  const external = new Map([['w.bin', new Uint8Array(2 ** 22)]]);
  const weight = (index: number): TensorProto => tensorMessage({ name: `w${index}`, dataType: 2, dims: [2 ** 22], dataLocation: 1, externalData: [{ key: 'location', value: 'w.bin' }] });
  const bytes = tinyModel({ initializer: Array.from({ length: 512 }, (_, index) => weight(index)) });
  expect(complaintOf(() => inOneFile(bytes, external))).toMatchObject({ code: 'unsupported', found: '2.1 GB', remedy: expect.stringMatching(/--alone/) as string });
  const peer = await openOnnxRuntime(bytes, { external });
  await expect(peer.run(images)).rejects.toThrow(/at most 2 GB/);
});
