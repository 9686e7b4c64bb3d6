import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Detector, Detector as Engine } from '../../src/node.ts';
import { adoptDevice } from '../../src/device.ts';
import { GpuExecutor } from '../../src/gpu/executor.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import { firstDifference } from '../../src/plan/difference.ts';
import { policyFor } from '../../src/plan/policy.ts';
import { layoutWeights, packWeights } from '../../src/plan/weights.ts';
import { ReferenceExecutor } from '../../src/reference/executor.ts';
import { anchorCount } from '../../src/yolov10/network.ts';
import { noise, noisePicture, noiseTensor } from '../cases/noise.ts';
import { seededModel, seededNetwork } from '../cases/seeded-model.ts';
import { testDevice } from '../cases/test-device.ts';

const [height, width] = [32, 96];
const IMAGES = 5;
const perImage = 3 * height * width;
const data = noise([IMAGES, 3, height, width]);
const rowValues = anchorCount(height, width) * 6;

let detector: Detector;
/** Rows of each image alone. */
const alone: Float32Array[] = [];

beforeAll(async () => {
  detector = await Engine.load(seededModel('n', { classCount: 3, height, width }));
  for (let image = 0; image < IMAGES; image++) alone.push(await rowsOf([image]));
});

afterAll(() => detector?.dispose());

function tensorOf(images: number[]): { data: Float32Array; dims: number[] } {
  const batch = new Float32Array(images.length * perImage);
  images.forEach((image, slot) => batch.set(data.subarray(image * perImage, (image + 1) * perImage), slot * perImage));
  return { data: batch, dims: [images.length, 3, height, width] };
}

const rowsOf = async (images: number[]): Promise<Float32Array> => (await detector.run(tensorOf(images))).data;
const differingSlots = async (images: number[]): Promise<number[]> => differing(images, await rowsOf(images));

/** The slots whose rows are not, bit for bit, those of their image alone. */
function differing(images: number[], rows: Float32Array): number[] {
  expect(rows).toHaveLength(images.length * rowValues);
  return images.flatMap((image, slot) => {
    const own = rows.subarray(slot * rowValues, (slot + 1) * rowValues);
    return own.every((value, i) => Object.is(value, alone[image]![i])) ? [] : [slot];
  });
}

