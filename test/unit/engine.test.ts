import { describe, expect, test } from 'vitest';
import { type DeviceGrant, adoptDevice } from '../../src/device.ts';
import { Engine } from '../../src/engine.ts';
import type { PlanInput } from '../../src/plan/executor.ts';
import { imagesByWork } from '../../src/gpu/limits.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import { gpuPolicy } from '../../src/plan/policy.ts';
import { type ScaleName, scaleConfig } from '../../src/yolov10/config.ts';
import { drawNetwork } from '../../src/yolov10/network.ts';
import { withMemory, withStamina } from '../cases/devices.ts';
import { nullDevice, ownGrant, watchedDevice } from '../cases/null-device.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';
import { withLimits } from '../cases/with-limits.ts';

const network = seededNetwork(tinyConfig(3));
const size = { height: 32, width: 64 };
const larger = { height: 64, width: 64 };
const tensor = (batch: number, { height, width } = size): PlanInput => ({ kind: 'tensor', batch, data: new Float32Array(batch * 3 * height * width) });
const never = (): Promise<never> => Promise.reject(new Error('no second device'));
const engineOn = (device: GPUDevice): Engine => new Engine(network, adoptDevice(device), never);

const plain = engineOn(await nullDevice());
const imageBytes = plain.planFor(size).activationBytes;
const rowBytes = plain.planFor(size).rows * 6 * 4;
plain.dispose();

describe('memory taken by sizes that do not run', () => {
  test('is given up for one that does, and no batch is halved for it', async () => {
    const { device } = withMemory(await nullDevice(), imageBytes * 8);
    const engine = engineOn(device);
    const most = engine.maxImages(larger);
    await engine.run(size, tensor(8));
    await engine.run(larger, tensor(4, larger));
    expect(engine.maxImages(larger)).toBe(most);
    expect([await engine.bytes(size), await engine.bytes(larger)]).toEqual([0, expect.any(Number)]);
    await engine.run(size, tensor(1));
    await engine.trace(size, tensor(8), () => {});
    engine.dispose();
  });

  test('is kept where it is in use', async () => {
    const { device } = withMemory(await nullDevice(), imageBytes * 8);
    const engine = engineOn(device);
    await engine.run(size, tensor(5));
    const [kept, halved] = await Promise.all([engine.run(size, tensor(5)), engine.run(larger, tensor(2, larger))]);
    expect([kept.length, halved.length]).toEqual([5 * rowBytes / 4, 2 * engine.planFor(larger).rows * 6]);
    engine.dispose();
  });
});

describe('a batch larger than any before', () => {
  const arenas = (calls: string[]): number => calls.filter((call) => call === 'buffer activations').length;

  test('makes room for the next ones as well', async () => {
    const { device, calls } = watchedDevice(await nullDevice());
    const engine = engineOn(device);
    for (let batch = 1; batch <= 32; batch++) await engine.run(size, tensor(batch));
    expect(arenas(calls)).toBe(6);
    engine.dispose();
  });

  test('makes room for itself alone where there is no more', async () => {
    const memory = withMemory(await nullDevice(), imageBytes * 5);
    const engine = engineOn(memory.device);
    const most = engine.maxImages(size);
    for (const batch of [3, 4, 5]) expect(await engine.run(size, tensor(batch))).toHaveLength((batch * rowBytes) / 4);
    expect([memory.refused(), engine.maxImages(size)]).toEqual([2, most]);
    engine.dispose();
  });
});

describe('work of one run', () => {
  const images = (scale: ScaleName, side: number): number => imagesByWork(compilePlan(drawNetwork(scaleConfig(scale)), side, side, gpuPolicy));

  test('ends before a driver takes the device for hung, and allows small scales whole batches', () => {
    expect(Math.min(images('n', 640), images('s', 640), images('n', 1280))).toBeGreaterThanOrEqual(32);
    expect([images('x', 640), images('x', 1280), images('x', 2560)]).toEqual([6, 1, 1]);
  });

  test('bounds a batch that memory has room for', async () => {
    const limits = { maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: 2 ** 40 };
    const engine = new Engine(seededNetwork('n'), adoptDevice(withLimits(await nullDevice(), limits)), never);
    expect([engine.maxImages({ height: 1920, width: 1920 }), engine.maxImages({ height: 640, width: 640 })]).toEqual([images('n', 1920), images('n', 640)]);
    engine.dispose();
  });
});

