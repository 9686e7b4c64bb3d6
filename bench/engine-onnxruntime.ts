import * as ort from 'onnxruntime-node';
import type { Engine } from './engine.ts';

/** ONNX Runtime for Node. Its WebGPU provider brings its own Dawn, which takes the Vulkan driver from the environment. */
export function onnxruntimeEngine(provider: 'webgpu' | 'cpu'): Engine {
  let session: ort.InferenceSession;
  return {
    async load(model) {
      session = await ort.InferenceSession.create(model, { executionProviders: [provider], logSeverityLevel: 3 });
    },
    async run(input, batch, size) {
      const [inputName = '', outputName = ''] = [session.inputNames[0], session.outputNames[0]];
      const results = await session.run({ [inputName]: new ort.Tensor('float32', input, [batch, 3, size, size]) });
      return results[outputName]?.data as Float32Array;
    },
  };
}
