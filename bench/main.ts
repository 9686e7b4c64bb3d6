/**
 * This engine against onnxruntime-node's WebGPU provider, on the same adapter, in one run.
 *
 *   npm run bench -- [--adapter gpu|lavapipe|swiftshader] [--sizes 320,640] [--batches 1,4,8] [--model file.onnx]
 *                    [--runs 10] [--budget 60]
 */
import { parseArgs } from 'node:util';
import { seededModel } from '../test/cases/seeded-model.ts';
import type { AdapterChoice } from '../src/platform/contract.ts';
import { readBytes } from '../src/platform/node.ts';
import { compilePlan } from '../src/plan/compile.ts';
import { stepsOf } from '../src/plan/plan.ts';
import { softwarePolicy } from '../src/plan/policy.ts';
import { parseModel } from '../src/onnx/parse.ts';
import { readYolov10 } from '../src/yolov10/read.ts';
import { benchAdapter } from './adapter.ts';
import { coldStarts, duel, type CellResult } from './duel.ts';
import { printReport, writeReport, type Report } from './report.ts';

const { values: options } = parseArgs({
  options: {
    adapter: { type: 'string' },
    sizes: { type: 'string', default: '320,640' },
    batches: { type: 'string', default: '1,4,8' },
    model: { type: 'string' },
    runs: { type: 'string', default: '10' },
    budget: { type: 'string', default: '60' },
  },
});
const numbers = (list: string): number[] => list.split(',').map(Number);
const [sizes, batches] = [numbers(options.sizes), numbers(options.batches)];

const model = options.model ? await readBytes(options.model) : seededModel('n', { dynamic: 'batch,height,width' });
const adapter = await benchAdapter(options.adapter as AdapterChoice | undefined);
const setup = { model, environment: adapter.environment, runs: Number(options.runs), budget: Number(options.budget) };
console.error(`${adapter.description.description}; measuring, best left alone meanwhile ...`);

const cells: CellResult[] = [];
for await (const cell of duel(setup, sizes.flatMap((size) => batches.map((batch) => ({ size, batch }))))) {
  console.error(`  ${cell.size} × batch ${cell.batch} done`);
  cells.push(cell);
}
const cold = await coldStarts(setup, sizes.at(-1) as number);

const report: Report = {
  adapter: adapter.description,
  fmaPeak: adapter.fmaPeak,
  model: options.model ?? 'YOLOv10n with seeded weights',
  flops: Object.fromEntries(sizes.map((size) => [size, flopsPerImage(size)])),
  cold: { size: sizes.at(-1) as number, ...cold },
  cells,
};
printReport(report);
console.log(`written to ${writeReport(report)}`);
process.exitCode = cells.every(({ agreement }) => agreement.own >= 299) ? 0 : 1;

function flopsPerImage(size: number): number {
  const plan = compilePlan(readYolov10(parseModel(model)).layers, size, size, softwarePolicy);
  return stepsOf(plan, 'tensor').reduce((sum, { flops }) => sum + flops, 0);
}
