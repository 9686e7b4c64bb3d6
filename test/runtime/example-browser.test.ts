import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveExample } from '../../examples/serve.ts';
import { sampleModel } from '../cases/conformance-sample.ts';
import { launchChromium, webgpuFlags } from './chromium.ts';

let folder = '';
let server: Server;
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'example-'));
  await writeFile(join(folder, 'model.onnx'), sampleModel());
  const noise = { width: 320, height: 200, channels: 3 as const, background: 'white', noise: { type: 'gaussian' as const, mean: 128, sigma: 60 } };
  await sharp({ create: noise }).png().toFile(join(folder, 'noise.png'));
  await writeFile(join(folder, 'text.png'), 'no picture');
  server = await serveExample(join(folder, 'model.onnx'), 0);
  browser = await launchChromium([...webgpuFlags, '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
  page = await browser.newPage();
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}`);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

const status = (): Promise<string> => page.$eval('#status', ({ textContent }) => textContent ?? '');
const statusLike = (pattern: string): Promise<unknown> =>
  page.waitForFunction(`new RegExp(${JSON.stringify(pattern)}).test(document.getElementById('status').textContent)`, { timeout: 120_000 });

const moveThreshold = (value: string): Promise<void> => page.$eval('#threshold', (slider, to) => {
  (slider as HTMLInputElement).value = to;
  slider.dispatchEvent(new Event('input'));
}, value);

const canvasPixels = (): Promise<{ width: number; height: number; hash: number }> => page.$eval('canvas', (canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
  return { width, height, hash: data.reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 0) };
});

async function choose(name: string): Promise<void> {
  const input = (await page.$('#file'))!.asElement() as unknown as { uploadFile(path: string): Promise<void> };
  await input.uploadFile(join(folder, name));
}

describe('the browser example', () => {
  it('loads the model and names its adapter', async () => {
    await statusLike('^(Ready|expected)');
    expect(await status()).toMatch(/^Ready on .+: thing 0, thing 1, thing 2$/);
  });

  it('draws what it finds in a picture, and again when the threshold moves', async () => {
    await choose('noise.png');
    await statusLike('^0 found in \\d+ ms'); // weights of a seed are sure of nothing
    const plain = await canvasPixels();
    expect(plain).toMatchObject({ width: 320, height: 200 });
    await moveThreshold('0.05');
    await statusLike('^[1-9]\\d* found');
    const drawn = await canvasPixels();
    expect(drawn.hash).not.toBe(plain.hash);
    await moveThreshold('0.9');
    await statusLike('^0 found');
    expect((await canvasPixels()).hash).toBe(plain.hash);
    expect(await page.$eval('#shown', ({ textContent }) => textContent)).toBe('0.90');
  });

  it('says so when the file is no picture', async () => {
    await choose('text.png');
    await statusLike('no picture the browser can read');
    expect(await page.$eval('#status', ({ className }) => className)).toBe('error');
  });

  it('follows the webcam until it is stopped', async () => {
    await page.click('#webcam');
    await statusLike('found in');
    expect(await page.$eval('#webcam', ({ textContent }) => textContent)).toBe('Stop');
    await page.click('#webcam');
    expect(await page.$eval('#webcam', ({ textContent }) => textContent)).toBe('Webcam');
    expect(problems).toEqual([]);
  });

  it('keeps a picture opened while the webcam ran, whatever frame was under way', async () => {
    await page.click('#webcam');
    await page.waitForFunction(`document.getElementById('webcam').textContent === 'Stop' && document.querySelector('canvas').width !== 320`);
    await choose('noise.png');
    await page.waitForFunction(`document.querySelector('canvas').width === 320`);
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    expect(await canvasPixels()).toMatchObject({ width: 320, height: 200 });
    expect(await page.$eval('#webcam', ({ textContent }) => textContent)).toBe('Webcam');
  });

  it('shows the last of many moves of the threshold', async () => {
    for (const value of ['0.05', '0.3', '0.05', '0.9']) await moveThreshold(value);
    await statusLike('^0 found');
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    expect(await status()).toMatch(/^0 found/);
  });

  it('stops the webcam at an error and says it', async () => {
    await page.evaluate(`window.createImageBitmap = () => Promise.reject(new Error('the frame broke'))`);
    await page.click('#webcam');
    await statusLike('^the frame broke$');
    expect(await page.$eval('#webcam', ({ textContent }) => textContent)).toBe('Webcam');
    expect(problems).toEqual([]);
  });
});
