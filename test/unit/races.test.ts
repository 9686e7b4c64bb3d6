import { expect, test } from 'vitest';
import { type RaceDetectionResult, detectRaces } from 'wgsl_reflect/wgsl_reflect.module.js';
import { specialise } from '../../src/gpu/pipelines.ts';
import { UniformBlock } from '../../src/gpu/uniforms.ts';
import { kernels } from '../../src/kernels.gen.ts';
import { type Step, workgroups } from '../../src/plan/plan.ts';
import { type ConvVariant, gpuPolicy } from '../../src/plan/policy.ts';
import { type ConvShape, convCase } from '../cases/kernel-conv.ts';

/** A small tile, and a map on which some of its rows and columns lie outside: the interpreter takes a second for each thousand steps. */
const shape: ConvShape = { batch: 1, height: 3, width: 3, inChannels: 20, outChannels: 12, kernel: 1 };
const variant: ConvVariant = { ...gpuPolicy.conv({ pixels: 1, inChannels: 8, outChannels: 8, kernel: 1 }), constants: (kernel) => ({ KERNEL: kernel, ROWS: 1, COLUMNS: 4 }), tilePixels: 4, tileChannels: 32 };

function races(source: (code: string) => string): RaceDetectionResult {
  const { step, batch, memory } = convCase(shape, 1, variant);
  const uniforms = new UniformBlock([step as unknown as Step]);
  uniforms.setBatch(batch);
  const bindings = kernels[step.kernel].bindings.map(({ name, binding, access }) =>
    [binding, access === 'uniform' ? { uniform: uniforms.data } : memory[name]!.buffer]);
  return detectRaces(source(plainer(specialise(step.kernel, step.constants))), 'main', workgroups(step.grid, batch), { 0: Object.fromEntries(bindings) as Record<string, unknown> });
}

/** The interpreter takes `block` for a keyword and `<` for the start of a template list: both are written otherwise. */
function plainer(code: string): string {
  return code.replaceAll(/\bblock\b/g, 'channels').replaceAll(/([\w.]+(?:\([\w.]+\))?) < ([\w.* ]+?)(?=[;,)]| &&)/g, '$2 > $1');
}

test('the tiled convolution waits before and after each tile', () => {
  expect(variant.kernel).toBe('conv_tiled');
  expect(races((code) => code).races).toEqual([]);
});

test.each([0, 1])('without barrier %i it would race', (index) => {
  let count = 0;
  const found = races((code) => code.replaceAll('workgroupBarrier();', (barrier) => (count++ === index ? '' : barrier)));
  expect(count).toBe(2);
  expect(found.races.length).toBeGreaterThan(0);
});
