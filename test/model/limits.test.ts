import { describe, expect, test } from 'vitest';
import type { NumberTensor } from '../../src/crosscheck/engine.ts';
import { GpuExecutor } from '../../src/gpu/executor.ts';
import { type ImageBound, type RunLimits, imageBound } from '../../src/gpu/limits.ts';
import { type Detector, Detector as Engine, type LoadOptions } from '../../src/node.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import { gpuPolicy, softwarePolicy } from '../../src/plan/policy.ts';
import { scaleConfig } from '../../src/yolov10/config.ts';
import { drawNetwork } from '../../src/yolov10/network.ts';
import { complaint } from '../cases/complaint.ts';
import { noisePicture, noiseTensor } from '../cases/noise.ts';
import { seededModel } from '../cases/seeded-model.ts';
import { testDevice } from '../cases/test-device.ts';
import { withLimits } from '../cases/with-limits.ts';

const [height, width] = [32, 64];
const model = seededModel('n', { classCount: 3, height, width });
const tensor = (batch: number): NumberTensor => noiseTensor(batch, height, width);
const load = (source: Uint8Array, options?: LoadOptions): Promise<Detector> => Engine.load(source, options);

describe('a batch beyond the limits', () => {
  test('is split, and gives the rows that its parts give', async () => {
    const { device, grant } = await testDevice();
    const whole = await load(model, { device });
    const expected = await whole.run(tensor(7));
    const pictures = [50, 600, 310, 80, 900].map((side) => noisePicture(side, 40, side));
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
    const large = noisePicture(320, 160);
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
    const most = (limits: Partial<RunLimits>): ImageBound =>
      imageBound(plan, { maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: 2 ** 40, maxComputeWorkgroupsPerDimension: 2 ** 24, ...limits });
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
        const bound = imageBound(compilePlan(layers, side, side, policy), limits);
        expect(bound.limit).toBe('maxStorageBufferBindingSize');
        expect(bound.images).toBeGreaterThanOrEqual(side === 640 ? 100 : side === 4096 ? 0 : 1);
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
