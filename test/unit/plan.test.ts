import { describe, expect, test } from 'vitest';
import { kernels } from '../../src/kernels.gen.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import { type BufferRange, type Plan, type Step, stepsOf, workgroups } from '../../src/plan/plan.ts';
import { gpuPolicy, softwarePolicy } from '../../src/plan/policy.ts';
import { ALIGNMENT, layoutWeights, packWeights } from '../../src/plan/weights.ts';
import { ReferenceExecutor } from '../../src/reference/executor.ts';
import { type NetworkConfig, SCALE_NAMES, type ScaleName, attentionConfig, scaleConfig } from '../../src/yolov10/config.ts';
import type { ConvLayer } from '../../src/yolov10/layers.ts';
import { anchorCount, countFlops, drawNetwork } from '../../src/yolov10/network.ts';
import { meet, misreadings } from '../cases/misreadings.ts';
import { noise } from '../cases/noise.ts';
import { seededNetwork } from '../cases/seeded-model.ts';

const sizes: [height: number, width: number][] = [[640, 640], [320, 320], [384, 640], [32, 32], [32, 1280]];
const everyScaleAndSize = SCALE_NAMES.flatMap((scale) => sizes.map(([height, width]) => [scale, height, width] as const));

const planOf = (scale: ScaleName, height: number, width: number, policy = softwarePolicy): Plan =>
  compilePlan(drawNetwork(scaleConfig(scale)), height, width, policy);

const activations = (step: Step): BufferRange[] => Object.values(step.buffers).filter(({ space }) => space === 'activations');

