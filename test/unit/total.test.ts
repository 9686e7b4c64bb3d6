import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'total-'));
const all = { unit: 5000, kernels: 5000, model: 5000, runtime: 5000 };

beforeEach(() => {
  rmSync(join(folder, 'out'), { recursive: true, force: true });
  mkdirSync(join(folder, 'out'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The last line and the exit status of the sum of these summaries. */
function totalOf(summaries: Record<string, object>): [string | undefined, number | null] {
  for (const [name, summary] of Object.entries(summaries)) writeFileSync(join(folder, 'out', `${name}-summary.json`), JSON.stringify(summary));
  const { stdout, status } = spawnSync(process.execPath, [resolve('tools/total.mjs'), 'test', 'check'], { cwd: folder, encoding: 'utf8' });
  return [stdout.trimEnd().split('\n').at(-1), status];
}

const test20 = { passed: 20_000, failed: 0, skipped: 3, ran: all };
const check7 = { passed: 7, failed: 0, ran: { check: 7 } };

test('adds up', () => expect(totalOf({ test: test20, check: check7 })).toEqual(['20007 passed, 0 failed, 3 skipped', 0]));

test.each([
  ['a test failed', { test: { ...test20, passed: 19_999, failed: 1 }, check: check7 }, '20006 passed, 1 failed, 3 skipped'],
  ['a project ran nothing', { test: { ...test20, ran: { ...all, runtime: undefined } }, check: check7 }, '20007 passed, 1 failed, 3 skipped'],
  ['a check is gone', { test: test20, check: { passed: 6, failed: 0, ran: { check: 6 } } }, '20006 passed, 1 failed, 3 skipped'],
  ['the tests left no summary', { check: check7 }, '7 passed, 4 failed'],
])('fails where %s', (_, summaries, line) => {
  expect(totalOf(summaries)).toEqual([line, 1]);
});
