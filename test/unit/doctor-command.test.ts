import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as doctor from '../../src/cli/doctor.ts';
import * as repairCommand from '../../src/cli/repair.ts';
import type { Report } from '../../src/exporting/doctor/report.ts';
import { drawPathSvg, drawPathText } from '../../src/exporting/path/draw.ts';
import { tracePath } from '../../src/exporting/path/trace.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { ModelProto } from '../../src/onnx/schema.gen.js';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { soundExport } from '../cases/broken-exports.ts';
import { tensorMessage, tinyModel } from '../cases/onnx-bytes.ts';
import { referenceStyle } from '../cases/reference-style.ts';

let folder: string;
const broken = serializeModel(referenceStyle(soundExport(), 'before-fix'));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  writeFileSync(join(folder, 'broken.onnx'), broken);
  writeFileSync(join(folder, 'sound.onnx'), serializeModel(soundExport()));
  writeFileSync(join(folder, 'page.onnx'), '<!DOCTYPE html><title>Not found</title>');
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  code: number;
  out: string;
  note: string;
}

async function run(command: typeof doctor | typeof repairCommand, ...args: string[]): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', note: '' };
  const io = {
    out: (text: string): void => void (ran.out += text),
    note: (text: string): void => void (ran.note += text),
    columns: undefined,
    signal: new AbortController().signal,
  };
  ran.code = await command.run(args.map((arg) => (/\.(onnx|svg)$/.test(arg) ? join(folder, arg) : arg)), io);
  return ran;
}

describe('doctor', () => {
  it('exits with 0 for a sound file', async () => {
    const { code, out } = await run(doctor, 'sound.onnx');
    expect(code).toBe(0);
    expect(out).toMatch(/^Sound, with 2 notes\.$/m);
    expect(out).not.toMatch(/path to the pe/);
  });

  it('exits with 1 for findings and shows where the shapes go', async () => {
    const { code, out } = await run(doctor, 'broken.onnx');
    expect(code).toBe(1);
    expect(out).toMatch(/^error {4}channel-minus-one {2}\/model\.10\/attn\/Reshape_2$/m);
    expect(out).toMatch(/Reshape +\/model\.10\/attn\/Reshape_2 +! unknown rank +! \[-1,-1,-1,-1\] +\[batch,128,4,4\]$/m);
  });

  it('exits with 2 for what it cannot read', async () => {
    expect(await run(doctor, 'page.onnx')).toMatchObject({ code: 2, out: '', note: expect.stringMatching(/web page/) as string });
    expect((await run(doctor, 'missing.onnx')).code).toBe(2);
  });

  it('names the file in what it advises', async () => {
    const { out } = await run(doctor, 'broken.onnx');
    expect(out).toContain(`repair ${join(folder, 'broken.onnx')} -o fixed.onnx`);
    expect(out).not.toMatch(/ model\.onnx/);
  });

  it('prints JSON', async () => {
    const report = JSON.parse((await run(doctor, 'broken.onnx', '--json')).out) as Report;
    expect(report.inputs).toEqual({ images: '[batch,3,128,128]' });
    expect(report.counts.error).toBe(4);
    expect(report.findings[0]).toMatchObject({ severity: 'error', code: 'channel-minus-one' });
    expect(report.path.at(-1)).toMatchObject({ onnx: 'unknown rank', exact: '[batch,128,4,4]' });
  });

  it('draws the path', async () => {
    await run(doctor, 'broken.onnx', '--svg', 'path.svg');
    const svg = readFileSync(join(folder, 'path.svg'), 'utf8');
    expect(svg).toMatch(/^<svg /);
    expect(svg.match(/class="lost"/g)!.length).toBeGreaterThanOrEqual(6);
  });
});