describe('plans', () => {
  test('n takes at most 95 dispatches', () => {
    for (const kind of ['tensor', 'pictures'] as const) {
      const count = stepsOf(planOf('n', 640, 640), kind).length;
      expect(count).toBeLessThanOrEqual(95);
      expect(count).toBeGreaterThan(80); // it has 82 convolutions
    }
  });

  test.each(everyScaleAndSize)('%s at %i×%i: activations are within 1.25 of the liveness bound', (scale, height, width) => {
    const { activationBytes, livenessBound } = planOf(scale, height, width);
    // At 32×32 every map is rounded up to 256 bytes, which weighs more there than the maps.
    expect(activationBytes).toBeLessThanOrEqual(1.25 * livenessBound + (height * width <= 1024 ? 8192 : 0));
    expect(activationBytes).toBeGreaterThanOrEqual(livenessBound);
  });

  test.each(everyScaleAndSize)('%s at %i×%i: buffers of a step lie apart, aligned and within bounds', (scale, height, width) => {
    const plan = planOf(scale, height, width, gpuPolicy);
    for (const step of [plan.entry.pictures, ...stepsOf(plan, 'tensor')]) {
      const ranges = activations(step);
      for (const [i, range] of ranges.entries()) {
        expect(range.offset % ALIGNMENT).toBe(0);
        expect(range.offset + range.size).toBeLessThanOrEqual(plan.activationBytes);
        expect(ranges.slice(0, i).filter((other) => meet(range, other))).toEqual([]);
      }
    }
  });

  test.each(SCALE_NAMES)('%s: whatever a step reads is what it means to read', (scale) => {
    for (const [height, width] of [[64, 96], [640, 640]] as const) expect(misreadings(scale, height, width)).toEqual([]);
  });

  test('a misreading would be seen', () => {
    expect(misreadings('n', 64, 64, (drafts) => drafts.toSpliced(9, 1))).not.toEqual([]);
  });

  test.each(SCALE_NAMES)('%s: counts the floating-point operations of its layers', (scale) => {
    const flops = planOf(scale, 640, 640).steps.reduce((sum, step) => sum + step.flops, 0);
    expect(flops).toBe(countFlops(drawNetwork(scaleConfig(scale)), 640, 640));
  });

  test('grids cover the batch and no more than needed', () => {
    expect(workgroups({ items: 100, perGroup: 64, y: 3, batchAxis: 'x' }, 5)).toEqual([8, 3, 1]);
    expect(workgroups({ items: 100, perGroup: 64, y: 3, batchAxis: 'z' }, 5)).toEqual([2, 3, 5]);
    expect(workgroups({ items: 1, perGroup: 1, y: 1, batchAxis: 'x' }, 7)).toEqual([7, 1, 1]);
  });

  test('grids go on in z where x has no room, in rows of equal length', () => {
    const grid = { items: 100, perGroup: 64, y: 3, batchAxis: 'x' } as const;
    expect([8, 7, 3, 1].map((most) => workgroups(grid, 5, most))).toEqual([[8, 3, 1], [4, 3, 2], [3, 3, 3], [1, 3, 8]]);
    expect(workgroups({ items: 65_536, perGroup: 1, y: 1, batchAxis: 'x' }, 1)).toEqual([32_768, 1, 2]);
    expect(workgroups({ ...grid, batchAxis: 'z' }, 5, 8)).toEqual([2, 3, 5]);
  });

  test.each([['n', 1.2, 2.7], ['s', 1.1, 1.34], ['x', 1.05, 1.61]] as const)('%s: tiles multiply little that is not there', (scale, most, mostAtFirst) => {
    const layers = drawNetwork(scaleConfig(scale));
    const dense = layers.filter((layer) => layer.kind === 'conv' && layer.groups === 1) as ConvLayer[];
    const [executed, useful] = [0, 1].map((which) => dense.reduce((sum, layer) => sum + multiplications(layer, 640)[which]!, 0));
    expect(executed! / useful!).toBeLessThan(most);
    const [whole, part] = multiplications(dense[0]!, 640); // three channels of four in, 16, 32 or 80 of a multiple of 32 out
    expect(whole / part).toBeLessThan(mostAtFirst);
  });

  test('a tile is as wide as it was where a narrow one computes no less', () => {
    const tileOf = (outChannels: number, inChannels = 64): Record<string, unknown> => {
      const { tileChannels, constants } = gpuPolicy.conv({ pixels: 160 * 160, inChannels, outChannels, kernel: 3 });
      return { tileChannels, ...constants(3) };
    };
    expect([16, 64, 80, 96, 128, 192].map((channels) => tileOf(channels).tileChannels)).toEqual([32, 64, 32, 32, 64, 64]);
    expect([3, 8, 12, 16, 64].map((channels) => tileOf(64, channels).DEPTH)).toEqual([1, 2, 3, 4, 4]);
  });

  test('rows are 300, or all candidates where there are fewer', () => {
    expect([planOf('n', 640, 640).rows, planOf('n', 32, 32).rows, planOf('n', 64, 96).rows]).toEqual([300, anchorCount(32, 32), 126]);
  });

  test.each([0, -32, 33, 100.5, Number.NaN, Number.POSITIVE_INFINITY])('a height of %d is refused', (height) => {
    expect(() => planOf('n', height, 640)).toThrow(expect.objectContaining({ name: 'InputError', code: 'bad-argument' }));
  });

  test('widths that kernels cannot take by fours are refused', () => {
    const { psa, head, ...rest } = scaleConfig('n');
    const refused = (change: Partial<NetworkConfig>): unknown =>
      expect(() => compilePlan(drawNetwork({ ...rest, psa, head, ...change }), 64, 64, softwarePolicy)).toThrow(expect.objectContaining({ name: 'InputError', code: 'unsupported' }));
    refused({ psa: attentionConfig(200, 400) }); // three heads
    refused({ sppf: { ...rest.sppf, hidden: 66 } });
  });

  test('are plain data: one that went through JSON runs the same', async () => {
    const network = seededNetwork('n', { classCount: 2 });
    const layout = layoutWeights(network.layers);
    const plan = compilePlan(network.layers, 32, 32, softwarePolicy, layout);
    const printed = JSON.parse(JSON.stringify(plan)) as Plan;
    expect(printed).toEqual(plan);
    const executor = new ReferenceExecutor(packWeights(layout, network.weights));
    const input = { kind: 'tensor', batch: 1, data: noise([1, 3, 32, 32]) } as const;
    expect(await executor.run(printed, input)).toEqual(await executor.run(plan, input));
  });

  test('name a tensor of the reference export for every convolution', () => {
    const plan = planOf('n', 64, 64);
    const names = plan.steps.flatMap(({ outputs }) => outputs.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('/model.10/attn/qkv/conv/Conv_output_0');
    // The positional convolution is summed with the attention at once, so the sum is what there is to see.
    expect(names).toContain('/model.10/attn/Add_output_0');
    const convolutions = plan.steps.filter(({ buffers }) => 'weights' in buffers);
    expect(convolutions).toHaveLength(82);
    expect(convolutions.every(({ outputs }) => outputs.length === 1)).toBe(true);
  });
});

/** Multiplications that the tiles of a GPU's policy make at an input size, and those that the layer asks for. */
function multiplications({ kernel, input, output }: ConvLayer, size: number): [executed: number, useful: number] {
  const pixels = (size / output.stride) ** 2;
  const { tilePixels, tileChannels, constants } = gpuPolicy.conv({ pixels, inChannels: input.channels, outChannels: output.channels, kernel });
  const up = (count: number, step: number): number => Math.ceil(count / step) * step;
  const depth = 4 * (constants(kernel)['DEPTH'] ?? kernels.conv_tiled.constants.DEPTH.value);
  return [up(pixels, tilePixels) * up(output.channels, tileChannels) * up(input.channels, depth) * kernel ** 2, pixels * output.channels * input.channels * kernel ** 2];
}
