import { beforeAll, describe, expect, test } from 'vitest';
import type { NumberTensor } from '../../src/crosscheck/engine.ts';
import { type Detector, Detector as Engine, type LoadOptions } from '../../src/node.ts';
import { requestAdapter } from '../../src/platform/node.ts';
import { complaint } from '../cases/complaint.ts';
import { captureDevices } from '../cases/devices.ts';
import { noiseTensor } from '../cases/noise.ts';
import { seededModel } from '../cases/seeded-model.ts';
import { testDevice } from '../cases/test-device.ts';

const [height, width] = [32, 64];
const model = seededModel('n', { classCount: 3, height, width });
const tensor = (batch: number): NumberTensor => noiseTensor(batch, height, width);
const load = (source: Uint8Array, options?: LoadOptions): Promise<Detector> => Engine.load(source, options);

beforeAll(() => requestAdapter()); // makes WebGPU's classes global

describe('a device that is lost', () => {
  test('is replaced, once for all calls under way, and the rows stay the same', async () => {
    const devices = captureDevices();
    try {
      const detector = await load(model);
      const before = (await detector.run(tensor(2))).data;
      devices.all[0]!.destroy();
      const rows = await Promise.all([detector.run(tensor(2)), detector.run(tensor(2)), detector.run(tensor(2))]);
      for (const { data } of rows) expect(data).toEqual(before);
      expect(devices.all).toHaveLength(2);
      devices.all[1]!.destroy();
      expect((await detector.run(tensor(2))).data).toEqual(before);
      expect(devices.all).toHaveLength(3);
      detector.dispose();
    } finally {
      devices.release();
    }
  });

  test('twice in a row is reported, and a later call tries again', async () => {
    let loseNew = false;
    const devices = captureDevices((device) => {
      if (loseNew) device.destroy();
      return device;
    });
    try {
      const detector = await load(model);
      const before = (await detector.run(tensor(1))).data;
      loseNew = true;
      devices.all[0]!.destroy();
      expect(await complaint(() => detector.run(tensor(1)))).toMatchObject({ code: 'device-lost' });
      loseNew = false;
      expect((await detector.run(tensor(1))).data).toEqual(before);
      detector.dispose();
    } finally {
      devices.release();
    }
  });

  test('is reported where it was the caller\'s', async () => {
    const { device, grant } = await testDevice();
    const detector = await load(model, { device });
    await detector.run(tensor(1));
    device.destroy();
    expect(await complaint(() => detector.run(tensor(1)))).toMatchObject({ code: 'device-lost' });
    detector.dispose();
    expect(grant.adapter).toBeDefined();
  });
});
