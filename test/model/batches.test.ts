import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Detector } from '../../src/detector.ts';
import { type Picture, pictureFrom } from '../../src/image/picture.ts';
import type { AdapterGrant } from '../../src/platform/contract.ts';
import * as platform from '../../src/platform/node.ts';
import { noisePicture, noiseTensor } from '../cases/noise.ts';
import { seededModel, tinyConfig } from '../cases/seeded-model.ts';
import { testDevice } from '../cases/test-device.ts';
import { withLimits } from '../cases/with-limits.ts';

const ROOM = 2;
const COUNT = 20;
const [height, width] = [32, 64];
const sides = Array.from({ length: COUNT }, (_, i) => 8 + 3 * i);

let adapter: { device: GPUDevice; grant: AdapterGrant };
/** On a device with room for two images; pictures are sides, read when asked for. */
let detector: Detector<number>;
let reads: number[] = [];
let onRead: (side: number) => void = () => {};

async function pictureOf(side: number): Promise<Picture> {
  reads.push(side);
  onRead(side);
  return pictureFrom(noisePicture(side, 40, side));
}

beforeAll(async () => {
  adapter = await testDevice();
  const model = seededModel(tinyConfig(3), { height, width });
  const whole = await Detector.open({ platform, pictureOf }, model, { device: adapter.device });
  const { activationBytes } = whole.planFor();
  whole.dispose();
  detector = await Detector.open({ platform, pictureOf }, model, { device: withLimits(adapter.device, { maxBufferSize: activationBytes * ROOM + 5 }) });
});

afterAll(() => {
  detector?.dispose();
  adapter?.device.destroy();
  expect(adapter.grant.adapter).toBeDefined(); // held until here
});

/** What happens during a call, in order, and the most runs that were on their way back at once. */
async function watched<T>(call: () => Promise<T>): Promise<{ result: T; readAtSubmit: number[]; most: number }> {
  const readAtSubmit: number[] = [];
  let [under, most] = [0, 0];
  const { submit } = GPUQueue.prototype;
  const { mapAsync } = GPUBuffer.prototype;
  GPUQueue.prototype.submit = function submitted(...args) {
    readAtSubmit.push(reads.length);
    return submit.apply(this, args);
  };
  GPUBuffer.prototype.mapAsync = async function mapped(...args) {
    most = Math.max(most, ++under);
    await mapAsync.apply(this, args);
    under--;
  };
  reads = [];
  try {
    return { result: await call(), readAtSubmit, most };
  } finally {
    GPUQueue.prototype.submit = submit;
    GPUBuffer.prototype.mapAsync = mapAsync;
  }
}

describe('a batch in parts', () => {
  test('keeps two runs under way, and each picture its own detections', async () => {
    const { result, readAtSubmit, most } = await watched(() => detector.detect(sides, { threshold: 0 }));
    expect(readAtSubmit).toHaveLength(COUNT / ROOM);
    expect(most).toBe(2);
    for (const index of [0, 7, COUNT - 1]) expect(result[index]).toEqual(await detector.detect(sides[index]!, { threshold: 0 }));
  });

  test('of a tensor keeps two runs under way, too', async () => {
    const { most, readAtSubmit } = await watched(() => detector.run(noiseTensor(7, height, width)));
    expect({ most, runs: readAtSubmit.length }).toEqual({ most: 2, runs: 4 });
  });

  test('reads pictures as runs take them, a few ahead', async () => {
    const { readAtSubmit } = await watched(() => detector.detect(sides));
    readAtSubmit.forEach((read, run) => expect(read).toBeLessThanOrEqual((run + 2) * ROOM + 4));
    expect(readAtSubmit[0]).toBeLessThan(COUNT / 2);
    expect(reads).toEqual(sides);
  });

  test('goes in runs of 32 pictures where there is room for more, so that reading and computing overlap', async () => {
    const roomy = await Detector.open({ platform, pictureOf }, seededModel(tinyConfig(3), { height, width }), { device: adapter.device });
    const { result, readAtSubmit } = await watched(() => roomy.detect([...sides, ...sides], { threshold: 0 }));
    expect(roomy.planFor().activationBytes * 40).toBeLessThan(adapter.device.limits.maxBufferSize);
    expect(readAtSubmit).toHaveLength(2);
    expect(result.slice(COUNT)).toEqual(result.slice(0, COUNT));
    roomy.dispose();
  });

  test('says which picture is none', async () => {
    const complaint = detector.detect(sides.with(5, 0));
    await expect(complaint).rejects.toMatchObject({ name: 'InputError', code: 'bad-image', found: expect.stringMatching(/^images\[5\]: 0 x 40/) as string });
    await expect(detector.detect(0)).rejects.toMatchObject({ found: '0 x 40' });
  });

  test('stops reading when aborted', async () => {
    const abort = new AbortController();
    onRead = (side) => side === sides[6] && abort.abort();
    reads = [];
    await expect(detector.detect(sides, { signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
    onRead = () => {};
    expect(reads.length).toBeLessThan(COUNT / 2);
  });
});
