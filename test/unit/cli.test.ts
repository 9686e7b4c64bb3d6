import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as adapters from '../../src/cli/adapters.ts';
import { runCommandLine } from '../../src/cli/commands.ts';
import { contactSheet } from '../../src/cli/contact-sheet.ts';
import * as demo from '../../src/cli/demo.ts';
import type { Engine } from '../../src/cli/engine.ts';
import { filesMatching } from '../../src/cli/glob.ts';
import { writeOutput } from '../../src/cli/output-file.ts';
import * as runCommand from '../../src/cli/run.ts';
import { suggest } from '../../src/cli/suggest.ts';
import { byteSize, displayWidth, duration, table } from '../../src/cli/table.ts';
import { readNpy, writeNpy } from '../../src/crosscheck/npy.ts';
import { InputError } from '../../src/core/errors.ts';
import type { AdapterChoice, AdapterDescription } from '../../src/platform/contract.ts';
import { sampleModel } from '../cases/conformance-sample.ts';
import { recordIo } from '../cases/recorded-io.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'cli-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

const described = (description: string, software = false): AdapterDescription =>
  ({ description, software, vendor: '', architecture: '', device: '', features: ['shader-f16'], limits: { maxBufferSize: 2 ** 28, maxTextureArrayLayers: 256 } });

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

describe('adapters', () => {
  const none = new InputError('no-webgpu', { expected: 'a WebGPU adapter', found: 'none', remedy: 'Install a driver.' });
  const machine = (present: Partial<Record<AdapterChoice, AdapterDescription>>) => ({ choice = 'auto' }: { choice?: AdapterChoice } = {}) =>
    present[choice] ? Promise.resolve({ adapter: {} as GPUAdapter, description: present[choice], keep: undefined }) : Promise.reject(none);

  it('lists them and marks the one used', async () => {
    const io = recordIo();
    expect(await adapters.run([], io, machine({ auto: described('Fast GPU'), gpu: described('Fast GPU'), swiftshader: described('SwiftShader', true) }))).toBe(0);
    expect(io.stdout).toMatch(/gpu +Fast GPU +GPU +used\nlavapipe +not available \(none\)\nswiftshader +SwiftShader +CPU\n/);
    expect(io.stdout).toContain('Used: Fast GPU');
    expect(io.stdout).toMatch(/maxBufferSize +256 MiB/);
    expect(io.stdout).not.toContain('maxTextureArrayLayers');
    expect(io.stdout).not.toContain('computes on the CPU');
  });

  it('says so when the one used is software', async () => {
    const io = recordIo();
    await adapters.run([], io, machine({ auto: described('SwiftShader', true), swiftshader: described('SwiftShader', true) }));
    expect(io.stdout).toContain('computes on the CPU');
  });

  it('fails with the remedy where there is none', async () => {
    const [words, json] = [recordIo(), recordIo()];
    expect(await adapters.run([], words, machine({}))).toBe(1);
    expect(words.stdout).toContain('Install a driver.');
    expect(await adapters.run(['--json'], json, machine({}))).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ used: null, choices: [{ choice: 'gpu', reason: 'none' }, {}, {}] });
  });
});

