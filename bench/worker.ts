/** The process of one engine: `worker.ts own|onnxruntime|reference`, driven by messages (see engine.ts). */
import { type GpuMeter, meterGpu } from '../test/cases/gpu-meter.ts';
import { benchInput, type Engine, type EngineName, type Reply, type Request } from './engine.ts';

const name = process.argv[2] as EngineName;
const engine = await openEngine();
let meter: GpuMeter | undefined;

async function openEngine(): Promise<Engine> {
  if (name === 'own') return (await import('./engine-own.ts')).ownEngine();
  return (await import('./engine-onnxruntime.ts')).onnxruntimeEngine(name === 'reference' ? 'cpu' : 'webgpu');
}

async function answer(request: Request): Promise<Reply> {
  const input = benchInput(request.batch, request.size);
  const run = (): Promise<Float32Array> => engine.run(input, request.batch, request.size);
  switch (request.kind) {
    case 'first': {
      const start = performance.now();
      await engine.load(request.model);
      const rows = await run();
      return { kind: 'times', milliseconds: [performance.now() - start], rows };
    }
    case 'run': {
      const milliseconds: number[] = [];
      let rows = new Float32Array();
      for (let i = 0; i < request.runs; i++) {
        const start = performance.now();
        rows = (await run()) as Float32Array<ArrayBuffer>;
        milliseconds.push(performance.now() - start);
      }
      return { kind: 'times', milliseconds, rows };
    }
    case 'count':
      return { kind: 'counts', counts: name === 'own' ? await countedRun(run) : null };
  }
}

async function countedRun(run: () => Promise<unknown>): Promise<Extract<Reply, { kind: 'counts' }>['counts']> {
  if (!meter) throw new Error('counting needs a meter from before the load');
  meter.read();
  await run();
  const { dispatches, submits, buffers, bindGroups, pipelines, shaderModules } = meter.read();
  return { dispatches, submits, created: buffers + bindGroups + pipelines + shaderModules, gpuBytes: meter.liveBytes() };
}

if (name === 'own') {
  // Dawn's library and its classes only, as the peer's library is loaded by now, too: either engine's first result has to
  // start WebGPU and its driver.
  Object.assign(globalThis, (await import('webgpu')).globals);
  meter = meterGpu();
}
process.on('message', (request: Request) => {
  void answer(request)
    .catch((error: unknown): Reply => ({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }))
    .then((reply) => process.send?.(reply));
});
