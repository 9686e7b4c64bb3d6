import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What the tool says on a Node of another version. */
function onNode(version: string, command = 'esbuild'): { status: number | null; stderr: string } {
  const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;
  const { status, stderr } = spawnSync(process.execPath, ['--import', pretend, 'tools/run.mjs', command, '--version'], { encoding: 'utf8' });
  return { status, stderr };
}

test.each(['20.8.1'])('Node %s is refused, with what is needed', (version) => {
  expect(onNode(version)).toEqual({ status: 1, stderr: `expected Node 20.9 or newer, found ${version}. Install it from nodejs.org.\n` });
});

test.each(['20.9.0', '22.0.0'])('Node %s is taken', (version) => {
  expect(onNode(version)).toEqual({ status: 0, stderr: '' });
});

test('tests want a later one, by their runner', () => {
  for (const version of ['20.18.3', '22.11.0']) {
    expect(onNode(version, 'vitest')).toEqual({ status: 1, stderr: `expected Node 20.19 or 22.12 or newer, found ${version}. Install it from nodejs.org.\n` });
  }
  expect(onNode('20.19.0', 'vitest').status).toBe(0);
});

test('the package and the README ask for the same', () => {
  expect(JSON.parse(readFileSync('package.json', 'utf8'))).toMatchObject({ engines: { node: '>=20.9' } });
  expect(/Node \(?([\d.]+) or newer/.exec(readFileSync('README.md', 'utf8'))?.[1]).toBe('20.9');
});
