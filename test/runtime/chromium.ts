import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import chromium from '@sparticuz/chromium';
import { build } from 'esbuild';
import { launch, type Browser, type Page } from 'puppeteer';

const quiet = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** WebGPU on SwiftShader, canvas readback and external textures included. */
export const webgpuFlags = [
  '--ignore-gpu-blocklist', '--enable-gpu', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--enable-unsafe-webgpu',
  '--enable-features=Vulkan', '--use-vulkan=swiftshader',
];

export async function launchChromium(flags: string[] = []): Promise<Browser> {
  return launch({ executablePath: await chromium.executablePath(), headless: 'shell', args: [...quiet, ...flags] });
}

/** Bundles an entry as a script that puts its exports on `globalThis[globalName]`. */
export async function bundleForPage(entry: string, globalName: string): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', globalName, target: 'es2022', logLevel: 'error' });
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
