import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { pageBundle } from '../../tools/bundle.ts';
import { sampleModel } from '../cases/conformance-sample.ts';
import { launchChromium, serve, webgpuFlags } from './chromium.ts';

const page = `<!doctype html><title>policy</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; connect-src 'self'">
<script type="module" src="/page.js"></script>`;

/** The policy speaks of what happens while the module is imported, too. */
const script = `
globalThis.violations = [];
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => violations.push(violatedDirective + ' ' + blockedURI));
globalThis.labels = import('/bundle.js').then(async ({ Detector }) => {
  const detector = await Detector.load('/model.onnx');
  const { width, height } = new OffscreenCanvas(64, 64);
  await detector.detect({ data: new Uint8ClampedArray(width * height * 4), width, height });
  detector.dispose();
  return detector.labels;
});`;

it('runs in a page that allows scripts of its own site and nothing else: no eval, no WebAssembly', async () => {
  const { outputFiles } = await build({ ...pageBundle, write: false });
  const site = await serve({
    '/': { type: 'text/html', body: page },
    '/page.js': { type: 'text/javascript', body: script },
    '/bundle.js': { type: 'text/javascript', body: outputFiles[0]!.text },
    '/model.onnx': { type: 'application/octet-stream', body: sampleModel() },
  });
  const browser = await launchChromium(webgpuFlags);
  try {
    const tab = await browser.newPage();
    await tab.goto(site.address);
    await tab.waitForFunction('globalThis.labels');
    expect(await tab.evaluate('labels')).toEqual(['thing 0', 'thing 1', 'thing 2']);
    await new Promise((resolve) => { setTimeout(resolve, 200); }); // violations are told later
    expect(await tab.evaluate('violations')).toEqual([]);
  } finally {
    await browser.close();
    await site.close();
  }
});
