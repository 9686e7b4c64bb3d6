import { afterAll, describe, expect, test } from 'vitest';
import { adoptDevice } from '../../src/device.ts';
import { GpuExecutor } from '../../src/gpu/executor.ts';
import { PipelineCache } from '../../src/gpu/pipelines.ts';
import { kernels } from '../../src/kernels.gen.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import { stepsOf, workgroups } from '../../src/plan/plan.ts';
import { policyFor } from '../../src/plan/policy.ts';
import { layoutWeights, packWeights } from '../../src/plan/weights.ts';
import { kernelCases } from '../cases/kernel-all.ts';
import type { KernelCase } from '../cases/kernel-case.ts';
import { convCase, convVariants } from '../cases/kernel-conv.ts';
import { type Results, runKernel, runTwin } from '../cases/kernel-run.ts';
import { noise } from '../cases/noise.ts';
import { seededNetwork } from '../cases/seeded-model.ts';
import { testDevice } from '../cases/test-device.ts';
import { withLimits } from '../cases/with-limits.ts';

const { device, grant } = await testDevice();
const { lanes } = adoptDevice(device);
const cache = new PipelineCache(device);
afterAll(() => {
  device.destroy();
  expect(grant.adapter).toBeDefined(); // kept until here: Dawn crashes where it is collected before its device
});

/** The device as it would be with room for so many workgroups in each dimension. */
const narrow = (most: number): GPUDevice => withLimits(device, { maxComputeWorkgroupsPerDimension: most });

/** Three workgroups side by side, so that rows are more than one and the last is not full; one, where there are few. */
function mostFor({ step: { grid }, batch }: KernelCase): number {
  return Math.ceil((grid.items * batch) / grid.perGroup) > 3 ? 3 : 1;
}

/** Where the bits of two results are not the same: the first place in each buffer. Printing all of them would take minutes. */
function differing(found: Results, expected: Results): string[] {
  return Object.entries(expected).flatMap(([name, values]) => {
    const at = values.findIndex((value, i) => !Object.is(value, found[name]![i]));
    return at < 0 ? [] : [`${name}[${at}] is ${found[name]![at]} instead of ${values[at]}`];
  });
}

/** Enough pixels for several rows of the largest tiles. */
const larger = convVariants(lanes).map((variant) => convCase({ batch: 3, height: 20, width: 22, inChannels: 5, outChannels: 12, kernel: 3 }, 300, variant));
const wide = [...kernelCases(lanes), ...larger].filter(({ step: { grid }, batch }) => grid.batchAxis === 'x' && grid.items * batch > grid.perGroup);
const folded = new Set<string>();

describe('a grid that goes on in z gives the bits of one that does not', () => {
  test.each(wide.map((kernelCase) => [kernelCase.title, kernelCase] as const))('%s', async (_title, kernelCase) => {
    const most = mostFor(kernelCase);
    const [x, , z] = workgroups(kernelCase.step.grid, kernelCase.batch, most);
    expect(x).toBeLessThanOrEqual(most);
    expect(z).toBeGreaterThan(1);
    if (x > 1) folded.add(kernelCase.step.kernel);
    expect(differing(await runKernel(narrow(most), cache, kernelCase), await runKernel(device, cache, kernelCase))).toEqual([]);
  });

  test('for every kernel whose grid grows with the batch along x', () => {
    const growing = Object.keys(kernels).filter((kernel) => !kernel.startsWith('attention') && (lanes || kernel !== 'conv_subgroup'));
    expect([...folded].sort()).toEqual(growing.sort());
  });
});

test('more images than one dimension has workgroups', async () => {
  const batch = 70_000;
  expect(batch).toBeGreaterThan(device.limits.maxComputeWorkgroupsPerDimension);
  const template = kernelCases(lanes).find(({ step }) => step.kernel === 'select_anchors_serial')!;
  const uniforms = { ...template.step.uniforms, anchors: 2, rows: 1 };
  const scores = noise([batch, 2]);
  const many: KernelCase = { ...template, step: { ...template.step, uniforms }, batch, memory: { scores, chosen: new Uint32Array(batch).fill(9) }, results: ['chosen'] };
  expect(differing(await runKernel(device, cache, many), runTwin(many))).toEqual([]);
});

const policies = { GPU: policyFor({ software: false }), software: policyFor({ software: true }), ...(lanes && { [`subgroups of ${lanes}`]: policyFor({ software: true, lanes }) }) };

describe('a whole network on a device with few workgroups per dimension', () => {
  const network = seededNetwork('n', { classCount: 3 });
  const layout = layoutWeights(network.layers);
  const packed = packWeights(layout, network.weights);
  const input = { kind: 'tensor', batch: 3, data: noise([3, 3, 160, 160]) } as const;

  test.each(Object.entries(policies))('%s: the rows are the same, bit for bit', async (_name, policy) => {
    const plan = compilePlan(network.layers, 160, 160, policy, layout);
    const steps = stepsOf(plan, 'tensor');
    const widths = steps.map(({ grid }) => workgroups(grid, 3, 2 ** 30)[0]);
    const most = Math.max(Math.ceil(Math.sqrt(Math.max(...widths))), ...steps.map(({ grid }) => grid.y));
    const beyond = steps.filter((_step, i) => widths[i]! > most);
    expect(new Set(beyond.map(({ kernel }) => kernel)).size).toBeGreaterThan(2);
    expect(beyond.some(({ kernel }) => kernel.startsWith('conv'))).toBe(true);
    const [whole, few] = [new GpuExecutor(device, packed), new GpuExecutor(narrow(most), packed)];
    const rows = await whole.run(plan, input);
    expect(rows.some((value) => value !== 0)).toBe(true);
    expect(differing({ rows: await few.run(plan, input) }, { rows })).toEqual([]);
    for (const executor of [whole, few]) executor.dispose();
  });
});
