import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { NumberTensor } from '../../src/crosscheck/engine.ts';
import { type Detector, Detector as Engine, type LoadOptions } from '../../src/node.ts';
import type { NodePictureSource } from '../../src/image/decode-node.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { toFloat32 } from '../../src/onnx/values.ts';
import { complaint } from '../cases/complaint.ts';
import { captureDevices } from '../cases/devices.ts';
import { type GpuMeter, meterGpu } from '../cases/gpu-meter.ts';
import { noise, noiseTensor } from '../cases/noise.ts';
import { tinyModel } from '../cases/onnx-bytes.ts';
import { seededModel } from '../cases/seeded-model.ts';
import { testDevice } from '../cases/test-device.ts';

const [height, width] = [32, 64];
const model = seededModel('n', { classCount: 3, height, width });
const tensor = (batch: number): NumberTensor => noiseTensor(batch, height, width);
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const load = (source: Uint8Array, options?: LoadOptions): Promise<Detector> => Engine.load(source, options);

function edited(change: (tensors: ReturnType<typeof parseModel>['graph']['initializers']) => void): Uint8Array {
  const parsed = parseModel(model);
  change(parsed.graph.initializers);
  return serializeModel(parsed);
}

describe('what is no usable model', () => {
  let devices: ReturnType<typeof captureDevices>;
  beforeAll(async () => {
    (await testDevice()).device.destroy(); // makes WebGPU's classes global
    devices = captureDevices();
  });
  afterEach(() => expect(devices.all, 'a device was opened for nothing').toEqual([]));
  afterAll(() => devices.release());

  const weight = 'model.2.cv2.conv.weight';
  const poisoned = (value: number): Uint8Array => edited((tensors) => {
    const found = tensors.get(weight)!;
    tensors.set(weight, { ...found, bytes: new Uint8Array(toFloat32(found).with(3, value).buffer) });
  });

  test.each([
    ['an empty file', () => new Uint8Array(), 'not-onnx', /empty/],
    ['a web page', () => text('<!DOCTYPE html><html>404</html>'), 'not-onnx', /HTML|web page/i],
    ['a git-LFS pointer', () => text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n'), 'not-onnx', /LFS/],
    ['a truncated model', () => model.subarray(0, model.length >> 1), 'not-onnx', /./],
    ['noise', () => Uint8Array.from(noise([5000]), (value) => value * 255), 'not-onnx', /./],
    ['an ONNX that is no YOLOv10', () => tinyModel(), 'not-yolov10', /convolution/],
    ['a weight of the wrong shape', () => edited((tensors) => tensors.set(weight, { ...tensors.get(weight)!, dims: [32, 24, 2, 1] })), 'bad-weights', /model\.2\.cv2/],
    ['a weight that is missing', () => edited((tensors) => void tensors.delete(weight)), 'not-yolov10', /model\.2\.cv2/],
    ['a weight that is NaN', () => poisoned(Number.NaN), 'bad-weights', /NaN/],
    ['a weight that is infinite', () => poisoned(Number.POSITIVE_INFINITY), 'bad-weights', /Infinity/],
  ])('%s', async (_title, bytes, code, message) => {
    const made = bytes();
    const found = await complaint(() => load(made));
    expect(found.code).toBe(code);
    expect(found.message).toMatch(message);
  });

  test('an input size that is no multiple of 32', async () => {
    expect(await complaint(() => load(model, { imageSize: 100 }))).toMatchObject({ code: 'bad-argument', message: expect.stringContaining('96') as string });
    expect(await complaint(() => load(model, { imageSize: { height: 64, width: 0 } }))).toMatchObject({ code: 'bad-argument' });
  });

  test.each([
    [null], [7], [{ signal: {} }], [{ onProgress: true }], [{ hub: 7 }], [{ external: { 'weights.bin': new Uint8Array(4) } }], [{ external: new Map([['weights.bin', 'AAAA']]) }],
    [{ device: {} }], [{ adapter: 'GPU' }],
  ])('options of a wrong type: %j', async (options) => {
    expect(await complaint(() => load(model, options as never))).toMatchObject({ code: 'bad-argument' });
  });

  test('a file that is not there', async () => {
    expect(await complaint(() => Engine.load('no/such/model.onnx'))).toMatchObject({ code: 'not-found' });
  });
});

describe('what is no usable request', () => {
  let detector: Detector;
  let before: { rows: Float32Array; bytes: number };
  const state = async (): Promise<typeof before> => ({ rows: (await detector.run(tensor(2))).data, bytes: await detector.gpuBytes() });

  beforeAll(async () => {
    detector = await load(model);
    before = await state();
  });
  afterAll(() => detector?.dispose());

  test.each([
    ['batch 0', { data: new Float32Array(), dims: [0, 3, height, width] }],
    ['too few values', { data: tensor(2).data.subarray(1), dims: tensor(2).dims }],
    ['too many values', { data: noise([3, 3, height, width]), dims: tensor(2).dims }],
    ['four channels', { data: noise([1, 4, height, width]), dims: [1, 4, height, width] }],
    ['three dims', { data: noise([3, height, width]), dims: [3, height, width] }],
    ['a fraction of an image', { data: tensor(2).data, dims: [1.5, 3, height, width] }],
    ['numbers in a plain array', { data: [...tensor(1).data] as unknown as Float32Array, dims: tensor(1).dims }],
  ])('a tensor of %s', async (_title, input) => {
    expect(await complaint(() => detector.run(input))).toMatchObject({ code: 'bad-tensor' });
  });

  test('a tensor whose size is no multiple of 32', async () => {
    expect(await complaint(() => detector.run(noiseTensor(1, 30, 32)))).toMatchObject({ code: 'bad-argument' });
  });

  const grey = (w: number, h: number, length = w * h * 4): NodePictureSource => ({ width: w, height: h, data: new Uint8Array(Math.max(0, length)) });
  test.each([
    ['a picture without pixels', grey(0, 5)],
    ['a picture of the wrong length', grey(4, 4, 63)],
    ['bytes that are no picture', text('not a picture, whatever its name says')],
    ['an empty file', new Uint8Array()],
    ['nothing', undefined as unknown as NodePictureSource],
    ['one bad picture among good ones', [grey(8, 8), grey(4, 4, 7)]],
  ])('%s', async (_title, picture) => {
    const { code } = await complaint(() => detector.detect(picture as NodePictureSource));
    expect(['bad-image', 'bad-argument']).toContain(code);
  });

  test.each([
    [{ threshold: 1.5 }], [{ threshold: Number.NaN }], [{ maxDetections: 0 }], [{ maxDetections: 2.5 }], [{ classes: ['unicorn'] }], [{ classes: [3] }], [{ imageSize: 33 }],
  ])('%o', async (options) => {
    expect(await complaint(() => detector.detect(grey(8, 8), options))).toMatchObject({ code: 'bad-argument' });
  });

  test('after all that, a usable one, on the same memory', async () => {
    expect(await state()).toEqual(before);
  });

  test('an aborted call', async () => {
    const signal = AbortSignal.abort();
    await expect(detector.detect(grey(8, 8), { signal })).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    await expect(load(model, { signal })).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});

describe('after dispose()', () => {
  let meter: GpuMeter;
  beforeAll(async () => {
    const { device } = await testDevice(); // makes WebGPU's classes global
    device.destroy();
    meter = meterGpu();
  });
  afterAll(() => meter?.remove());

  test('every call says so, and again is no mistake', async () => {
    const detector = await load(model);
    await detector.run(tensor(1));
    detector.dispose();
    detector.dispose();
    const calls = [
      () => detector.run(tensor(1)), () => detector.detect({ width: 2, height: 2, data: new Uint8Array(16) }), () => detector.warmUp(),
      () => detector.trace(tensor(1), () => {}), async () => detector.planFor(), async () => detector.gpuBytes(),
    ];
    for (const call of calls) expect(await complaint(call)).toMatchObject({ code: 'disposed' });
  });

  test('a run under way ends, one way or the other, and nothing is left', async () => {
    const detector = await load(model);
    await detector.run(tensor(1));
    const running = [detector.run(tensor(2)), detector.run(tensor(1)), detector.detect({ width: 9, height: 9, data: new Uint8Array(324) })];
    detector.dispose();
    for (const result of await Promise.allSettled(running)) if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'InputError', code: 'disposed' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(meter.liveBytes()).toBe(0);
  });

  test('a device of the caller lives on', async () => {
    const { device, grant } = await testDevice();
    const detector = await load(model, { device });
    const { data } = await detector.run(tensor(1));
    detector.dispose();
    const second = await load(model, { device });
    expect((await second.run(tensor(1))).data).toEqual(data);
    second.dispose();
    device.destroy();
    expect(grant.adapter).toBeDefined();
  });
});
