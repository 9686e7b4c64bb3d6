import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PipelineCache } from '../../src/gpu/pipelines.ts';
import { kernels } from '../../src/kernels.gen.ts';
import type { AdapterGrant } from '../../src/platform/contract.ts';
import { kernelCases } from '../cases/kernel-all.ts';
import { convVariants } from '../cases/kernel-conv.ts';
import { apart, runKernel, runTwin } from '../cases/kernel-run.ts';
import { testDevice } from '../cases/test-device.ts';

const cases = kernelCases();
const ran = new Map<string, number>();
let device: GPUDevice;
let grant: AdapterGrant | undefined;
let cache: PipelineCache;

beforeAll(async () => {
  ({ device, grant } = await testDevice());
  cache = new PipelineCache(device);
});

afterAll(() => {
  device?.destroy();
  grant = undefined;
});

describe('every kernel does what its twin does', () => {
  test.each(cases.map((kernelCase) => [kernelCase.title, kernelCase] as const))('%s', async (_title, kernelCase) => {
    const found = await runKernel(device, cache, kernelCase);
    const expected = runTwin(kernelCase);
    for (const name of kernelCase.results) {
      expect(expected[name], 'the twin wrote nothing').not.toEqual(kernelCase.memory[name]);
      const { difference, at } = apart(found[name]!, expected[name]!);
      expect(difference, `${name}[${at}] is ${found[name]![at]} instead of ${expected[name]![at]}`).toBeLessThanOrEqual(kernelCase.tolerance);
    }
    const { kernel } = kernelCase.step;
    ran.set(kernel, (ran.get(kernel) ?? 0) + 1);
  });

  test('no kernel was left out', () => {
    expect(grant?.adapter.info).toBeDefined();
    expect([...ran.keys()].sort()).toEqual(Object.keys(kernels).sort());
    const variants = convVariants();
    expect(variants.length).toBeGreaterThanOrEqual(2);
    expect((ran.get('conv') ?? 0) + (ran.get('conv_tiled') ?? 0)).toBe(16 * variants.length);
    expect([...ran.values()].reduce((a, b) => a + b)).toBeGreaterThanOrEqual(120);
  });
});
