import { expect, it } from 'vitest';
import { loadModel } from '../../src/load-model.ts';
import type { ByteSource } from '../../src/platform/contract.ts';
import { locateSource, readBytes } from '../../src/platform/node.ts';
import { toFloat32 } from '../../src/onnx/values.ts';
import { tensorMessage, tinyModel } from '../cases/onnx-bytes.ts';

const platform = { readBytes, locateSource };
const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const model = tinyModel({
  initializer: [
    tensorMessage({ name: 'inside', dims: [2], rawData: floats(1, 2) }),
    tensorMessage({ name: 'outside', dims: [2], dataLocation: 1, externalData: [{ key: 'location', value: 'w.bin' }] }),
  ],
});

it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
  ['a Uint8Array', (bytes) => new Uint8Array(bytes)], ['a Buffer', (bytes) => Buffer.from(bytes)],
])('keeps its own copy of %s', async (_kind, made) => {
  const [bytes, file] = [made(model), made(floats(3, 4))];
  const { graph } = await loadModel(platform, bytes as ByteSource, { external: new Map([['w.bin', file]]) });
  bytes.fill(0);
  file.fill(0);
  expect(['inside', 'outside'].map((name) => [...toFloat32(graph.initializers.get(name)!)])).toEqual([[1, 2], [3, 4]]);
});
