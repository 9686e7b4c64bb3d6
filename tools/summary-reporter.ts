import { mkdirSync, writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends a test run with the line `N passed, N failed[, N skipped]`, after the reason of every skip, and keeps the counts,
 * and how many tests of each project ran, in out/test-summary.json. A file that does not load, a hook and any other error
 * outside a test count as failures.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const broken = groups.filter((group) => group.errors().length > 0).length; // their tests did not run and count as skipped
    const counts = { passed: count('passed'), failed: count('failed') + broken + errors.length, skipped: count('skipped') };
    const ran = ranByProject(tests);
    mkdirSync('out', { recursive: true });
    writeFileSync('out/test-summary.json', `${JSON.stringify({ ...counts, ran })}\n`);
    for (const [reason, number] of skipReasons(tests)) console.log(`${number} skipped: ${reason}`);
    console.log(summaryLine(counts));
  }
}

export interface Counts {
  passed: number;
  failed: number;
  skipped?: number;
}

/** `12 passed, 0 failed`, and the skipped ones where there are any. */
export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}

/** How many tests of each project passed or failed. */
function ranByProject(tests: TestCase[]): Record<string, number> {
  const ran: Record<string, number> = {};
  for (const test of tests) {
    if (!['passed', 'failed'].includes(test.result().state)) continue;
    ran[test.project.name] = (ran[test.project.name] ?? 0) + 1;
  }
  return ran;
}

function skipReasons(tests: TestCase[]): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const test of tests) {
    const result = test.result();
    if (result.state !== 'skipped') continue;
    const reason = result.note ?? `no reason given (${test.fullName})`;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return reasons;
}
