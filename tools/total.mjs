/**
 * Adds up the summaries in out/: the line `N passed, N failed`. A summary that is missing, or in which some part ran so few
 * that most of it cannot have run, is a failure.
 */
import { readFileSync } from 'node:fs';

/** Fewest that must run, by summary and part: about two thirds of those there are. */
const LEAST = { test: { unit: 1150, kernels: 300, model: 100, runtime: 75 }, check: { check: 7 } };

const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of process.argv.slice(2)) {
  const counts = summaryOf(name);
  for (const key of Object.keys(total)) total[key] += counts[key] ?? 0;
  for (const [part, least] of Object.entries(LEAST[name])) {
    const ran = counts.ran?.[part] ?? 0;
    if (ran >= least) continue;
    console.log(`${part}: expected at least ${least} to run, found ${ran}`);
    total.failed += 1;
  }
}
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;

function summaryOf(name) {
  try {
    return JSON.parse(readFileSync(`out/${name}-summary.json`, 'utf8'));
  } catch {
    return { passed: 0, failed: 0 };
  }
}
