/** Adds up what the summary files in out/ say: the line `N passed, N failed`. A missing file is a failure. */
import { readFileSync } from 'node:fs';

const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of process.argv.slice(2)) {
  try {
    const counts = JSON.parse(readFileSync(`out/${name}-summary.json`, 'utf8'));
    for (const key of Object.keys(total)) total[key] += counts[key] ?? 0;
  } catch {
    console.log(`${name} left no summary: it did not run to its end`);
    total.failed += 1;
  }
}
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;
