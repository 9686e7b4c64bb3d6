import * as ort from 'onnxruntime-node';
import { randomOf } from './seeded-model.ts';

/** What a run gave, by output name. */
export type Outputs = Record<string, { dims: readonly number[]; data: Float32Array | BigInt64Array }>;

/** Noise in 0..1, the same for the same seed. */
export function noise(dims: readonly number[], seed = 5): Float32Array {
  const random = randomOf(seed);
  return Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, random);
}

/** Runs a model file once by ONNX Runtime on the CPU, one thread. */
export async function runOnnx(bytes: Uint8Array, data: Float32Array, dims: readonly number[]): Promise<Outputs> {
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
  try {
    return (await session.run({ images: new ort.Tensor('float32', data, [...dims]) })) as unknown as Outputs;
  } finally {
    await session.release();
  }
}
