/**
 * Changes an export at random, thousands of times, and sees that doctor and repair end with a report or a clear error;
 * then the same of files of 120 MB that would decode to gigabytes:
 * `npx tsx test/soak/mutations.ts [count] [first seed]`.
 */
import { serializeModel } from '../../src/onnx/serialize.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { bloatedModels, judge, mutate, processorTime, tryRepair, withoutWeights } from '../cases/hostile.ts';
import { referenceStyle } from '../cases/reference-style.ts';

const count = Number(process.argv[2] ?? 10_000);
const first = Number(process.argv[3] ?? 0);
const sound = soundExport();
const whole = [sound, referenceStyle(sound, 'before-fix'), referenceStyle(sound, 'after-fix')];
const graphs = whole.map((model) => serializeModel(withoutWeights(model)));
const files = whole.map((model) => serializeModel(model));
const nodesEnd = 60_000;

const outcomes: Record<string, number> = {};
let slowest = 0;

function attempt(seed: number, action: () => string): void {
  const started = processorTime();
  try {
    const outcome = action();
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  } catch (error) {
    console.error(`seed ${seed}:`, error);
    process.exitCode = 1;
  }
  slowest = Math.max(slowest, processorTime() - started);
}

for (let seed = first; seed < first + count; seed++) {
  attempt(seed, () => `doctor: ${judge(mutate(graphs[seed % 3]!, seed))}`);
  if (seed % 10 === 0) attempt(seed, () => `repair: ${tryRepair(mutate(files[(seed / 10) % 3]!, seed, nodesEnd))}`);
}
console.log(outcomes, `slowest ${Math.round(slowest)} ms of processor time`);

for (const { title, make } of bloatedModels(120_000_000)) {
  const bytes = make();
  const started = processorTime();
  attempt(-1, () => `120 MB of ${title}: ${judge(bytes)}`);
  console.log(`120 MB of ${title}: ${Math.round(processorTime() - started)} ms of processor time, ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
}
console.log(outcomes);
