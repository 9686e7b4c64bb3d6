import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { GpuExecutor } from '../../src/gpu/executor.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import type { PlanInput } from '../../src/plan/executor.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { softwarePolicy } from '../../src/plan/policy.ts';
import { layoutWeights, packWeights } from '../../src/plan/weights.ts';
import { type GpuMeter, meterGpu } from '../cases/gpu-meter.ts';
import { noise } from '../cases/noise.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';
import { testDevice } from '../cases/test-device.ts';
import { withLimits } from '../cases/with-limits.ts';

const { device, grant } = await testDevice();
afterAll(() => {
  device.destroy();
  expect(grant.adapter).toBeDefined(); // kept until here: Dawn crashes where it is collected before its device
});

const network = seededNetwork(tinyConfig());
const layout = layoutWeights(network.layers);
const packed = packWeights(layout, network.weights);
const planOf = (side: number): Plan => compilePlan(network.layers, side, side, softwarePolicy, layout);
const tensor = (batch: number, side = 32): PlanInput => ({ kind: 'tensor', batch, data: noise([batch, 3, side, side]) });

/** One picture that fills the input of 32×32 pixels from so many of its own. */
const picture = (width: number, height: number): PlanInput => ({
  kind: 'pictures', batch: 1, pixels: Uint32Array.from(noise([width * height]), (value) => value * 2 ** 32), placements: Uint32Array.of(0, width, height, 32, 32, 0, 0, 0),
});

