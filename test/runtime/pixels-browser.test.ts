import sharp from 'sharp';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleForPage, launchChromium, openPage, serve, type Site } from './chromium.ts';

let browser: Browser;
let page: Page;
let site: Site;
let other: Site;
let problems: string[];

/** Red left, blue right, the last row transparent: 8 x 6. */
async function flagPng(): Promise<Buffer> {
  const data = Buffer.alloc(8 * 6 * 4);
  for (let pixel = 0; pixel < 48; pixel++) data.set([pixel % 8 < 4 ? 255 : 0, 0, pixel % 8 < 4 ? 0 : 255, pixel < 40 ? 255 : 0], pixel * 4);
  return sharp(data, { raw: { width: 8, height: 6, channels: 4 } }).png().toBuffer();
}

beforeAll(async () => {
  const png = await flagPng();
  const upright = await sharp(png).flatten({ background: 'white' }).withMetadata({ orientation: 6 }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"><rect width="4" height="5" fill="red"/><rect x="4" width="4" height="5" fill="blue"/></svg>';
  const files = {
    '/': { type: 'text/html', body: '<!doctype html><title>pixels</title>' },
    '/flag.png': { type: 'image/png', body: png },
    '/open.png': { type: 'image/png', body: png },
    '/turned.jpg': { type: 'image/jpeg', body: upright },
    '/flag.svg': { type: 'image/svg+xml', body: svg },
    '/page.png': { type: 'text/html', body: '<p>no picture</p>' },
  };
  [site, other] = [await serve(files), await serve(files)];
  browser = await launchChromium();
  ({ page, problems } = await openPage(browser, site.address, await bundleForPage('src/image/pixels-browser.ts', 'pixels')));
  await page.addScriptTag({ content: helpers });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await Promise.all([site?.close(), other?.close()]);
});

/** What the sources below share, in the page. */
const helpers = `
  globalThis.loaded = (src, cross) => new Promise((resolve, reject) => {
    const image = new Image(); if (cross) image.crossOrigin = cross;
    image.onload = () => resolve(image); image.onerror = reject; image.src = src;
  });
  globalThis.painted = async (canvas) => { Object.assign(canvas, { width: 8, height: 6 }); canvas.getContext('2d').drawImage(await loaded('/flag.png'), 0, 0); return canvas; };
  globalThis.videoOf = async () => {
    const canvas = await painted(document.createElement('canvas'));
    const video = Object.assign(document.createElement('video'), { muted: true, srcObject: canvas.captureStream(20) });
    await video.play(); if (video.readyState < 2) await new Promise((resolve) => { video.onloadeddata = resolve; });
    return video;
  };
  globalThis.summary = async (source) => {
    try {
      const { width, height, data } = await pixels.pictureOf(source);
      const at = (x, y) => [...data.slice((y * width + x) * 4, (y * width + x) * 4 + 4)];
      return { width, height, length: data.length, left: at(1, 1), right: at(width - 2, 1), bottom: at(1, height - 1) };
    } catch (error) { return { name: error.name, code: error.code, message: error.message }; }
  };`;

interface Summary {
  width: number; height: number; length: number; left: number[]; right: number[]; bottom: number[];
  name: string; code: string; message: string;
}

const summarise = (source: string): Promise<Summary> => page.evaluate(`(async () => summary(${source}))()`) as Promise<Summary>;

const near = (expected: number[], tolerance: number): unknown => ({
  asymmetricMatch: (found: number[]) => expected.every((value, index) => Math.abs(value - found[index]!) <= tolerance),
});

describe('pixels from a page', () => {
  const sources: [string, string, number][] = [
    ['HTMLImageElement', `await loaded('/flag.png')`, 0],
    ['an image shown at another size', `Object.assign(await loaded('/flag.png'), { width: 99, height: 7 })`, 0],
    ['an image still loading', `Object.assign(new Image(), { src: '/flag.png' })`, 0],
    ['an image of another site with permission', `await loaded(OTHER + '/open.png', 'anonymous')`, 0],
    ['HTMLCanvasElement', `await painted(document.createElement('canvas'))`, 0],
    ['OffscreenCanvas', `await painted(new OffscreenCanvas(8, 6))`, 0],
    ['ImageBitmap', `await createImageBitmap(await loaded('/flag.png'))`, 0],
    ['ImageData', `(await painted(new OffscreenCanvas(8, 6))).getContext('2d').getImageData(0, 0, 8, 6)`, 0],
    ['VideoFrame', `new VideoFrame(await painted(document.createElement('canvas')), { timestamp: 0 })`, 0],
    ['HTMLVideoElement', `await videoOf()`, 12],
    ['Blob', `await (await fetch('/flag.png')).blob()`, 0],
    ['SVG Blob', `await (await fetch('/flag.svg')).blob()`, 0],
    ['bytes of a file', `new Uint8Array(await (await fetch('/flag.png')).arrayBuffer())`, 0],
    ['ArrayBuffer', `await (await fetch('/flag.png')).arrayBuffer()`, 0],
    ['relative address', `'/flag.png'`, 0],
    ['URL', `new URL('/flag.png', location.href)`, 0],
    ['a lazy image that is nowhere', `Object.assign(new Image(), { loading: 'lazy', src: '/flag.svg' })`, 0],
    ['a lazy image out of view', `await (async () => {
      const image = Object.assign(new Image(), { loading: 'lazy', src: '/open.png', style: 'position: absolute; top: 99999px' });
      document.body.append(image); await new Promise((resolve) => setTimeout(resolve, 200)); return image;
    })()`, 0],
    ['bytes on shared memory', `await (async () => {
      const file = new Uint8Array(await (await fetch('/flag.png')).arrayBuffer());
      const shared = new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer, 0, file.length); shared.set(file); return shared;
    })()`, 0],
  ];
  it.each(sources)('%s', async (name, source, tolerance) => {
    const found = await summarise(source.replace('OTHER', `'${other.address}'`));
    expect(found).toMatchObject({
      width: 8, height: 6, length: 192, left: near([255, 0, 0, 255], tolerance), right: near([0, 0, 255, 255], tolerance),
      bottom: name === 'HTMLVideoElement' ? expect.anything() as unknown : near([255, 255, 255, 255], 0),
    });
  });

  it('turns a photo upright and converts a wide colour space', async () => {
    expect(await summarise(`'/turned.jpg'`)).toMatchObject({ width: 6, height: 8, right: near([255, 0, 0, 255], 9) });
    expect(await summarise(`await loaded('/turned.jpg')`)).toMatchObject({ width: 6, height: 8 });
    const wide = `new ImageData(new Uint8ClampedArray(192).map((_, i) => i % 4 === 0 ? 234 : i % 4 === 1 ? 51 : i % 4 === 2 ? 35 : 255), 8, 6, { colorSpace: 'display-p3' })`;
    expect(await summarise(wide)).toMatchObject({ left: near([255, 0, 0, 255], 3) });
  });

  it('leaves no trace of the picture before', async () => {
    await summarise(`'/flag.png'`);
    expect(await summarise(`new OffscreenCanvas(8, 6)`)).toMatchObject({ left: [255, 255, 255, 255], right: [255, 255, 255, 255] });
  });
});

describe('what gives no pixels', () => {
  const failures: [string, string, string, RegExp][] = [
    ['an image of another site', `await loaded(OTHER + '/flag.png')`, 'bad-image', /tainted canvas.*crossOrigin/],
    ['an address of another site', `OTHER + '/flag.png'`, 'offline', /Access-Control-Allow-Origin/],
    ['a missing address', `'/nothing.png'`, 'not-found', /HTTP status 404/],
    ['an image that failed', `Object.assign(new Image(), { src: '/nothing.png' })`, 'bad-image', /did not load/],
    ['a web page', `'/page.png'`, 'bad-image', /17 bytes of text\/html/],
    ['an empty Blob', `new Blob([])`, 'bad-image', /empty file/],
    ['an empty canvas', `Object.assign(document.createElement('canvas'), { width: 0 })`, 'bad-image', /empty canvas/],
    ['a closed ImageBitmap', `await (async () => { const b = await createImageBitmap(await loaded('/flag.png')); b.close(); return b; })()`, 'bad-image', /closed ImageBitmap/],
    ['a closed VideoFrame', `await (async () => { const f = new VideoFrame(await painted(document.createElement('canvas')), { timestamp: 0 }); f.close(); return f; })()`, 'bad-image', /VideoFrame that is closed/],
    ['a video without a frame', `document.createElement('video')`, 'bad-image', /loadeddata/],
    ['a div', `document.createElement('div')`, 'bad-image', /found HTMLDivElement/],
    ['undefined', `undefined`, 'bad-image', /found undefined/],
    ['an object without a class', `Object.create(null)`, 'bad-image', /found an object/],
    ['wide image data that went to a worker', `(() => {
      const image = new ImageData(8, 6, { colorSpace: 'display-p3' }); structuredClone(image.data.buffer, { transfer: [image.data.buffer] }); return image;
    })()`, 'bad-image', /loaded and not closed/],
    ['no address', `'http://'`, 'bad-argument', /found http:\/\//],
    ['more than a canvas holds', `await createImageBitmap(new ImageData(70000, 8))`, 'bad-image', /70000 x 8.*Scale it down/],
    ['raw pixels of the wrong length', `({ width: 2, height: 2, data: new Uint8Array(5) })`, 'bad-image', /found 5 bytes/],
  ];
  it.each(failures)('%s', async (_name, source, code, message) => {
    const found = await summarise(source.replace('OTHER', `'${other.address}'`));
    expect(found).toMatchObject({ name: 'InputError', code, message: expect.stringMatching(message) as string });
  });

  it('works again after it', async () => {
    expect(await summarise(`'/flag.png'`)).toMatchObject({ width: 8 });
    expect(problems).toEqual([]);
  });
});
