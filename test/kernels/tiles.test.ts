import { afterAll, expect, test } from 'vitest';
import { PipelineCache } from '../../src/gpu/pipelines.ts';
import type { ConvVariant } from '../../src/plan/policy.ts';
import { convCase, denseShapes } from '../cases/kernel-conv.ts';
import { runKernel } from '../cases/kernel-run.ts';
import { testDevice } from '../cases/test-device.ts';

const { device, grant } = await testDevice();
const cache = new PipelineCache(device);
afterAll(() => {
  device.destroy();
  expect(grant.adapter).toBeDefined(); // kept until here: Dawn crashes where it is collected before its device
});

const tile = (rows: number, columns: number, depth: number): ConvVariant => ({
  kernel: 'conv_tiled', constants: (kernel) => ({ KERNEL: kernel, ROWS: rows, COLUMNS: columns, DEPTH: depth }), tilePixels: rows * 4, tileChannels: columns * 8,
});

/** The variants that the other kernel tests do not run: a first layer of three channels, and depths that divide nothing. */
const variants: [rows: number, columns: number, depth: number, kernel: number][] = [[16, 8, 1, 3], [16, 4, 1, 3], [8, 4, 1, 3], [16, 4, 3, 1]];

/** A tile adds zeros beyond the last input channel and drops what it computes beyond the last output channel: no bit may tell. */
test.each(variants)('%i rows, %i columns, depth %i, filters of %i: the bits of the largest tile', async (rows, columns, depth, kernel) => {
  const shapes = denseShapes.filter((shape) => shape.kernel === kernel);
  expect(shapes.length).toBeGreaterThan(4);
  for (const [i, shape] of shapes.entries()) {
    const [found, expected] = [await runKernel(device, cache, convCase(shape, i, tile(rows, columns, depth))), await runKernel(device, cache, convCase(shape, i, tile(16, 8, 4)))];
    expect(expected['output']!.some((value) => value !== 0)).toBe(true);
    expect(found['output']!.findIndex((value, at) => !Object.is(value, expected['output']![at]))).toBe(-1);
  }
});
