/** The default model's trainer, where Python has PyTorch: losses, assignment, augmentation, and four pictures learnt by heart. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';

const folder = 'models/codes/train/';
const python = ['python3', '/usr/bin/python3'].find((path) => spawnSync(path, ['-c', 'import torch, cv2']).status === 0);
const checks = readdirSync(folder).filter((name) => /^check\w*\.py$/.test(name))
  .flatMap((name) => [...readFileSync(folder + name, 'utf8').matchAll(/^def (check_\w+)\(/gm)].map(([, check]) => check!));
let told = '';

beforeAll(() => {
  if (!python) return;
  const { status, stdout, stderr } = spawnSync(python, [`${folder}check.py`], { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' } });
  expect(status, stderr).toBe(0);
  told = stdout;
}, 300_000);

it('has checks', () => expect(checks.length).toBeGreaterThan(10));

it.for(checks)('%s', (check, { skip }) => {
  skip(python === undefined, 'no Python with torch and cv2');
  const [, skipped, outcome] = new RegExp(`^${check} (?:skipped: (.+)|(.+))$`, 'm').exec(told) ?? [];
  skip(skipped !== undefined, skipped);
  expect(outcome).toBe('passed');
});
