/** This engine against onnxruntime-node's WebGPU provider, on the same adapter, in one run. */
import { runScript } from '../tools/script.ts';
import { benchAdapter } from './adapter.ts';
import { measure } from './measure.ts';
import { BENCH_OPTIONS, benchOptions } from './options.ts';
import { EngineProcess } from './worker-handle.ts';

const usage = `npm run bench -- [options]
Times this engine against ONNX Runtime's WebGPU provider on the same adapter, after both agree with ONNX Runtime on the CPU.`;

await runScript(usage, BENCH_OPTIONS, async (values) => {
  const options = await benchOptions({ sizes: '320,640', batches: '1,4,8' }, values);
  const { description, fmaPeak, environment } = await benchAdapter(options.adapter);
  await measure(options, {
    adapter: description,
    fmaPeak,
    peer: 'onnxruntime-node',
    open: async (name) => new EngineProcess(name, options.model, environment),
  });
});
process.exit();
