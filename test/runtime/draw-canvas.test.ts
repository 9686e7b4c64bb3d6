import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classColour } from '../../src/image/palette.ts';
import { bundleForPage, launchChromium, openPage, serve, type Site } from './chromium.ts';

let browser: Browser;
let page: Page;
let site: Site;

beforeAll(async () => {
  site = await serve({ '/': { type: 'text/html', body: '<!doctype html><title>drawing</title>' } });
  browser = await launchChromium();
  ({ page } = await openPage(browser, site.address, await bundleForPage('src/image/draw-canvas.ts', 'drawing')));
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

interface Found {
  line: number[]; inside: number[]; plate: number[][]; state: [string, string, number];
}

describe('drawing on a canvas', () => {
  it.each(['HTMLCanvasElement', 'OffscreenCanvas'])('draws boxes and labels on %s and leaves the context as it was', async (kind) => {
    const found = await page.evaluate(`(() => {
      const canvas = ${kind === 'OffscreenCanvas' ? 'new OffscreenCanvas(300, 200)' : `Object.assign(document.createElement('canvas'), { width: 300, height: 200 })`};
      const context = canvas.getContext('2d');
      context.font = '17px serif';
      context.fillStyle = '#787878';
      context.fillRect(0, 0, 300, 200);
      drawing.drawOnCanvas(context, [{ label: 'qr', score: 0.93, classId: 1, box: { xmin: 100, ymin: 80, xmax: 250, ymax: 180 } }], { lineWidth: 4 });
      const at = (x, y) => [...context.getImageData(x, y, 1, 1).data];
      const plate = [];
      for (let x = 100; x < 170; x++) for (let y = 56; y < 78; y++) plate.push(at(x, y));
      return { line: at(200, 79), inside: at(200, 120), plate, state: [context.font, context.fillStyle, context.lineWidth] };
    })()`) as Found;
    const colour = [...classColour(1), 255].join();
    expect(found.line.join()).toBe(colour);
    expect(found.inside).toEqual([120, 120, 120, 255]);
    expect(found.plate.filter((pixel) => pixel.join() === colour).length).toBeGreaterThan(200);
    expect(new Set(found.plate.map(String)).size).toBeGreaterThan(10); // the text's own shades
    expect(found.state).toEqual(['17px serif', '#787878', 1]);
  });
});