/** The device with one of its methods replaced; the rest is its own. */
function withMethod<K extends keyof GPUDevice>(base: GPUDevice, name: K, method: GPUDevice[K]): GPUDevice {
  return new Proxy(base, {
    get(target, key) {
      if (key === name) return method;
      const value = (target as unknown as Record<string | symbol, unknown>)[key];
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

let executor: GpuExecutor;
const open = (on: GPUDevice = device): GpuExecutor => (executor = new GpuExecutor(on, packed));
afterEach(() => executor?.dispose());

describe('what a device has no room for', () => {
  const side = planOf(64);
  const refused = (limits: Partial<Record<keyof GPUSupportedLimits, number>>, batch: number): Promise<unknown> =>
    open(withLimits(device, limits)).run(side, tensor(batch, 64)).catch((error: unknown) => error);

  test('is refused by an error that names the step and the limit', async () => {
    expect(await refused({ maxComputeWorkgroupsPerDimension: 2 }, 1)).toMatchObject({ name: 'InputError', code: 'out-of-memory', message: expect.stringMatching(/letterbox|pack_tensor|model\.\d+.*maxComputeWorkgroupsPerDimension/) as string });
    expect(await refused({ maxStorageBufferBindingSize: 4096 }, 1)).toMatchObject({ code: 'out-of-memory', message: expect.stringMatching(/maxStorageBufferBindingSize.*smaller input/) as string });
    expect(executor.maxBatch(side)).toBe(0);
    const three = { maxBufferSize: side.activationBytes * 3 };
    expect(await refused(three, 4)).toMatchObject({ code: 'out-of-memory', message: expect.stringMatching(/maxBufferSize.*at most 3/) as string });
    expect(executor.maxBatch(side)).toBe(3);
    await expect(executor.prepare(side, 4)).rejects.toMatchObject({ code: 'out-of-memory' });
    await expect(executor.trace(side, tensor(4, 64), () => {})).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(await refused(three, 3)).toBeInstanceOf(Float32Array);
  });

  test('but is dispatched all the same is an error, too, and no rows of zeros', async () => {
    const plan = planOf(32);
    const steps = plan.steps.map((step, i) => (i === 3 ? { ...step, grid: { ...step.grid, y: 70_000 } } : step));
    open(withLimits(device, { maxComputeWorkgroupsPerDimension: 2 ** 20 }));
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(executor.run({ ...plan, steps }, tensor(1))).rejects.toMatchObject({ name: 'InputError', code: 'unsupported', message: expect.stringContaining('70000') as string });
    }
    expect((await executor.run(plan, tensor(1))).some((value) => value !== 0)).toBe(true);
  });

  test('is looked for once per batch, not in every run', async () => {
    let scopes = 0;
    open(withMethod(device, 'pushErrorScope', (filter) => (scopes++, device.pushErrorScope(filter))));
    const plan = planOf(32);
    const counted = async (batch: number): Promise<number> => {
      scopes = 0;
      await executor.run(plan, tensor(batch));
      return scopes;
    };
    await executor.prepare(plan, 3);
    expect([await counted(2), await counted(1), await counted(2), await counted(3), await counted(1), await counted(3)]).toEqual([3, 0, 0, 1, 0, 0]); // the first makes room for tensors
  });
});

test('runs that fail before they are submitted leave room for those after them', async () => {
  let failing = 0;
  open(withMethod(device, 'createCommandEncoder', (descriptor) => {
    if (failing-- > 0) throw new Error('no encoder today');
    return device.createCommandEncoder(descriptor);
  }));
  const plan = planOf(32);
  const expected = await executor.run(plan, tensor(1));
  failing = 4;
  for (let i = 0; i < 4; i++) await expect(executor.run(plan, tensor(1))).rejects.toThrow('no encoder today');
  const patience = new Promise((_resolve, reject) => setTimeout(() => reject(new Error('waits for ever')), 5000));
  expect(await Promise.race([executor.run(plan, tensor(1)), patience])).toEqual(expected);
});

test('a kernel that the driver does not compile is named, and tried again later', async () => {
  let failing = true;
  open(withMethod(device, 'createComputePipelineAsync', (descriptor) => {
    if (failing && descriptor.label === 'sppf') return Promise.reject(new Error('out of registers'));
    return device.createComputePipelineAsync(descriptor);
  }));
  const plan = planOf(32);
  await expect(executor.run(plan, tensor(1))).rejects.toMatchObject({ name: 'InputError', code: 'no-webgpu', expected: expect.stringContaining('sppf') as string, found: expect.stringContaining('out of registers') as string });
  failing = false;
  expect(await executor.run(plan, tensor(1))).toHaveLength(plan.rows * 6);
});

describe('room for pictures', () => {
  let meter: GpuMeter;
  afterEach(() => meter.remove());
  const nothing = { buffers: 0, bufferBytes: 0, bindGroups: 0, pipelines: 0, shaderModules: 0 };
  const run = async (width: number, height: number): Promise<ReturnType<GpuMeter['read']>> => {
    meter.read();
    await executor.run(planOf32, picture(width, height));
    return meter.read();
  };
  const planOf32 = planOf(32);

  test('is made ahead for pictures of the size that is asked for', async () => {
    meter = meterGpu();
    open();
    await executor.prepare(planOf32, 1, 900 * 700 * 4);
    expect(await run(900, 700)).toMatchObject(nothing);
    await executor.prepare(planOf32, 1, 1200 * 900 * 4);
    expect(await run(1200, 900)).toMatchObject(nothing);
  });

  test('grows by itself and by powers of two, and nothing else is made anew', async () => {
    meter = meterGpu();
    const before = meter.liveBytes();
    open();
    await run(20, 20);
    expect(await run(900, 700)).toMatchObject({ buffers: 2, bindGroups: 1, pipelines: 0 });
    expect(await run(901, 701)).toMatchObject(nothing);
    expect(await run(20, 20)).toMatchObject(nothing);
    expect(await executor.run(planOf32, picture(900, 700))).toEqual(await executor.run(planOf32, picture(900, 700)));
    expect(meter.liveBytes() - before).toBe(await executor.bytes(planOf32) + 3 * planOf32.rows * 6 * 4);
  });

  test('grows under runs that overlap, each of which gets its own rows', async () => {
    meter = meterGpu();
    const before = meter.liveBytes();
    const sizes = [[20, 20], [900, 700], [64, 64], [1300, 900], [700, 700], [1000, 700]] as const;
    open();
    const alone: Float32Array[] = [];
    for (const [width, height] of sizes) alone.push(await executor.run(planOf32, picture(width, height)));
    expect(new Set(alone.map((rows) => rows.join())).size).toBe(sizes.length);
    executor.dispose();
    open();
    const together = await Promise.all(sizes.map(([width, height]) => executor.run(planOf32, picture(width, height))));
    expect(together).toEqual(alone);
    expect(meter.liveBytes() - before).toBe(await executor.bytes(planOf32) + 3 * planOf32.rows * 6 * 4);
  });

  test('stays within what one binding may hold', async () => {
    meter = meterGpu();
    open(withLimits(device, { maxStorageBufferBindingSize: 900 * 700 * 4 }));
    await run(900, 700);
    expect(await executor.run(planOf32, picture(900, 700))).toHaveLength(planOf32.rows * 6);
    expect(await executor.bytes(planOf32)).toBeLessThan(900 * 700 * 4 + planOf32.activationBytes + packed.byteLength + 100_000);
  });
});
