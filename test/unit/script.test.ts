import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';

function start(script: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, ...args], { encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

test.each([
  ['models/codes/make/main.ts', '--sprites FIRST:COUNT'],
  ['models/codes/make/pack.ts', '--decoys N'],
  ['models/codes/eval/main.ts', '--photos FOLDER'],
  ['bench/main.ts', '--batches N,N'],
  ['bench/browser.ts', '--batches N,N'],
])('%s says what it is for', { timeout: 90_000 }, (script, option) => {
  const { status, stdout, stderr } = start(script, '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(option);
  expect(stdout).toMatch(/^(npm run|npx tsx) .*\[options\]\n\S/);
});

test.each([
  [[], 'expected --out, found none. Name a folder for the shards.'],
  [['--out', tmpdir(), '--count', 'many'], 'expected --count between 1 and 1000000, found many. Leave it out for 1000.'],
  [['--out', tmpdir(), '--sprites', '5'], 'expected --sprites as FIRST:COUNT, found 5. For example 0:1200.'],
  [['--ouy', 'x'], 'expected an option this command has, found --ouy. Did you mean --out?'],
  [['folder'], 'expected options alone, found folder. Put -- and a name before each value; see --help.'],
])('%j is told in one line', { timeout: 90_000 }, (args, message) => {
  expect(start('models/codes/make/main.ts', ...args)).toEqual({ status: 2, stdout: '', stderr: `${message}\n` });
});
