import * as ort from 'onnxruntime-node';
import { noise } from './noise.ts';

/** What a run gave, by output name. */
export type Outputs = Record<string, { dims: readonly number[]; data: Float32Array | BigInt64Array }>;

/** One run of a loaded model. */
export type Run = (data: Float32Array, dims: readonly number[]) => Promise<Outputs>;

/** Loads a model file into ONNX Runtime on the CPU, one thread, for as many runs as `use` makes. */
export async function withOnnx<T>(bytes: Uint8Array, use: (run: Run) => Promise<T>): Promise<T> {
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 });
  try {
    return await use(async (data, dims) => (await session.run({ images: new ort.Tensor('float32', data, [...dims]) })) as unknown as Outputs);
  } finally {
    await session.release();
  }
}

/** Runs a model file once. */
export function runOnnx(bytes: Uint8Array, data: Float32Array, dims: readonly number[]): Promise<Outputs> {
  return withOnnx(bytes, (run) => run(data, dims));
}

/** What a model file returns for noise of this shape. */
export async function outputOf(bytes: Uint8Array, dims: readonly number[]): Promise<Float32Array> {
  return (await runOnnx(bytes, noise(dims), dims)).output0!.data as Float32Array;
}

/** What a model file returns for square noise. */
export function rows(bytes: Uint8Array, batch: number, side = 128): Promise<Float32Array> {
  return outputOf(bytes, [batch, 3, side, side]);
}