describe('repair', () => {
  it('writes a file that the doctor finds sound', async () => {
    const { code, out, note } = await run(repairCommand, 'broken.onnx', '-o', 'fixed.onnx');
    expect(code).toBe(0);
    expect(out).toMatch(/fixed\.onnx: mended and verified/);
    expect(note).toMatch(/\[batch,128,4,4\] as \[0,128,4,4\]/);
    expect((await run(doctor, 'fixed.onnx')).code).toBe(0);
  });

  it('keeps float16 weights where nobody speaks of them', async () => {
    writeFileSync(join(folder, 'half.onnx'), serializeModel(soundExport({ half: true })));
    expect((await run(repairCommand, 'half.onnx', '-o', 'again.onnx', '--rebuild')).code).toBe(0);
    const { initializers } = parseModel(readFileSync(join(folder, 'again.onnx'))).graph;
    expect(initializers.get('model.0.conv.weight')!.dataType).toBe('float16');
  });

  it('finds weights in data files beside the model, and writes one file', async () => {
    const sound = soundExport();
    const message = ModelProto.decode(serializeModel(sound));
    const weight = message.graph!.initializer.find(({ name }) => name === 'model.7.cv1.conv.weight')!;
    writeFileSync(join(folder, 'weights.bin'), weight.rawData);
    Object.assign(weight, tensorMessage({ name: weight.name, dims: weight.dims, dataLocation: 1, externalData: [{ key: 'location', value: 'weights.bin' }] }));
    writeFileSync(join(folder, 'split.onnx'), ModelProto.encode(message).finish());
    expect((await run(doctor, 'split.onnx')).code).toBe(0);
    await expect(run(repairCommand, 'split.onnx', '-o', join(folder, 'weights.bin'))).rejects.toThrow(/another file to write/);
    expect(await run(doctor, 'split.onnx', '--svg', join(folder, 'weights.bin'))).toMatchObject({ code: 2, out: '', note: expect.stringMatching(/another file to write/) as string });
    expect(readFileSync(join(folder, 'weights.bin')).equals(sound.graph.initializers.get(weight.name)!.bytes)).toBe(true);
    expect((await run(repairCommand, 'split.onnx', '-o', 'whole.onnx')).code).toBe(0);
    const whole = parseModel(readFileSync(join(folder, 'whole.onnx'))).graph.initializers.get(weight.name)!;
    expect(Buffer.compare(whole.bytes, sound.graph.initializers.get(weight.name)!.bytes)).toBe(0);
  });

  it('says before the work that it cannot write', async () => {
    await expect(run(repairCommand, 'broken.onnx', '-o', 'nowhere/fixed.onnx')).rejects.toThrow(/nothing there/);
    await expect(run(repairCommand, 'broken.onnx', '-o', 'broken.onnx')).rejects.toThrow(/another file to write than the one read/);
    symlinkSync(join(folder, 'broken.onnx'), join(folder, 'link.onnx'));
    await expect(run(repairCommand, 'link.onnx', '-o', 'broken.onnx')).rejects.toThrow(/another file to write/);
    mkdirSync(join(folder, 'folder.onnx'));
    await expect(run(repairCommand, 'broken.onnx', '-o', 'folder.onnx')).rejects.toThrow(/not a folder/);
    await expect(run(doctor, 'broken.onnx', '--svg', 'nowhere/path.svg')).rejects.toThrow(/a folder to write/);
    expect(readFileSync(join(folder, 'broken.onnx')).equals(broken)).toBe(true);
  });

  it('refuses wishes that would go unheard', async () => {
    await expect(run(repairCommand, 'broken.onnx', '-o', 'x.onnx', '--batch', '8')).rejects.toThrow(/together with --dynamic none/);
    await expect(run(repairCommand, 'broken.onnx', '-o', 'x.onnx', '--imgsz', '320', '--dynamic', 'batch,height,width')).rejects.toThrow(/no size to fix/);
    await expect(run(repairCommand, 'broken.onnx', '-o', 'x.onnx', '--opset', '21')).rejects.toThrow(/--opset from 11 to 20, found 21\. Leave it out/);
  });

  it('names the data file that is missing', async () => {
    const message = ModelProto.decode(serializeModel(soundExport()));
    const weight = message.graph!.initializer[0]!;
    Object.assign(weight, tensorMessage({ name: weight.name, dims: weight.dims, dataLocation: 1, externalData: [{ key: 'location', value: 'gone.bin' }] }));
    writeFileSync(join(folder, 'torn.onnx'), ModelProto.encode(message).finish());
    expect(await run(doctor, 'torn.onnx')).toMatchObject({ code: 2, note: expect.stringMatching(/the data file "gone\.bin".*no such file/) as string });
  });

  it('needs a place to write and choices it knows', async () => {
    await expect(run(repairCommand, 'broken.onnx')).rejects.toThrow(/--out/);
    await expect(run(repairCommand, 'broken.onnx', '-o', 'fixed.onnx', '--dynamic', 'bach')).rejects.toThrow(/Did you mean batch/);
  });
});

describe('the path', () => {
  it('stands beside the repaired one', () => {
    const steps = tracePath(parseModel(broken), parseModel(repair(broken).bytes));
    expect(steps[0]).toMatchObject({ op: 'input', after: '[batch,3,128,128]' });
    expect(steps.at(-1)).toMatchObject({ tensor: '/model.10/attn/Reshape_2_output_0', onnx: 'unknown rank', after: '[batch,128,4,4]' });
    expect(drawPathText(steps)).toMatch(/after the repair/);
    expect(drawPathSvg(steps)).toMatch(/after the repair/);
  });

  it('is empty where there is no such convolution', () => {
    expect(tracePath(parseModel(tinyModel()))).toEqual([]);
  });
});