describe('a result does not depend on its neighbours', () => {
  test('images differ, or nothing would be shown', () => {
    expect(new Set(alone.map((rows) => rows.join())).size).toBe(IMAGES);
  });

  test.each([
    ['two', [0, 1]], ['two, other slots', [1, 0]], ['three', [2, 3, 4]], ['five', [0, 1, 2, 3, 4]], ['five, backwards', [4, 3, 2, 1, 0]],
    ['the same five times', [3, 3, 3, 3, 3]], ['one after five', [2]], ['three after one', [4, 0, 2]], ['two after three', [1, 4]],
    ['eight, more than ever before', [0, 1, 2, 3, 4, 0, 1, 2]], ['one after eight', [0]], ['five after eight', [1, 2, 3, 4, 0]],
  ])('%s', async (_title, images) => {
    expect(await differingSlots(images)).toEqual([]);
  });

  test('every image in every slot of every batch', async () => {
    let compared = 0;
    for (const batch of [2, 3, 5]) {
      for (let shift = 0; shift < IMAGES; shift++) {
        expect(await differingSlots(Array.from({ length: batch }, (_, slot) => (slot + shift) % IMAGES))).toEqual([]);
        compared += batch;
      }
    }
    expect(compared).toBe(50);
  });

  test('another size in between changes nothing', async () => {
    await detector.run(noiseTensor(2, 64, 32));
    expect(await differingSlots([3, 1])).toEqual([]);
  });

  test('runs that overlap get their own rows', async () => {
    const batches = [[0], [1, 2], [3, 4, 0], [2], [4, 1]];
    expect(await Promise.all(batches.map(differingSlots))).toEqual(batches.map(() => []));
  });

  test('runs that overlap and need ever more room get their own rows, too', async () => {
    const growing = await Engine.load(seededModel('n', { classCount: 3, height, width }));
    const batches = [[0], [1], [2], [3], [4], [1, 2], [0], [3], [3, 4, 0], [2], [4, 1], [0, 1, 2, 3]];
    const rows = await Promise.all(batches.map((images) => growing.run(tensorOf(images))));
    growing.dispose();
    expect(batches.map((images, i) => differing(images, rows[i]!.data))).toEqual(batches.map(() => []));
  });

  test('more sizes at once than are kept ready get their own rows, and so does a trace among them', async () => {
    const others = [32, 64, 128, 160, 192].map((side) => noiseTensor(1, side, 32));
    const expected: Float32Array[] = [];
    for (const other of others) expected.push((await detector.run(other)).data);
    const traced: Float32Array[] = [];
    const visit = ({ name }: { name: string }, values: Float32Array): void => void (name.includes('model.23') && traced.push(values));
    await detector.trace(tensorOf([2]), visit);
    const undisturbed = traced.splice(0);
    const tracing = detector.trace(tensorOf([2]), visit);
    const rows = await Promise.all([...others, tensorOf([1]), others[0]!].map((other) => detector.run(other)));
    await tracing;
    expect(rows.map(({ data: found }) => found)).toEqual([...expected, await rowsOf([1]), expected[0]]);
    expect(undisturbed.length).toBeGreaterThan(5);
    expect(traced).toEqual(undisturbed);
  });

  test('a new engine gives the same bits', async () => {
    const again = await Engine.load(seededModel('n', { classCount: 3, height, width }));
    const rows = (await again.run({ data, dims: [IMAGES, 3, height, width] })).data;
    again.dispose();
    expect(rows.every((value, i) => Object.is(value, alone[Math.floor(i / rowValues)]![i % rowValues]))).toBe(true);
  });

  test('pictures of different sizes, alone and together', async () => {
    const pictures = [[40, 30], [200, 31], [7, 90]].map(([w, h], seed) => (
      noisePicture(w!, h!, seed + 1)));
    const options = { threshold: 0 };
    const single = await Promise.all(pictures.map((picture) => detector.detect(picture, options)));
    expect(single.every((detections) => detections.length > 40)).toBe(true);
    expect(await detector.detect([2, 0, 1, 0].map((i) => pictures[i]!), options)).toEqual([2, 0, 1, 0].map((i) => single[i]));
  });
});

const adapter = await testDevice();
const { lanes } = adoptDevice(adapter.device);
const policies = { GPU: policyFor({ software: false }), software: policyFor({ software: true }), ...(lanes && { [`subgroups of ${lanes}`]: policyFor({ software: true, lanes }) }) };

describe('by every policy that can run here', () => {
  const network = seededNetwork('n', { classCount: 3 });
  const layout = layoutWeights(network.layers);
  const packed = packWeights(layout, network.weights);
  const two = { kind: 'tensor', batch: 2, data: noise([2, 3, 64, 64]) } as const;
  const one = { kind: 'tensor', batch: 1, data: two.data.subarray(3 * 64 * 64) } as const;

  test.each(Object.entries(policies))('%s: every tensor is as in plain TypeScript, and each image the same alone', async (_name, policy) => {
    const plan = compilePlan(network.layers, 64, 64, policy, layout);
    const [gpu, reference] = [new GpuExecutor(adapter.device, packed), new ReferenceExecutor(packed)];
    expect(await firstDifference(plan, gpu, reference, two, 1e-4)).toBeNull();
    const [rows, expected] = [await gpu.run(plan, two), await reference.run(plan, two)];
    expect(Math.max(...rows.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(0.02);
    expect(await gpu.run(plan, one)).toEqual(rows.slice(rows.length / 2));
    gpu.dispose();
  });

  afterAll(() => {
    adapter.device.destroy();
    expect(adapter.grant.adapter).toBeDefined(); // kept until here: Dawn crashes where it is collected before its device
  });
});