describe('demo', () => {
  it('writes annotated pictures and a page that stands alone', async () => {
    const pictures = join(folder, 'samples');
    await mkdir(pictures);
    for (const name of ['one', 'two <b>']) {
      await sharp({ create: { width: 64, height: 48, channels: 3, background: 'white' } }).png().toFile(join(pictures, `${name}.png`));
    }
    const engine: Engine = {
      adapter: described('SwiftShader', true), labels: ['qr'], dispose: () => {}, run: () => Promise.reject(new Error('not here')),
      detect: (batch) => Promise.resolve(batch.map(() => [{ label: 'qr', classId: 0, score: 0.9, box: { xmin: 5, ymin: 5, xmax: 40, ymax: 40 } }])),
    };
    const io = recordIo();
    const out = join(folder, 'demo');
    expect(await demo.run([pictures, '--out', out], io, () => Promise.resolve(engine))).toBe(0);
    expect(io.stdout).toMatch(/one\.png +64 x 48 .* 1 qr \(0\.90\)\n/);
    expect(io.stdout).toContain('2 objects in 2 pictures on SwiftShader');
    expect(io.stdout).toContain('software adapter (the CPU)');
    const page = await readFile(join(out, 'index.html'), 'utf8');
    expect(page).toContain('software adapter (the CPU)');
    expect(page).not.toMatch(/<script|(src|href)="(?!data:image\/jpeg;base64,)/);
    expect(page).not.toContain('two <b>');
    expect((await sharp(join(out, 'one.png')).metadata()).width).toBe(64);
    const before = await readFile(join(pictures, 'one.png'));
    await demo.run([pictures, '--out', pictures], recordIo(), () => Promise.resolve(engine));
    expect((await readFile(join(pictures, 'one.png'))).equals(before)).toBe(true);
  });

  it('escapes what it shows', () => {
    const page = contactSheet({ title: '<script>', facts: ['a & "b"'], pictures: [] });
    expect(page).not.toContain('<script>');
    expect(page).toContain('a &#38; &#34;b&#34;');
  });
});

describe('globs', () => {
  const names = async (pattern: string): Promise<string[]> =>
    (await filesMatching(join(folder, 'tree', pattern))).map((path) => path.slice(join(folder, 'tree').length + 1).replaceAll('\\', '/'));

  beforeAll(async () => {
    for (const path of ['a1.jpg', 'a2.jpg', 'a10.jpg', 'b.PNG', '.hidden.jpg', 'x/c.jpg', 'x/y/d.jpg', '.dot/e.jpg', 'x+y(1).jpg']) {
      await mkdir(join(folder, 'tree', path, '..'), { recursive: true });
      await writeFile(join(folder, 'tree', path), '');
    }
  });

  it.each([
    ['*.jpg', ['a1.jpg', 'a2.jpg', 'a10.jpg', 'x+y(1).jpg']],
    ['a?.jpg', ['a1.jpg', 'a2.jpg']],
    ['a[1-2].jpg', ['a1.jpg', 'a2.jpg']],
    ['a[!1].jpg', ['a2.jpg']],
    ['{b.PNG,a1.jpg}', ['a1.jpg', 'b.PNG']],
    ['x+y(1).*', ['x+y(1).jpg']],
    ['*/c.jpg', ['x/c.jpg']],
    ['**/*.jpg', ['a1.jpg', 'a2.jpg', 'a10.jpg', 'x/c.jpg', 'x/y/d.jpg', 'x+y(1).jpg']],
    ['x/**', ['x/c.jpg', 'x/y/d.jpg']],
    ['.*', ['.hidden.jpg']],
    ['nothing*', []],
  ])('%s', async (pattern, expected) => {
    expect((await names(pattern)).toSorted()).toEqual(expected.toSorted());
  });

  it('puts them in natural order', async () => expect((await names('a*.jpg'))).toEqual(['a1.jpg', 'a2.jpg', 'a10.jpg']));
});

describe('words and numbers', () => {
  it.each([['detct', 'detect'], ['dtect', 'detect'], ['inpsect', 'inspect'], ['adap', 'adapters'], ['DETECT', 'detect'], ['frobnicate', undefined], ['x', undefined]])(
    'suggests for %s: %s', (word, expected) => expect(suggest(word, ['detect', 'inspect', 'adapters', 'run'])).toBe(expected));

  it('aligns tables by what a terminal shows', () => {
    expect(table([{ title: 'a' }, { title: 'n', align: 'right' }], [['二维码', '1'], ['cafe\u0301', '10']])).toBe('a        n\n二维码   1\ncafe\u0301    10\n');
    expect(displayWidth('\u001b')).toBe(0);
  });

  it.each([[0.04, '0.0 ms'], [9.94, '9.9 ms'], [9.96, '10 ms'], [999, '999 ms'], [999.6, '1.0 s'], [59_949, '59.9 s'], [59_951, '1 min 0 s'], [185_000, '3 min 5 s']])(
    '%d ms is %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text));

  it.each([[0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [9_312_345, '9.3 MB'], [4e9, '4.0 GB']])('%d bytes are %s', (bytes, text) => expect(byteSize(bytes)).toBe(text));
});
