import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Detector, Detector as Engine, type LoadOptions } from '../../src/node.ts';
import type { NodePictureSource } from '../../src/image/decode-node.ts';
import { GpuExecutor } from '../../src/gpu/executor.ts';
import { type Room, type RunLimits, roomOf } from '../../src/gpu/limits.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { toFloat32 } from '../../src/onnx/values.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import { gpuPolicy, softwarePolicy } from '../../src/plan/policy.ts';
import { scaleConfig } from '../../src/yolov10/config.ts';
import { drawNetwork } from '../../src/yolov10/network.ts';
import { type GpuMeter, meterGpu } from '../cases/gpu-meter.ts';
import { noise } from '../cases/onnxruntime.ts';
import { processorTime } from '../cases/hostile.ts';
import { tinyModel } from '../cases/onnx-bytes.ts';
import { seededModel } from '../cases/seeded-model.ts';
import { testDevice } from '../cases/test-device.ts';
import { withLimits } from '../cases/with-limits.ts';

const [height, width] = [32, 64];
const model = seededModel('n', { classCount: 3, height, width });
const tensor = (batch: number): { data: Float32Array; dims: number[] } => ({ data: noise([batch, 3, height, width]), dims: [batch, 3, height, width] });
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const load = (source: Uint8Array, options?: LoadOptions): Promise<Detector> => Engine.load(source, options);

