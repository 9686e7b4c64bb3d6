import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenForValidation, run } from '../../src/cli/validate.ts';
import { openOnnxRuntime } from '../../src/crosscheck/onnxruntime.ts';
import type { ValidationReport } from '../../src/crosscheck/validation-report.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { recordIo } from '../cases/recorded-io.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';
import { standIn } from '../cases/stand-in.ts';

const network = seededNetwork(tinyConfig());
const file = serializeModel(reexport(network, { height: 64, width: 96 }));
let folder = '';
let disposed = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'validate-'));
  await writeFile(join(folder, 'sound.onnx'), file);
  await writeFile(join(folder, 'baked.onnx'), serializeModel(reexport(network, { height: 64, width: 96, dynamic: 'none' })));
  await writeFile(join(folder, 'page.onnx'), '<!doctype html><title>Not found</title>');
  await sharp({ create: { width: 50, height: 40, channels: 3, background: 'teal' } }).png().toFile(join(folder, 'teal.png'));
});
afterAll(() => rm(folder, { recursive: true }));

const open: OpenForValidation = async (_files, { imageSize }) => {
  const runtime = await openOnnxRuntime(file, { threads: 1 });
  return { ...standIn(runtime, network), imageSize: imageSize ?? { height: 64, width: 96 }, dispose: () => { disposed += 1; void runtime.dispose!(); } };
};

async function command(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = recordIo();
  const code = await run(args.map((arg) => (/\.\w+$/.test(arg) ? join(folder, arg) : arg)), io, open);
  return { code, stdout: io.stdout, stderr: io.stderr };
}

describe('validate', { timeout: 60_000 }, () => {
  it('prints a table, leaves with 0 and lets the engine go', async () => {
    const before = disposed;
    const { code, stdout } = await command('sound.onnx', '--batches', '1,2');
    expect(code).toBe(0);
    expect(stdout).toContain('stand-in and ONNX Runtime (CPU)');
    expect(stdout.match(/^passed /gm)).toHaveLength(8);
    expect(stdout).toMatch(/8 passed, 0 failed, 0 skipped/);
    expect(disposed).toBe(before + 1);
  });

  it('leaves with 1 and writes every report where the file fails', async () => {
    const { code, stdout } = await command('baked.onnx', '--batches', '1,2', '--json', '--html', 'report.html', '--junit', 'report.xml');
    expect(code).toBe(1);
    const report = JSON.parse(stdout) as ValidationReport;
    expect(report.checks.filter(({ status }) => status === 'failed').map(({ id }) => id)).toEqual(['detections/2']);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('1 of 7 checks failed');
    expect(await readFile(join(folder, 'report.xml'), 'utf8')).toContain('<failure');
  });

  it('takes pictures, and drawn patterns where the batch is larger', async () => {
    const { code, stdout } = await command('sound.onnx', 'teal.png', '--batches', '2', '--alone', '--json');
    const report = JSON.parse(stdout) as ValidationReport;
    expect([code, report.withoutPeer]).toEqual([0, '--alone was given']);
    expect(report.pictures.map(({ name }) => name)).toEqual(['teal.png', 'pattern 1']);
  });

  it.each([
    ['--html', 'teal.png'], ['--junit', 'teal.png'], ['--html', 'twice.xml', '--junit', 'twice.xml'],
  ])('does not write over what it reads or writes: %s', async (...args) => {
    const { code, stderr } = await command('sound.onnx', 'teal.png', '--alone', '--batches', '1', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining('another')]);
  });

  it.each([['page.onnx'], ['missing.onnx'], ['sound.onnx', 'missing.png']])('leaves with 2 and one sentence for %s %s', async (...args) => {
    const { code, stdout, stderr } = await command(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr.length).toBeGreaterThan(20);
  });

  it.each([[], ['sound.onnx', '--batches', '0'], ['sound.onnx', '--batches', 'many'], ['sound.onnx', '--imgsz', '100'], ['sound.onnx', '--nonsense']])('refuses the arguments %j', async (...args) => {
    await expect(command(...(args as string[]))).rejects.toMatchObject({ code: 'bad-argument' });
  });

  it('leaves no file behind but those asked for', async () => {
    expect((await readdir(folder)).toSorted()).toEqual(['baked.onnx', 'page.onnx', 'report.html', 'report.xml', 'sound.onnx', 'teal.png']);
  });
});
