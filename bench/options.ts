import { adapterChoice } from '../src/cli/engine.ts';
import type { OptionSpecs, ParsedOptions } from '../src/cli/options.ts';
import { InputError } from '../src/core/errors.ts';
import { parseModel } from '../src/onnx/parse.ts';
import { compilePlan } from '../src/plan/compile.ts';
import { stepsOf } from '../src/plan/plan.ts';
import { softwarePolicy } from '../src/plan/policy.ts';
import type { AdapterChoice } from '../src/platform/contract.ts';
import { readBytes } from '../src/platform/node.ts';
import { readYolov10 } from '../src/yolov10/read.ts';
import { seededModel } from '../test/cases/seeded-model.ts';

/** The least multiple of 32 with 300 anchors. */
const LEAST_SIZE = 128;

/** What the command line asks a bench to do. */
export interface BenchOptions {
  adapter: AdapterChoice | undefined;
  sizes: number[];
  cells: { size: number; batch: number }[];
  model: Uint8Array;
  modelName: string;
  runs: number;
  budget: number;
}

/** What a bench takes on its command line. */
export const BENCH_OPTIONS = {
  adapter: { value: 'NAME', about: 'auto, gpu, lavapipe or swiftshader; in a browser what it has' },
  sizes: { value: 'N,N', about: "Sides of the network's input in pixels" },
  batches: { value: 'N,N', about: 'Batch sizes' },
  model: { value: 'FILE', about: 'Model, YOLOv10n with seeded weights unless told' },
  runs: { value: 'N', about: 'Measured runs of each engine in a cell, 10 unless told' },
  budget: { value: 'SECONDS', about: 'Longest time for a cell' },
} satisfies OptionSpecs;

/**
 * What the values of a command line ask for.
 * @throws InputError 'bad-argument'
 */
export async function benchOptions(
  defaults: { sizes: string; batches: string; runs?: string; budget?: string },
  given: ParsedOptions<typeof BENCH_OPTIONS>['values'],
): Promise<BenchOptions> {
  const values = { runs: '10', budget: '60', ...defaults, ...given };
  const sizes = values.sizes.split(',').map((text) => count('--sizes', text));
  const batches = values.batches.split(',').map((text) => count('--batches', text));
  const limits = { runs: count('--runs', values.runs), budget: positive('--budget', values.budget) };
  const model = values.model ? await readBytes(values.model) : seededModel('n', { dynamic: 'batch,height,width' });
  checkSizes(model, sizes);
  return {
    adapter: adapterChoice(values.adapter),
    sizes,
    cells: sizes.flatMap((size) => batches.map((batch) => ({ size, batch }))),
    model,
    modelName: values.model ?? 'YOLOv10n with seeded weights',
    ...limits,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InputError('bad-argument', { expected: `${name} above 0`, found: text || 'nothing', remedy: 'Give numbers, for example: --sizes 320,640 --batches 1,4 --runs 10 --budget 60' });
}

function count(name: string, text: string): number {
  const value = positive(name, text);
  if (Number.isInteger(value)) return value;
  throw new InputError('bad-argument', { expected: `whole numbers for ${name}`, found: text, remedy: 'Leave the fraction out.' });
}

/** The peer runs a file only at the size it was made for, where it was made for one, and only where there are 300 anchors. */
function checkSizes(model: Uint8Array, sizes: number[]): void {
  const small = sizes.find((size) => !(size >= LEAST_SIZE));
  if (small !== undefined) {
    throw new InputError('bad-argument', { expected: `sizes from ${LEAST_SIZE}, where there are 300 anchors`, found: String(small), remedy: 'The peer fails below.' });
  }
  const fixed = parseModel(model).graph.inputs[0]?.dims?.slice(2).find((dim) => typeof dim === 'number');
  const other = sizes.find((size) => fixed !== undefined && size !== fixed);
  if (other === undefined) return;
  throw new InputError('bad-argument', {
    expected: `sizes that the model takes: ${fixed}`, found: String(other), remedy: `Pass --sizes ${fixed}, or a model with open height and width.`,
  });
}

/** Floating-point operations per image, by input size. */
export function flopsBySize(model: Uint8Array, sizes: number[]): Record<string, number> {
  const { layers } = readYolov10(parseModel(model));
  const flops = (size: number): number => stepsOf(compilePlan(layers, size, size, softwarePolicy), 'tensor').reduce((sum, step) => sum + step.flops, 0);
  return Object.fromEntries(sizes.map((size) => [size, flops(size)]));
}