describe('a device lost in a run', () => {
  /** Engine devices that take runs of so many images, and how many there have been. */
  async function lossy(images: number): Promise<{ engine: Engine; devices: GPUDevice[] }> {
    const devices: GPUDevice[] = [];
    const open = async (): Promise<DeviceGrant> => {
      devices.push(withStamina(await nullDevice(), rowBytes * images));
      return ownGrant(devices.at(-1)!);
    };
    return { engine: new Engine(network, await open(), open), devices };
  }

  test('gets smaller ones afterwards, until it bears them', async () => {
    const { engine, devices } = await lossy(2);
    expect(await engine.run(size, tensor(8))).toHaveLength((8 * rowBytes) / 4);
    expect([devices.length, engine.maxImages(size)]).toEqual([3, 2]);
    await engine.run(size, tensor(8));
    expect(devices).toHaveLength(3);
    engine.dispose();
  });

  test('of one image is reported the second time', async () => {
    const { engine, devices } = await lossy(0);
    await expect(engine.run(size, tensor(4))).rejects.toMatchObject({ name: 'InputError', code: 'device-lost' });
    expect(devices).toHaveLength(3);
    engine.dispose();
  });

  test('fails no run beside the one that is too much for it', async () => {
    const { engine, devices } = await lossy(2);
    const runs = [engine.run(size, tensor(16)), engine.run(larger, tensor(1, larger)), engine.run(size, tensor(1))];
    expect((await Promise.all(runs)).map(({ length }) => length)).toEqual([(16 * rowBytes) / 4, engine.planFor(larger).rows * 6, rowBytes / 4]);
    expect(devices.length).toBeLessThanOrEqual(5);
    engine.dispose();
  });

  test('before it says nothing about the batch', async () => {
    const { engine, devices } = await lossy(8);
    const most = engine.maxImages(size);
    devices[0]!.destroy();
    await devices[0]!.lost;
    await engine.run(size, tensor(8));
    expect([devices.length, engine.maxImages(size)]).toEqual([2, most]);
    engine.dispose();
  });
});

describe('disposing with calls under way, on a device of the caller', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

  test('ends a trace, and nothing more reaches the device', async () => {
    const { device, calls } = watchedDevice(await nullDevice());
    const engine = engineOn(device);
    let [seen, atDispose] = [0, 0];
    const tracing = engine.trace(size, tensor(1), () => {
      if (++seen !== 3) return;
      engine.dispose();
      atDispose = calls.length;
    });
    await expect(tracing).rejects.toMatchObject({ name: 'InputError', code: 'disposed' });
    await settled();
    expect([seen, calls.slice(atDispose)]).toEqual([3, []]);
  });

  test.each([0, 1, 2, 5, 20, 60])('ends runs, those that wait for a buffer, too, %i turns after they began', async (turns) => {
    const { device, calls } = watchedDevice(await nullDevice());
    const engine = engineOn(device);
    await engine.run(size, tensor(2));
    const runs = Array.from({ length: 8 }, (_, i) => engine.run(size, tensor(1 + (i % 3))));
    const ends = Promise.allSettled([...runs, engine.run(larger, tensor(1, larger)), engine.prepare(larger, 3, 0)]);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    engine.dispose();
    const atDispose = calls.length;
    for (const end of await ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ name: 'InputError', code: 'disposed' });
    await settled();
    expect(calls.slice(atDispose)).toEqual([]);
  });
});

test('warming up makes what pictures take, and compiles for tensors as well', async () => {
  const { device, calls } = watchedDevice(await nullDevice());
  const engine = engineOn(device);
  await engine.prepare(size, 4, 0);
  expect(calls).toContain('buffer pixels');
  expect(calls).not.toContain('buffer tensor');
  await engine.run(size, tensor(4));
  expect(calls.filter((call) => call === 'buffer tensor' || call === 'buffer activations')).toEqual(['buffer activations', 'buffer tensor']);
  engine.dispose();
});
