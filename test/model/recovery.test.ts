import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { NumberTensor } from '../../src/crosscheck/engine.ts';
import { Detector as AnyDetector } from '../../src/detector.ts';
import { type Detector, Detector as Engine, pictureOf } from '../../src/node.ts';
import type { AdapterGrant, AdapterRequest } from '../../src/platform/contract.ts';
import * as platform from '../../src/platform/node.ts';
import { altered, captureDevices, shortOfMemory, withStamina } from '../cases/devices.ts';
import { noisePicture, noiseTensor } from '../cases/noise.ts';
import { seededModel, tinyConfig } from '../cases/seeded-model.ts';
import { testDevice } from '../cases/test-device.ts';
import { withLimits } from '../cases/with-limits.ts';

const { requestAdapter } = platform;
const [height, width] = [32, 64];
const model = seededModel(tinyConfig(3), { height, width });
const tensor = (batch: number): NumberTensor => noiseTensor(batch, height, width);
const pictures = [5, 60, 31, 8, 90, 17, 44].map((side) => noisePicture(side, 40, side));
const options = { threshold: 0 };

let devices: ReturnType<typeof captureDevices> | undefined;
let expected: { rows: Float32Array; found: unknown; activationBytes: number };

beforeAll(async () => {
  await requestAdapter(); // makes WebGPU's classes global
  const detector = await Engine.load(model);
  expected = { rows: (await detector.run(tensor(7))).data, found: await detector.detect(pictures, options), activationBytes: detector.planFor().activationBytes };
  detector.dispose();
});
afterEach(() => devices?.release());

/** The device with room for so many images. */
const roomFor = (images: number, device: GPUDevice): GPUDevice => withLimits(device, { maxBufferSize: expected.activationBytes * images + 5 });

/** The device, lost as soon as its second run begins. */
function lostInSecondRun(device: GPUDevice): GPUDevice {
  let runs = 0;
  const createCommandEncoder = (): GPUCommandEncoder => {
    if (++runs === 2) device.destroy();
    return device.createCommandEncoder();
  };
  return altered(device, { createCommandEncoder });
}

const lose = async (device: GPUDevice): Promise<void> => {
  device.destroy();
  await device.lost;
};

test('a device lost after the caller has put its bytes to other use gets the weights that were loaded', async () => {
  devices = captureDevices();
  const bytes = model.slice();
  const detector = await Engine.load(bytes);
  bytes.fill(0);
  await lose(devices.all[0]!);
  expect((await detector.run(tensor(7))).data).toEqual(expected.rows);
  expect(devices.all).toHaveLength(2);
  detector.dispose();
});

test('a call aborted while its adapter is sought leaves no device behind', async () => {
  devices = captureDevices();
  const [controller, reason] = [new AbortController(), new Error('enough')];
  const slow = async (request: AdapterRequest | undefined): Promise<AdapterGrant> => {
    controller.abort(reason);
    return requestAdapter(request);
  };
  const opening = AnyDetector.open({ platform: { ...platform, requestAdapter: slow }, pictureOf }, model, { signal: controller.signal });
  await expect(opening).rejects.toBe(reason);
  expect((await devices.all[0]!.lost).reason).toBe('destroyed');
});

describe('a device lost between the parts of a batch', () => {
  const load = (): Promise<Detector> => {
    devices = captureDevices((device, index) => (index === 0 ? lostInSecondRun(roomFor(3, device)) : roomFor(2, device)));
    return Engine.load(model);
  };

  test('of a tensor: the rest runs on the new one, in parts as it has room for', async () => {
    const detector = await load();
    expect((await detector.run(tensor(7))).data).toEqual(expected.rows);
    expect(devices!.all).toHaveLength(2);
    detector.dispose();
  });

  test('of pictures: so does their rest', async () => {
    const detector = await load();
    expect(await detector.detect(pictures, options)).toEqual(expected.found);
    expect(devices!.all).toHaveLength(2);
    detector.dispose();
  });
});

test('a device that is lost by runs of more than two images gets no larger ones, and each image its own rows', async () => {
  devices = captureDevices((device) => withStamina(device, (expected.rows.byteLength / 7) * 2));
  const detector = await Engine.load(model);
  expect((await detector.run(tensor(7))).data).toEqual(expected.rows);
  expect(await detector.detect(pictures, options)).toEqual(expected.found);
  expect(devices.all).toHaveLength(3);
  detector.dispose();
});

