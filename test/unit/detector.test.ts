import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Detector, type LoadOptions } from '../../src/detector.ts';
import { type NodePictureSource, pictureOf } from '../../src/image/decode-node.ts';
import * as platform from '../../src/platform/node.ts';
import type { DetectOptions } from '../../src/requests.ts';
import { complaint } from '../cases/complaint.ts';
import { nullDevice } from '../cases/null-device.ts';
import { seededModel, tinyConfig } from '../cases/seeded-model.ts';

const model = seededModel(tinyConfig());
const grey = { width: 8, height: 8, data: new Uint8Array(64).fill(99) };
let device: GPUDevice;
const load = (options: LoadOptions = {}): Promise<Detector<NodePictureSource>> => Detector.open({ platform, pictureOf }, model, { device, imageSize: 32, ...options });

beforeAll(async () => { device = await nullDevice(); });
afterAll(() => device.destroy());
afterEach(() => vi.unstubAllGlobals());

describe('a batch', () => {
  test('of no pictures finds nothing, unless there is nothing to find it with', async () => {
    const detector = await load();
    expect(await detector.detect([])).toEqual([]);
    expect(await detector.detect([grey, grey])).toHaveLength(2);
    detector.dispose();
    await expect(detector.detect([])).rejects.toMatchObject({ code: 'disposed' });
  });

  test('that is aborted downloads no more', async () => {
    const downloads: AbortSignal[] = [];
    vi.stubGlobal('fetch', (_address: string, { signal }: { signal: AbortSignal }) => new Promise((_, reject) => {
      downloads.push(signal);
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    }));
    const detector = await load();
    const abort = new AbortController();
    const detecting = detector.detect(['https://site.test/a.png', 'https://site.test/b.png'], { signal: abort.signal });
    await vi.waitFor(() => expect(downloads).toHaveLength(2));
    abort.abort(new Error('enough'));
    await expect(detecting).rejects.toThrow('enough');
    expect(downloads.map(({ aborted }) => aborted)).toEqual([true, true]);
    detector.dispose();
  });
});

describe('options that would not do what they say are refused', () => {
  test.each<[string, unknown]>([
    ['cache', { cache: 0 }], ['cache', { cache: 'no' }], ['signal', { signal: new AbortController() }], ['device', { adapter: 'gpu' }], ['device', { adapter: 'vulkan' }],
  ])('of load: %s, %j', async (name, options) => {
    expect(await complaint(() => load(options as LoadOptions))).toMatchObject({ code: 'bad-argument', message: expect.stringContaining(name) as string });
  });

  test('of detect: a controller in place of its signal', async () => {
    const detector = await load();
    const options = { signal: new AbortController() } as unknown as DetectOptions;
    expect(await complaint(() => detector.detect(grey, options))).toMatchObject({ code: 'bad-argument', message: expect.stringContaining('AbortSignal') as string });
    detector.dispose();
  });
});
