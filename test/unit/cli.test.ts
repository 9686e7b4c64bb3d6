import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/commands.ts';
import { sampleModel } from '../cases/conformance-sample.ts';
import { recordIo } from '../cases/recorded-io.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'cli-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

async function commandLine(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = recordIo();
  const code = await runCommandLine(args, io);
  return { code, stdout: io.stdout, stderr: io.stderr };
}

describe('the command line', () => {
  it('explains itself', async () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      expect(await commandLine(...args)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Commands:') as string });
    }
    expect(await commandLine()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Commands:') as string });
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await commandLine('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('explains every command that it lists', async () => {
    const { stdout } = await commandLine('--help');
    const names = [...stdout.matchAll(/^ {2}([a-z]+) {2,}[A-Z]/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThanOrEqual(7);
    for (const name of names) {
      const asked = await commandLine(name, '--help');
      expect(asked).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`yolov10-webgpu ${name}`) as string });
      expect(await commandLine('help', name)).toEqual(asked);
    }
  });

  it.each([
    [['detct', 'a.jpg'], /found detct\. Did you mean detect\?/],
    [['photo.jpg'], /Did you mean: detect photo\.jpg\?/],
    [['frobnicate'], /found frobnicate\. See --help/],
    [['constructor'], /found constructor/],
    [['inspect'], /expected one model/],
    [['inspect', 'a', 'b'], /expected one model, found 2/],
    [['run', 'm.onnx', '--input', 'x.npy'], /found no --output/],
    [['adapters', 'all'], /no arguments, found all/],
    [['doctor', 'm.onnx', '--constructor'], /found --constructor/],
    [['detect', 'a.jpg', '--out', '--json'], /a value after --out.* found --json\. If that is the value, write --out=--json/],
  ])('answers %j in one line', async (args, message) => {
    const { code, stdout, stderr } = await commandLine(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  it('describes a model in words and in JSON', async () => {
    const model = join(folder, 'sample.onnx');
    await writeFile(model, sampleModel());
    const words = await commandLine('inspect', model);
    expect(words).toMatchObject({ code: 0, stderr: '' });
    expect(words.stdout).toMatch(/network {5}YOLOv10-N, 3 classes/);
    expect(words.stdout).toMatch(/model\.10 +PSA +\[256, \d+, \d+\] +\d/);
    expect(words.stdout.split('\n').filter((line) => line.startsWith('model.'))).toHaveLength(24);
    const json = await commandLine('inspect', model, '--json', '--imgsz', '64x96');
    const report = JSON.parse(json.stdout) as { scale: string; parameters: number; flops: number; layers: { name: string; shape: number[]; parameters: number; flops: number }[] };
    expect(report.scale).toBe('n');
    expect(report.layers[0]).toMatchObject({ name: 'model.0', shape: [16, 32, 48], parameters: 448 });
    const sum = (field: 'parameters' | 'flops'): number => report.layers.reduce((total, layer) => total + layer[field], 0);
    expect([sum('parameters'), sum('flops')]).toEqual([report.parameters, report.flops]);
  });

  it.each(['inspect', 'repair', 'doctor', 'validate'])('says what a file is that is no model: %s', async (command) => {
    const page = join(folder, 'page.onnx');
    const rest = command === 'repair' ? ['-o', join(folder, 'unwritten.onnx')] : [];
    await writeFile(page, '<!doctype html><p>Sign in');
    expect(await commandLine(command, page, ...rest)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('web page') as string });
    expect(await commandLine(command, join(folder, 'missing.onnx'), ...rest)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('missing.onnx') as string });
    expect(await readdir(folder)).not.toContain('unwritten.onnx');
  });
});

describe('the process', { timeout: 60_000 }, () => {
  const start = (...args: string[]): ReturnType<typeof spawn> => spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], { stdio: 'pipe' });

  it('ends quietly when its reader leaves', async () => {
    const child = start('help');
    child.stdout!.destroy();
    let stderr = '';
    child.stderr!.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
    expect(await new Promise((resolve) => { child.on('close', resolve); })).toBe(0);
    expect(stderr).toBe('');
  });

  it('exits with the code of the command', async () => {
    const child = start('detect', 'nowhere.jpg');
    expect(await new Promise((resolve) => { child.on('close', resolve); })).toBe(1);
  });
});
