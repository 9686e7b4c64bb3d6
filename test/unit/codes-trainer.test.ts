/** The default model's trainer, where Python has PyTorch: losses, assignment, augmentation, and four pictures learnt by heart. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const python = ['python3', '/usr/bin/python3'].find((path) => spawnSync(path, ['-c', 'import torch, cv2']).status === 0);

it('passes its own checks', { timeout: 300_000 }, ({ skip }) => {
  skip(python === undefined, 'no Python with torch and cv2');
  const { status, stdout, stderr } = spawnSync(python as string, ['models/codes/train/check.py'], { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' } });
  expect(status, stderr).toBe(0);
  expect(stdout.match(/^check_\w+ (passed|skipped: .+)$/gm)).toHaveLength(13);
});
