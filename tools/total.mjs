/**
 * Adds up the summaries in out/: the line `N passed, N failed`. A summary that is missing, or that passed so few that most
 * cannot have run, is a failure.
 */
import { readFileSync } from 'node:fs';

const LEAST_PASSED = { test: 1000, check: 6 };

const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of process.argv.slice(2)) {
  const counts = summaryOf(name);
  for (const key of Object.keys(total)) total[key] += counts[key] ?? 0;
  if (counts.passed + counts.failed >= LEAST_PASSED[name]) continue;
  console.log(`${name}: expected at least ${LEAST_PASSED[name]} to run, found ${counts.passed + counts.failed}`);
  total.failed += 1;
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
