import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const files = {
  'two.test.ts': "import { expect, test } from 'vitest'; test('right', () => {}); test('wrong', () => expect(1).toBe(2)); test.skip('left out', () => {});",
  'hooks.test.ts': "import { beforeAll, describe, test } from 'vitest'; describe('group', () => { beforeAll(() => { throw new Error('hook'); }); test('never', () => {}); });",
  'top.test.ts': "import { beforeAll, test } from 'vitest'; beforeAll(() => { throw new Error('hook'); }); test('never', () => {});",
  'broken.test.ts': "import './nothing.ts';",
};
let folder: string;

beforeAll(() => {
  mkdirSync('out', { recursive: true });
  folder = mkdtempSync(join('out', 'summary-')); // within the project, where vitest is found
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'vitest.config.mjs'), 'export default {};');
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [['two'], '1 passed, 1 failed, 1 skipped'],
  [['hooks'], '0 passed, 1 failed, 1 skipped'],
  [['top'], '0 passed, 1 failed, 1 skipped'],
  [['broken'], '0 passed, 1 failed'],
  [['two', 'hooks', 'top', 'broken'], '1 passed, 4 failed, 3 skipped'],
])('%j end with %s', { timeout: 90_000 }, (names, line) => {
  const options = ['run', ...names, '--root', '.', '--config', 'vitest.config.mjs', '--reporter', resolve('tools/summary-reporter.ts')];
  const { stdout } = spawnSync(process.execPath, [resolve('node_modules/vitest/vitest.mjs'), ...options], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(line);
});