describe('disposing', () => {
  test('while a new device is opened frees that as well', async () => {
    let opened = (): void => {};
    const opening = new Promise<void>((resolve) => (opened = resolve));
    devices = captureDevices((device, index) => {
      if (index === 1) opened();
      return device;
    });
    const detector = await Engine.load(model);
    await lose(devices.all[0]!);
    const running = detector.run(tensor(1));
    const refused = expect(running).rejects.toMatchObject({ name: 'InputError', code: 'disposed' });
    await opening;
    detector.dispose();
    await refused;
    const end = await Promise.race([devices.all[1]!.lost, new Promise((resolve) => setTimeout(() => resolve('still there'), 500))]);
    expect(end).toMatchObject({ reason: 'destroyed' });
  });

  test('is done for a network that cannot be run, which loading refuses', async () => {
    devices = captureDevices();
    const narrow = { ...tinyConfig(3), sppf: { hidden: 10, out: 16 } };
    await expect(Engine.load(seededModel(narrow, { height, width }))).rejects.toMatchObject({ name: 'InputError', code: 'unsupported' });
    expect(await devices.all[0]!.lost).toMatchObject({ reason: 'destroyed' });
  });
});

describe('warming up', () => {
  test('on a lost device opens a new one', async () => {
    devices = captureDevices();
    const detector = await Engine.load(model);
    await detector.warmUp(1);
    await lose(devices.all[0]!);
    await detector.warmUp(1);
    expect(devices.all).toHaveLength(2);
    detector.dispose();
  });

  test('on a lost device of the caller says so', async () => {
    const { device, grant } = await testDevice();
    const detector = await Engine.load(model, { device });
    await lose(device);
    await expect(detector.warmUp(1)).rejects.toMatchObject({ name: 'InputError', code: 'device-lost' });
    detector.dispose();
    expect(grant.adapter).toBeDefined();
  });

  test('refuses what is no batch and no size', async () => {
    const detector = await Engine.load(model);
    for (const batch of [0, -1, 1.5, Number.NaN, '2' as unknown as number]) {
      await expect(detector.warmUp(batch)).rejects.toMatchObject({ name: 'InputError', code: 'bad-argument', found: String(batch) });
    }
    for (const size of [{ width: 0, height: 5 }, { width: 3.5, height: 5 }, { width: Number.NaN, height: 5 }]) {
      await expect(detector.warmUp(1, undefined, size)).rejects.toMatchObject({ name: 'InputError', code: 'bad-argument' });
    }
    detector.dispose();
  });
});

describe('a GPU without memory for the batch', () => {
  test('takes it in halves, and does not try the whole again', async () => {
    const { device, grant } = await testDevice();
    const short = shortOfMemory(device, expected.activationBytes * 2);
    const detector = await Engine.load(model, { device: short.device });
    expect((await detector.run(tensor(7))).data).toEqual(expected.rows);
    expect(await detector.detect(pictures, options)).toEqual(expected.found);
    const refused = short.refused();
    expect(refused).toBeGreaterThan(0);
    expect((await detector.run(tensor(7))).data).toEqual(expected.rows);
    expect(short.refused()).toBe(refused);
    detector.dispose();
    device.destroy();
    expect(grant.adapter).toBeDefined();
  });

  test('takes pictures in halves, too, and is warmed up for what fits', async () => {
    const { device, grant } = await testDevice();
    for (const first of ['detect', 'warmUp'] as const) {
      const detector = await Engine.load(model, { device: shortOfMemory(device, expected.activationBytes * 3).device });
      if (first === 'warmUp') await detector.warmUp(7);
      expect(await detector.detect(pictures, options)).toEqual(expected.found);
      detector.dispose();
    }
    device.destroy();
    expect(grant.adapter).toBeDefined();
  });

  test('for not even one image says so', async () => {
    const { device, grant } = await testDevice();
    const detector = await Engine.load(model, { device: shortOfMemory(device, 1000).device });
    for (const call of [() => detector.run(tensor(3)), () => detector.detect(pictures), () => detector.warmUp(2)]) {
      await expect(call()).rejects.toMatchObject({ name: 'InputError', code: 'out-of-memory', found: 'not enough memory' });
    }
    detector.dispose();
    device.destroy();
    expect(grant.adapter).toBeDefined();
  });
});

test('a trace of more images than a run has room for is refused', async () => {
  const { device, grant } = await testDevice();
  const detector = await Engine.load(model, { device: roomFor(2, device) });
  await expect(detector.trace(tensor(3), () => {})).rejects.toMatchObject({ name: 'InputError', code: 'out-of-memory', remedy: expect.stringContaining('at most 2') as string });
  const seen: string[] = [];
  await detector.trace(tensor(2), ({ name }) => void seen.push(name));
  expect(seen.length).toBeGreaterThan(50);
  detector.dispose();
  device.destroy();
  expect(grant.adapter).toBeDefined();
});
