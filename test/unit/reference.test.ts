import { beforeAll, describe, expect, test } from 'vitest';
import type { Executor } from '../../src/plan/executor.ts';
import { compilePlan } from '../../src/plan/compile.ts';
import { type NamedTensors, firstDifference, traceTensors } from '../../src/plan/difference.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { gpuPolicy, softwarePolicy } from '../../src/plan/policy.ts';
import { layoutWeights, packWeights } from '../../src/plan/weights.ts';
import { ReferenceExecutor } from '../../src/reference/executor.ts';
import { twins } from '../../src/reference/twins.ts';
import { kernels } from '../../src/kernels.gen.ts';
import { noise } from '../cases/noise.ts';
import { seededNetwork } from '../cases/seeded-model.ts';

const network = seededNetwork('n', { classCount: 3 });
const layout = layoutWeights(network.layers);
const reference = new ReferenceExecutor(packWeights(layout, network.weights));
const plan = compilePlan(network.layers, 32, 64, softwarePolicy, layout);
const input = { kind: 'tensor', batch: 2, data: noise([2, 3, 32, 64]) } as const;
const AREA = 32 * 64;
let rows: Float32Array;
let tensors: NamedTensors;

beforeAll(async () => {
  rows = await reference.run(plan, input);
  tensors = await traceTensors(plan, reference, input);
});

describe('the reference executor', () => {
  test('has a twin for every kernel', () => {
    expect(Object.keys(twins).sort()).toEqual(Object.keys(kernels).sort());
  });

  test('gives rows in order, of plausible boxes', () => {
    expect(plan.rows).toBe(32 + 8 + 2);
    expect(rows).toHaveLength(2 * plan.rows * 6);
    const scores = [...rows].filter((_, i) => i % 6 === 4).slice(0, plan.rows);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(new Set(scores).size).toBeGreaterThan(35);
    for (let at = 0; at < rows.length; at += 6) {
      const [x1, y1, x2, y2, score, classId] = rows.subarray(at, at + 6);
      expect(x2).toBeGreaterThan(x1!);
      expect(y2).toBeGreaterThan(y1!);
      expect(score! > 0 && score! < 1 && [0, 1, 2].includes(classId!)).toBe(true);
    }
  });

  test('gives each image the same alone', async () => {
    const second = await reference.run(plan, { ...input, batch: 1, data: input.data.subarray(3 * AREA) });
    expect(rows.slice(plan.rows * 6)).toEqual(second);
  });

  test('runs pictures as it runs the tensor they make', async () => {
    const pixels = Uint32Array.from({ length: AREA }, (_, i) => Math.imul(i, 2654435761));
    const bytes = new Uint8Array(pixels.buffer);
    const data = Float32Array.from({ length: 3 * AREA }, (_, i) => bytes[(i % AREA) * 4 + Math.floor(i / AREA)]! / 255);
    const placements = Uint32Array.of(0, 64, 32, 64, 32, 0, 0, 0);
    expect(await reference.run(plan, { kind: 'pictures', batch: 1, pixels, placements })).toEqual(await reference.run(plan, { kind: 'tensor', batch: 1, data }));
  });

  test('gives the same whatever variants the policy picks', async () => {
    const other = compilePlan(network.layers, 32, 64, gpuPolicy, layout);
    expect(other.steps.some(({ kernel }) => kernel === 'conv_tiled')).toBe(true);
    expect(await reference.run(other, input)).toEqual(rows);
  });
});

describe('the first difference', () => {
  test('is null between equals', async () => {
    expect(await firstDifference(plan, reference, reference, input, 0)).toBeNull();
  });

  test.each(['model.4.m.1.cv2', 'model.10.attn.pe', 'model.22.m.0.cv1.2', 'model.23.one2one_cv3.1.2'])('is found at %s', async (path) => {
    const weights = new Map(network.weights);
    const { weight, bias } = weights.get(path)!;
    weights.set(path, { weight, bias: bias.map((value, i) => (i === 2 ? value + 1 : value)) });
    const broken = new ReferenceExecutor(packWeights(layout, weights));
    const found = await firstDifference(plan, broken, tensors, input, 1e-3);
    expect(found).toMatchObject({ step: path, where: { channel: 2 } });
    expect(found!.difference).toBe(Math.abs(found!.found - found!.expected));
    expect(found!.magnitude).toBeGreaterThanOrEqual(Math.abs(found!.expected));
  });

  test('is found in the decoding of the head', async () => {
    const broken = stepReplaced(plan, 'decode', (step) => ({ ...step, uniforms: { ...step.uniforms, classes: 2 } }));
    expect(await firstDifference(broken, reference, tensors, input, 1e-5)).toMatchObject({ step: 'model.23.decode', tensor: '/model.23/ReduceMax_output_0' });
  });

  test('counts NaN and a wrong length', async () => {
    const name = '/model.3/act/Mul_output_0';
    const values = tensors.get(name)!;
    const differing = async (other: Float32Array): Promise<number | undefined> => (await firstDifference(plan, reference, new Map([[name, other]]), input, 1e-3))?.difference;
    expect(await differing(values)).toBeUndefined();
    expect(await differing(values.with(7, Number.NaN))).toBe(Number.POSITIVE_INFINITY);
    expect(await differing(values.subarray(1))).toBe(Number.POSITIVE_INFINITY);
    expect(await firstDifference(plan, withNaN(reference, name), new Map([[name, values]]), input, 1e-3)).toMatchObject({ where: { image: 1, channel: 0, y: 0, x: 1 } });
  });

  test('passes over tensors that the other engine has not got', async () => {
    expect(await firstDifference(plan, reference, new Map(), input, 0)).toBeNull();
  });
});

function stepReplaced(original: Plan, kernel: string, change: (step: Plan['steps'][number]) => Plan['steps'][number]): Plan {
  return { ...original, steps: original.steps.map((step) => (step.kernel === kernel ? change(step) : step)) };
}

/** An executor that shows one number of one tensor, image 1, channel 0, (0, 1), as NaN. */
function withNaN(executor: ReferenceExecutor, name: string): Executor {
  return {
    run: (...args) => executor.run(...args),
    maxBatch: () => 1,
    dispose: () => {},
    trace: (traced, given, visit) => executor.trace(traced, given, (view, values, step) =>
      visit(view, view.name === name ? values.with(values.length / 2 + 1, Number.NaN) : values, step)),
  };
}