/** The InputError that a call must end with, within a second of processor time. */
async function complaint(call: () => Promise<unknown>): Promise<{ code: string; message: string }> {
  const started = processorTime();
  const error = await call().then(() => undefined, (reason: unknown) => reason as Error & { code: string; expected: string; found: string; remedy: string });
  expect(processorTime() - started).toBeLessThan(1000);
  expect(error, 'nothing was refused').toBeDefined();
  expect(error!.name, error!.stack).toBe('InputError');
  for (const part of ['expected', 'found', 'remedy'] as const) expect(error![part].length).toBeGreaterThan(0);
  return { code: error!.code, message: error!.message };
}

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
    expect(await complaint(() => detector.run({ data: noise([1, 3, 30, 32]), dims: [1, 3, 30, 32] }))).toMatchObject({ code: 'bad-argument' });
  });

  const grey = (w: number, h: number, length = w * h * 4): NodePictureSource => ({ width: w, height: h, data: new Uint8Array(Math.max(0, length)) });
  test.each([
    ['no picture', []],
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
    const devices = captureDevices();
    try {
      const detector = await load(model);
      const before = (await detector.run(tensor(1))).data;
      devices.loseNew(true);
      devices.all[0]!.destroy();
      expect(await complaint(() => detector.run(tensor(1)))).toMatchObject({ code: 'device-lost' });
      devices.loseNew(false);
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

describe('a batch beyond the limits', () => {
  test('is split, and gives the rows that its parts give', async () => {
    const { device, grant } = await testDevice();
    const whole = await load(model, { device });
    const expected = await whole.run(tensor(7));
    const pictures = [50, 600, 310, 80, 900].map((side) => ({ width: side, height: 40, data: Uint8Array.from(noise([side * 160], side), (value) => value * 255) }));
    const found = await whole.detect(pictures, { threshold: 0 });
    const three = withLimits(device, { maxBufferSize: whole.planFor().activationBytes * 3 + 5 });
    expect(new GpuExecutor(three, new ArrayBuffer(256)).maxBatch(whole.planFor())).toBe(3);
    const split = await load(model, { device: three });
    expect(await split.run(tensor(7))).toEqual(expected);
    expect(await split.detect(pictures, { threshold: 0 })).toEqual(found);
    expect(await split.gpuBytes()).toBeLessThan(await whole.gpuBytes());
    split.dispose();
    // Room for five images, but for 40 960 pixels only: the five pictures take two runs.
    const narrow = await load(model, { device: withLimits(device, { maxStorageBufferBindingSize: height * width * 16 * 5 }) });
    expect(await narrow.detect(pictures, { threshold: 0 })).toEqual(found);
    const large = { width: 320, height: 160, data: Uint8Array.from(noise([320 * 160 * 4]), (value) => value * 255) };
    const [scaledOnCpu, scaledOnGpu] = await Promise.all([narrow.detect(large, { threshold: 0 }), whole.detect(large, { threshold: 0 })]);
    expect(scaledOnCpu).toHaveLength(scaledOnGpu.length);
    expect(Math.max(...scaledOnCpu.map(({ score }, i) => Math.abs(score - scaledOnGpu[i]!.score)))).toBeLessThan(1e-4);
    narrow.dispose();
    whole.dispose();
    device.destroy();
    expect(grant.adapter).toBeDefined();
  });

  test('of bindings, of workgroups or of memory: the least decides, down to none at all', () => {
    const plan = compilePlan(drawNetwork(scaleConfig('n')), 64, 64, softwarePolicy);
    const most = (limits: Partial<RunLimits>): Room =>
      roomOf(plan, { maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: 2 ** 40, maxComputeWorkgroupsPerDimension: 2 ** 24, ...limits });
    expect(most({ maxBufferSize: plan.activationBytes * 5 })).toMatchObject({ images: 5, limit: 'maxBufferSize' });
    const largest = Math.max(...plan.steps.flatMap(({ buffers }) => Object.values(buffers)).filter(({ space }) => space === 'activations').map(({ size }) => size));
    expect(most({ maxStorageBufferBindingSize: largest * 4 })).toMatchObject({ images: 4, limit: 'maxStorageBufferBindingSize' });
    // The attention has a workgroup in z per image; its eight in y, or a convolution's 64, are all there may be at the least.
    expect(most({ maxComputeWorkgroupsPerDimension: 64 })).toEqual({ images: 64, where: 'step "model.10.attn"', limit: 'maxComputeWorkgroupsPerDimension' });
    expect(most({ maxComputeWorkgroupsPerDimension: 63 })).toMatchObject({ images: 0, limit: 'maxComputeWorkgroupsPerDimension' });
    expect(most({ maxBufferSize: 1 })).toMatchObject({ images: 0, limit: 'maxBufferSize' });
  });

  test('of real adapters: memory decides, not workgroups, at any size', () => {
    const layers = drawNetwork(scaleConfig('x'));
    const limits = { maxBufferSize: 2 ** 36, maxStorageBufferBindingSize: 2 ** 32 - 4, maxComputeWorkgroupsPerDimension: 65_535 };
    for (const side of [640, 1280, 2560, 4096]) {
      for (const policy of [softwarePolicy, gpuPolicy]) {
        const room = roomOf(compilePlan(layers, side, side, policy), limits);
        expect(room.limit).toBe('maxStorageBufferBindingSize');
        expect(room.images).toBeGreaterThanOrEqual(side === 640 ? 100 : side === 4096 ? 0 : 1);
      }
    }
  });

  test('with not even one image is an error', async () => {
    const { device, grant } = await testDevice();
    const tiny = await load(model, { device: withLimits(device, { maxStorageBufferBindingSize: 5000 }) });
    expect(await complaint(() => tiny.run(tensor(2)))).toMatchObject({ code: 'out-of-memory', message: expect.stringMatching(/maxStorageBufferBindingSize.*smaller input size/) as string });
    tiny.dispose();
    device.destroy();
    expect(grant.adapter).toBeDefined();
  });
});

/** Notes every device requested; `loseNew` makes those to come be lost at once. */
function captureDevices(): { all: GPUDevice[]; loseNew(lose: boolean): void; release(): void } {
  const all: GPUDevice[] = [];
  let lose = false;
  const original = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function requestDevice(...args): Promise<GPUDevice> {
    const device = await original.apply(this, args);
    all.push(device);
    if (lose) device.destroy();
    return device;
  };
  return { all, loseNew: (value) => (lose = value), release: () => (GPUAdapter.prototype.requestDevice = original) };
}
