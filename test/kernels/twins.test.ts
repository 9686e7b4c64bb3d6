import { afterAll, describe, expect, test } from 'vitest';
import { adoptDevice } from '../../src/device.ts';
import { PipelineCache } from '../../src/gpu/pipelines.ts';
import { kernels } from '../../src/kernels.gen.ts';
import { kernelCases } from '../cases/kernel-all.ts';
import { convVariants, denseShapes } from '../cases/kernel-conv.ts';
import { apart, runKernel, runTwin } from '../cases/kernel-run.ts';
import { testDevice } from '../cases/test-device.ts';

const { device, grant } = await testDevice();
const { lanes } = adoptDevice(device);
const cache = new PipelineCache(device);
const cases = kernelCases(lanes);
const ran = new Map<string, number>();

afterAll(() => device.destroy());

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
    expect(grant.adapter).toBeDefined(); // kept until here: Dawn crashes where it is collected before its device
    const variants = convVariants(lanes);
    const bySubgroups = variants.some(({ kernel }) => kernel === 'conv_subgroup');
    expect(Object.keys(kernels).filter((kernel) => !ran.has(kernel))).toEqual(bySubgroups ? [] : ['conv_subgroup']);
    const dense = variants.map(({ kernel }) => kernel);
    expect([...new Set(dense)].reduce((sum, kernel) => sum + ran.get(kernel)!, 0)).toBe(denseShapes.length * variants.length);
    expect(variants.length).toBeGreaterThanOrEqual(bySubgroups ? 4 : 3);
    expect([...ran.values()].reduce((a, b) => a + b)).toBeGreaterThanOrEqual(130);
  });
});
