import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/cli/engine.ts';
import { writeOutput } from '../../src/cli/output-file.ts';
import * as runCommand from '../../src/cli/run.ts';
import { readNpy, writeNpy } from '../../src/crosscheck/npy.ts';
import { described } from '../cases/described.ts';
import { recordIo } from '../cases/recorded-io.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'cli-run-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('run', () => {
  const engine = (seen: unknown[]): Engine => ({
    adapter: described('test adapter'), labels: [], dispose: () => seen.push('disposed'),
    detect: () => Promise.reject(new Error('not here')),
    run: (tensor) => { seen.push([...tensor.dims]); return Promise.resolve({ data: new Float32Array(12).fill(0.5), dims: [1, 2, 6] }); },
  });
  const input = (shape: number[]): Uint8Array => writeNpy({ dtype: 'f4', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });

  it('takes a tensor from NumPy and gives one back', async () => {
    const [x, y] = [join(folder, 'x.npy'), join(folder, 'y.npy')];
    await writeFile(x, input([1, 3, 32, 64]));
    const io = recordIo();
    const seen: unknown[] = [];
    expect(await runCommand.run(['m.onnx', '--input', x, '--output', y], io, () => Promise.resolve(engine(seen)))).toBe(0);
    expect(seen).toEqual([[1, 3, 32, 64], 'disposed']);
    expect(readNpy(await readFile(y))).toEqual({ dtype: 'f4', shape: [1, 2, 6], data: new Float32Array(12).fill(0.5) });
    expect([io.stdout, io.stderr]).toEqual(['', expect.stringContaining('[1, 2, 6] float32')]);
  });

  it('refuses what is no picture tensor, before loading a model', async () => {
    const x = join(folder, 'flat.npy');
    await writeFile(x, input([3, 32, 32]));
    const never = (): Promise<Engine> => Promise.reject(new Error('loaded'));
    await expect(runCommand.run(['m', '-i', x, '-o', 'y.npy'], recordIo(), never)).rejects.toMatchObject({ code: 'bad-tensor', found: '[3, 32, 32]' });
    await expect(runCommand.run(['m', '-i', 'none.npy', '-o', 'y.npy'], recordIo(), never)).rejects.toMatchObject({ code: 'not-found' });
    await expect(runCommand.run(['m', '-i', 'package.json', '-o', 'y.npy'], recordIo(), never)).rejects.toMatchObject({ code: 'bad-tensor' });
  });

  it('says before the run where it cannot write', async () => {
    const x = join(folder, 'ok.npy');
    await writeFile(x, input([1, 3, 32, 32]));
    const seen: unknown[] = [];
    const elsewhere = join(folder, 'no such folder', 'y.npy');
    await expect(runCommand.run(['m', '-i', x, '-o', elsewhere], recordIo(), () => Promise.resolve(engine(seen)))).rejects.toMatchObject({ code: 'bad-argument' });
    expect(seen).toEqual([]);
  });
});

describe('output files', () => {
  it('are the old ones until the new ones are whole', async () => {
    const path = join(folder, 'report.html');
    await writeOutput(path, 'old');
    await writeOutput(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    await mkdir(join(folder, 'blocked.html.part'));
    await expect(writeOutput(join(folder, 'blocked.html'), 'new')).rejects.toMatchObject({ code: 'bad-argument', expected: expect.stringContaining('blocked.html') as string });
    expect((await readdir(folder)).filter((name) => name.startsWith('report'))).toEqual(['report.html']);
  });
});
