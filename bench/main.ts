/** This engine against onnxruntime-node's WebGPU provider, on the same adapter, in one run. Options: see options.ts. */
import { benchAdapter } from './adapter.ts';
import { measure } from './measure.ts';
import { benchOptions } from './options.ts';
import { EngineProcess } from './worker-handle.ts';

const options = await benchOptions({ sizes: '320,640', batches: '1,4,8' }).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
});
const { description, fmaPeak, environment } = await benchAdapter(options.adapter);
await measure(options, {
  adapter: description,
  fmaPeak,
  peer: 'onnxruntime-node',
  open: async (name) => new EngineProcess(name, options.model, environment),
});
process.exit();
