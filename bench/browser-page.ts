/** What the bench's page holds: both engines behind one interface, called from browser.ts. */
import { Detector } from '../src/index.ts';
import { requestAdapter } from '../src/platform/browser.ts';
import type { AdapterDescription } from '../src/platform/contract.ts';
import { meterGpu } from '../test/cases/gpu-meter.ts';
import { benchInput, type Counts, type Engine } from './engine.ts';
import { measureFmaPeak } from './fma-peak.ts';

interface OrtModule {
  env: { wasm: { wasmPaths: string } };
  Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => unknown;
  InferenceSession: {
    create(model: Uint8Array, options: object): Promise<{
      inputNames: string[];
      outputNames: string[];
      run(feeds: Record<string, unknown>): Promise<Record<string, { data: Float32Array }>>;
    }>;
  };
}

const meter = meterGpu();
let engine: Engine;

/** Measures the page's adapter. */
export async function describe(): Promise<{ adapter: AdapterDescription; fmaPeak: number }> {
  const { adapter, description } = await requestAdapter();
  const device = await adapter.requestDevice();
  return { adapter: description, fmaPeak: await measureFmaPeak(device) };
}

/** Loads /model.onnx and runs once. */
export async function first(name: string, batch: number, size: number): Promise<{ milliseconds: number[]; rows: number[] }> {
  engine = name === 'own' ? ownEngine() : await onnxruntimeWeb();
  const model = new Uint8Array(await (await fetch('/model.onnx')).arrayBuffer());
  const input = benchInput(batch, size);
  const start = performance.now();
  await engine.load(model);
  const rows = await engine.run(input, batch, size);
  return { milliseconds: [performance.now() - start], rows: [...rows] };
}

/** Runs so many times. */
export async function run(batch: number, size: number, runs: number): Promise<{ milliseconds: number[]; rows: number[] }> {
  const input = benchInput(batch, size);
  const milliseconds: number[] = [];
  let rows = new Float32Array();
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    rows = (await engine.run(input, batch, size)) as Float32Array<ArrayBuffer>;
    milliseconds.push(performance.now() - start);
  }
  return { milliseconds, rows: [...rows] };
}

/** WebGPU calls of one run. */
export async function count(batch: number, size: number): Promise<Counts> {
  meter.read();
  await run(batch, size, 1);
  const { dispatches, submits, buffers, bindGroups, pipelines, shaderModules } = meter.read();
  return { dispatches, submits, created: buffers + bindGroups + pipelines + shaderModules, gpuBytes: meter.liveBytes() };
}

function ownEngine(): Engine {
  let detector: Awaited<ReturnType<typeof Detector.load>>;
  return {
    async load(model) {
      detector = await Detector.load(model);
    },
    async run(data, batch, size) {
      return (await detector.run({ data, dims: [batch, 3, size, size] })).data;
    },
  };
}

async function onnxruntimeWeb(): Promise<Engine> {
  const address = '/ort/ort.webgpu.min.mjs';
  const ort = (await import(address)) as OrtModule;
  ort.env.wasm.wasmPaths = '/ort/';
  let session: Awaited<ReturnType<OrtModule['InferenceSession']['create']>>;
  return {
    async load(model) {
      session = await ort.InferenceSession.create(model, { executionProviders: ['webgpu'], logSeverityLevel: 3 });
    },
    async run(input, batch, size) {
      const [inputName = '', outputName = ''] = [session.inputNames[0], session.outputNames[0]];
      const results = await session.run({ [inputName]: new ort.Tensor('float32', input, [batch, 3, size, size]) });
      return results[outputName]!.data;
    },
  };
}
