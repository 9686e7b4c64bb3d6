import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Detector, Detector as Engine } from '../../src/node.ts';
import { stepsOf } from '../../src/plan/plan.ts';
import { requestAdapter } from '../../src/platform/node.ts';
import { type GpuMeter, meterGpu } from '../cases/gpu-meter.ts';
import { noisePicture, noiseTensor } from '../cases/noise.ts';
import { seededModel } from '../cases/seeded-model.ts';

const [height, width] = [64, 64];
const nothingMade = { submits: 1, buffers: 0, bufferBytes: 0, bindGroups: 0, pipelines: 0, shaderModules: 0 };

let detector: Detector;
let meter: GpuMeter;

beforeAll(async () => {
  await requestAdapter(); // makes WebGPU's classes global
  meter = meterGpu();
  detector = await Engine.load(seededModel('n', { height, width }));
});

afterAll(() => {
  detector?.dispose();
  meter?.remove();
});

const run = (batch: number): Promise<unknown> => detector.run(noiseTensor(batch, height, width));

describe('a warm engine', () => {
  test('makes nothing and submits once, whatever the batch, within what it has room for', async () => {
    await run(3);
    for (const batch of [3, 1, 2, 3, 1]) {
      meter.read();
      await run(batch);
      const { dispatches, ...made } = meter.read();
      expect(made).toEqual(nothingMade);
      expect(dispatches).toBe(stepsOf(detector.planFor(), 'tensor').length);
      expect(dispatches).toBeLessThanOrEqual(95);
    }
  });

  test('does so with pictures', async () => {
    await detector.detect([noisePicture(50, 40), noisePicture(40, 50)]);
    for (const pictures of [[noisePicture(31, 77)], [noisePicture(8, 8), noisePicture(90, 20), noisePicture(64, 64)]]) {
      meter.read();
      await detector.detect(pictures);
      const { dispatches, ...made } = meter.read();
      expect({ dispatches, ...made }).toEqual({ dispatches: stepsOf(detector.planFor(), 'pictures').length, ...nothingMade });
    }
  });

  test('has made nothing for pictures before there are any, and only what they take when there are', async () => {
    const own = await Engine.load(seededModel('n', { height, width }));
    const tensorRun = (): Promise<unknown> => own.run(noiseTensor(1, height, width));
    meter.read();
    await tensorRun();
    const { pipelines, bindGroups } = meter.read();
    const steps = stepsOf(own.planFor(), 'tensor');
    expect({ pipelines, bindGroups }).toEqual({ pipelines: new Set(steps.map(({ kernel, constants }) => kernel + JSON.stringify(constants))).size, bindGroups: steps.length });
    await own.detect(noisePicture(31, 77));
    expect(meter.read()).toMatchObject({ submits: 1, buffers: 2, bindGroups: 1, pipelines: 1, shaderModules: 1 });
    await Promise.all([tensorRun(), own.detect(noisePicture(20, 30))]);
    expect(meter.read()).toMatchObject({ ...nothingMade, submits: 2 });
    own.dispose();
  });

  test('was warmed up by warmUp, but for the buffer of a raw tensor', async () => {
    await detector.warmUp(2, { height: 32, width: 64 });
    meter.read();
    await detector.detect([noisePicture(50, 40), noisePicture(40, 50)], { imageSize: { height: 32, width: 64 } });
    expect(meter.read()).toMatchObject(nothingMade);
    await detector.run(noiseTensor(2, 32, 64));
    expect(meter.read()).toMatchObject({ submits: 1, buffers: 1, bindGroups: 1, pipelines: 0, shaderModules: 0 });
  });

  test('was not warmed up for more pictures than a run takes', async () => {
    const imageSize = { height: 32, width: 32 };
    await detector.warmUp(1000, imageSize);
    expect(await detector.gpuBytes(imageSize)).toBeLessThan(await detector.gpuBytes() + 33 * detector.planFor(imageSize).activationBytes);
  });

  test('was warmed up for pictures of a size, whatever the batch', async () => {
    await detector.warmUp(2, { height: 64, width: 32 }, { width: 900, height: 700 });
    meter.read();
    await detector.detect([noisePicture(900, 700), noisePicture(700, 900)], { imageSize: { height: 64, width: 32 } });
    expect(meter.read()).toMatchObject(nothingMade);
  });

  test('compiles nothing again for another size or a larger batch', async () => {
    await run(1);
    meter.read();
    await run(4);
    await detector.run(noiseTensor(1, 96, 32));
    expect(meter.read()).toMatchObject({ pipelines: 0, shaderModules: 0 });
  });

  test('keeps several sizes ready', async () => {
    const sizes = [[32, 32], [64, 64], [32, 96]] as const;
    const runAll = async (): Promise<void> => {
      for (const [h, w] of sizes) await detector.run(noiseTensor(1, h, w));
    };
    await runAll();
    meter.read();
    await runAll();
    expect(meter.read()).toMatchObject({ ...nothingMade, submits: sizes.length });
  });

  test('gives the same bits every time', async () => {
    const [first, ...others] = await Promise.all([run(2), run(2), run(2)]);
    for (const other of [...others, await run(2)]) expect(other).toEqual(first);
  });
});

describe('GPU memory', () => {
  test('is what gpuBytes says, grows by the same for every image that there is room for and is all given back', async () => {
    const before = meter.liveBytes();
    const own = await Engine.load(seededModel('n', { height, width }));
    const bytes: number[] = []; // with room for 1, 2, 4 and 4 images
    for (const [batch, room] of [[1, 1], [2, 2], [3, 4], [4, 4]] as const) {
      await own.run(noiseTensor(batch, height, width));
      bytes.push(await own.gpuBytes());
      const readback = 3 * own.planFor().rows * 6 * 4 * room;
      expect(meter.liveBytes() - before).toBe(bytes.at(-1)! + readback);
    }
    const [one, two, four, same] = bytes as [number, number, number, number];
    const perImage = two - one;
    expect([four - two, same - four]).toEqual([2 * perImage, 0]);
    expect(perImage).toBeGreaterThanOrEqual(own.planFor().activationBytes);
    expect(perImage).toBeLessThan(own.planFor().activationBytes + 4 * height * width * 3 + 10_000);
    own.dispose();
    await settled();
    expect(meter.liveBytes()).toBe(before);
  });

  test('of a size not used any more is given back', async () => {
    const own = await Engine.load(seededModel('n', { height, width }));
    const sizes = [32, 64, 96, 128, 160, 192].map((side) => [32, side] as const);
    const live: number[] = [];
    for (const [h, w] of sizes) {
      await own.run(noiseTensor(1, h, w));
      await settled();
      live.push(meter.liveBytes());
    }
    const kept = await Promise.all(sizes.map(([h, w]) => own.gpuBytes({ height: h, width: w })));
    expect(kept.map((bytes) => bytes > 0)).toEqual([false, false, true, true, true, true]);
    own.dispose();
  });
});

/** What waits for a promise that is already settled. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
