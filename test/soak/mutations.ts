/**
 * Changes an export at random, thousands of times, and sees that doctor and repair end with a report or a clear error:
 * `npx tsx test/soak/mutations.ts [count] [first seed]`.
 */
import { serializeModel } from '../../src/onnx/serialize.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { judge, mutate, tryRepair, withoutWeights } from '../cases/hostile.ts';
import { referenceStyle } from '../cases/reference-style.ts';

const count = Number(process.argv[2] ?? 10_000);
const first = Number(process.argv[3] ?? 0);
const sound = soundExport();
const bases = [sound, referenceStyle(sound, 'before-fix'), referenceStyle(sound, 'after-fix')].map((model) => serializeModel(withoutWeights(model)));

const outcomes: Record<string, number> = {};
let slowest = 0;
for (let seed = first; seed < first + count; seed++) {
  const mutant = mutate(bases[seed % bases.length]!, seed);
  const started = performance.now();
  try {
    const judged = judge(mutant);
    const repaired = seed % 10 === 0 ? `, repair ${tryRepair(mutant)}` : '';
    outcomes[judged + repaired] = (outcomes[judged + repaired] ?? 0) + 1;
  } catch (error) {
    console.error(`seed ${seed}:`, error);
    process.exitCode = 1;
  }
  slowest = Math.max(slowest, performance.now() - started);
}
console.log(outcomes, `slowest ${Math.round(slowest)} ms`);
