/** This engine against onnxruntime-web's WebGPU provider in headless Chromium. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'puppeteer';
import type { AdapterDescription } from '../src/platform/contract.ts';
import { bundleForPage, launchChromium, openPage, webgpuFlags } from '../test/runtime/chromium.ts';
import { runScript } from '../tools/script.ts';
import type { Counts, EngineHandle, EngineName, Timing } from './engine.ts';
import { measure } from './measure.ts';
import { BENCH_OPTIONS, benchOptions } from './options.ts';
import { EngineProcess } from './worker-handle.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** What ends within ten minutes: a software adapter takes a hundred times longer. */
const DEFAULTS = { software: { sizes: '320', batches: '1', runs: '4', budget: '180' }, gpu: { sizes: '320,640', batches: '1,4,8' } };

const usage = `npm run bench:browser -- [options]
Times this engine against ONNX Runtime's WebGPU provider in headless Chromium, after both agree with ONNX Runtime on the CPU.`;

await runScript(usage, BENCH_OPTIONS, async (values) => {
  let model: Uint8Array = new Uint8Array();
  const server = await serve(() => model);
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const script = await bundleForPage(here('browser-page.ts'), 'bench');
  // Without the cache of compiled shaders, or no first result after the first one would be one.
  const browser = await launchChromium([...webgpuFlags, '--disable-gpu-shader-disk-cache']);
  const newPage = (): Promise<Page> => benchPage(browser, address, script);
  try {
    const page = await newPage();
    const { adapter, fmaPeak } = (await page.evaluate('bench.describe()')) as { adapter: AdapterDescription; fmaPeak: number };
    await page.close();
    const options = await benchOptions(adapter.software ? DEFAULTS.software : DEFAULTS.gpu, values);
    ({ model } = options);
    const open = async (name: EngineName): Promise<EngineHandle> =>
      name === 'reference' ? new EngineProcess(name, model, {}) : pageEngine(name, await newPage());
    await measure(options, { adapter, fmaPeak, peer: 'onnxruntime-web', open });
  } finally {
    await browser.close();
    server.close();
  }
});
process.exit();

async function benchPage(browser: Browser, address: string, script: string): Promise<Page> {
  const { page } = await openPage(browser, address, script);
  page.setDefaultTimeout(0);
  return page;
}

function pageEngine(name: EngineName, page: Page): EngineHandle {
  const timing = async (call: string): Promise<Timing> => {
    const { milliseconds, rows } = (await page.evaluate(call)) as { milliseconds: number[]; rows: number[] };
    return { milliseconds, rows: Float32Array.from(rows) };
  };
  return {
    name,
    first: (batch, size) => timing(`bench.first('${name}', ${batch}, ${size})`),
    run: (batch, size, runs) => timing(`bench.run(${batch}, ${size}, ${runs})`),
    count: async (batch, size) => (await page.evaluate(`bench.count(${batch}, ${size})`)) as Counts,
    close: () => page.close(),
  };
}

/** Serves an empty page, the model, and onnxruntime-web's files. */
async function serve(currentModel: () => Uint8Array): Promise<Server> {
  const created = createServer((request, response) => {
    const path = request.url ?? '/';
    const type = /\.m?js$/.test(path) ? 'text/javascript' : path.endsWith('.wasm') ? 'application/wasm' : 'text/html';
    const content = path === '/model.onnx' ? Promise.resolve(currentModel()) : path.startsWith('/ort/') ? ortFile(path.slice(5)) : Promise.resolve('<!doctype html>');
    content.then((body) => response.writeHead(200, { 'content-type': type }).end(body), () => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => {
    created.listen(0, '127.0.0.1', resolve);
  });
  return created;
}

function ortFile(name: string): Promise<Uint8Array> {
  return /^[\w.-]+$/.test(name) ? readFile(join(here('../node_modules/onnxruntime-web/dist'), name)) : Promise.reject(new Error('no such file'));
}
