import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import chromium from '@sparticuz/chromium';
import { build } from 'esbuild';
import { launch, type Browser, type Page } from 'puppeteer';
import { unpackBundled } from '../../src/platform/bundled-archive.ts';
import { bundleOptions } from '../../tools/bundle.ts';

const quiet = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** WebGPU on SwiftShader, canvas readback and external textures included. */
export const webgpuFlags = [
  '--ignore-gpu-blocklist', '--enable-gpu', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--enable-unsafe-webgpu',
  '--enable-features=Vulkan', '--use-vulkan=swiftshader',
];

/** Starts the Chromium of the npm package; where the system lacks a library it needs, with those that came with it. */
export async function launchChromium(flags: string[] = []): Promise<Browser> {
  const executablePath = process.env['PUPPETEER_EXECUTABLE_PATH'] ?? (await chromium.executablePath());
  const start = (libraries?: string): Promise<Browser> =>
    launch({ executablePath, headless: 'shell', protocolTimeout: 0, args: [...quiet, ...flags], env: { ...process.env, ...(libraries && { LD_LIBRARY_PATH: libraries }) } });
  try {
    return await start();
  } catch (error) {
    if (!String(error).includes('shared libraries')) throw error;
    return start(await unpackBundled('al2023.tar.br'));
  }
}

/** Bundles an entry as a script that puts its exports on `globalThis[globalName]`. */
export async function bundleForPage(entry: string, globalName: string): Promise<string> {
  const { outputFiles } = await build({ ...bundleOptions, entryPoints: [entry], write: false, format: 'iife', globalName, logLevel: 'error' });
  return outputFiles[0]!.text;
}

export interface Site {
  address: string;
  close(): Promise<unknown>;
}

/** Serves files from memory by path; sends CORS permission only for names that contain "open". */
export async function serve(files: Record<string, { type: string; body: string | Uint8Array }>): Promise<Site> {
  const server: Server = createServer((request, answer) => {
    const file = files[request.url ?? ''];
    if (!file) return void answer.writeHead(404).end();
    const permission = request.url!.includes('open') ? { 'access-control-allow-origin': '*' } : {};
    answer.writeHead(200, { 'content-type': file.type, ...permission }).end(file.body);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => { server.close(resolve); }),
  };
}

/** A page with the bundle loaded; errors of the page fail the test through `problems`. */
export async function openPage(browser: Browser, address: string, script: string): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(address);
  await page.addScriptTag({ content: script });
  return { page, problems };
}
