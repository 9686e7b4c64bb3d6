import { spawnSync } from 'node:child_process';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { slotOf } from '../../src/crosscheck/batches.ts';
import type { Engine, Peer } from '../../src/crosscheck/engine.ts';
import { openOnnxRuntime } from '../../src/crosscheck/onnxruntime.ts';
import { encodePng } from '../../src/crosscheck/png.ts';
import { testPictures } from '../../src/crosscheck/test-pictures.ts';
import { reportHtml } from '../../src/crosscheck/validate-html.ts';
import { reportJunit } from '../../src/crosscheck/validate-junit.ts';
import { type ValidateOptions, validate } from '../../src/crosscheck/validate.ts';
import { prepareTask } from '../../src/crosscheck/validation-task.ts';
import { type ValidationReport, reportJson } from '../../src/crosscheck/validation-report.ts';
import { reexport } from '../../src/exporting/reexport.ts';
import type { OnnxModel } from '../../src/onnx/graph.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { leaking } from '../cases/leaking.ts';
import { constantNodes } from '../cases/rewritten-model.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';
import { standIn } from '../cases/stand-in.ts';

const network = seededNetwork(tinyConfig());
const size = { height: 64, width: 96 };
const model = reexport(network, size);
const file = serializeModel(model);

const sound = await openOnnxRuntime(file, { threads: 1 });
const engine = standIn(sound, network);

async function against(bytes: Uint8Array, options: Partial<ValidateOptions> = {}): Promise<ValidationReport> {
  const peer = await openOnnxRuntime(bytes, { threads: 1 });
  return validate(bytes, { engine, peer, batches: [1, 2, 3], ...size, ...options });
}

const statuses = (report: ValidationReport): Record<string, string> => Object.fromEntries(report.checks.map(({ id, status }) => [id, status]));

describe('validate', { timeout: 60_000 }, () => {
  it('passes a sound file, counting every check', async () => {
    const report = await against(file);
    expect(report).toMatchObject({ passed: true, firstDifference: null, input: size, model: { scale: 'custom', classCount: 7, opset: 13 } });
    expect(statuses(report)).toEqual(Object.fromEntries([
      'independence/ordered/1', 'detections/1', 'heads/1',
      'independence/ordered/2', 'independence/permuted/2', 'independence/repeated/2', 'detections/2',
      'independence/ordered/3', 'independence/permuted/3', 'independence/repeated/3', 'detections/3', 'heads/3',
    ].map((id) => [id, 'passed'])));
    expect(report.checks.find(({ id }) => id === 'detections/3')!.figures).toMatchObject({ matched: 378, of: 378 });
  });

  it.each(['raw', 'mod-free'] as const)('reads a %s output', async (output) => {
    const report = await against(serializeModel(reexport(network, { ...size, output })));
    expect(report.passed).toBe(true);
    expect(report.checks.filter(({ group }) => group === 'detections')).toHaveLength(3);
  });

  it('allows a float16 file what float16 costs', async () => {
    const report = await against(serializeModel(reexport(network, { ...size, half: true })));
    expect(report.tolerance).toEqual({ box: 2, score: 0.02 });
    expect(report.checks.filter(({ status }) => status === 'failed')).toEqual([]);
  });

  it('tells rounding in float16 from a wrong graph', async () => {
    const half = reexport(network, { ...size, half: true });
    const exact = { tolerance: { box: 0, score: 0 } };
    const rounded = await against(serializeModel(half), exact);
    expect(rounded.passed).toBe(false);
    expect(rounded.checks.filter(({ group }) => group === 'rounding').map(({ id, status }) => [id, status])).toEqual([
      ['rounding/detections/1', 'passed'], ['rounding/heads/1', 'passed'],
    ]);
    const wrong = await against(serializeModel(leaking(half, '/model.13/cv2/act/Mul_output_0')), { batches: [2] });
    expect(statuses(wrong)).toMatchObject({ 'detections/2': 'failed', 'rounding/detections/2': 'failed' });
    expect(statuses(await against(file, exact))['rounding/detections/1']).toBeUndefined();
  });

  it('finds slots that mix, and the layer where', async () => {
    const tensor = '/model.13/cv2/act/Mul_output_0';
    const report = await against(serializeModel(leaking(model, tensor)));
    expect(report.passed).toBe(false);
    expect(statuses(report)).toMatchObject({ 'detections/1': 'passed', 'heads/1': 'passed', 'detections/2': 'failed', 'detections/3': 'failed', 'heads/3': 'failed', 'independence/ordered/3': 'passed' });
    expect(report.checks.find(({ id }) => id === 'detections/2')!.detail).toMatch(/slot 1: \d+ missing/);
    expect(report.firstDifference).toMatchObject({ tensor });
  });

  it('reports in its own words what the other engine says of a baked-in batch', async () => {
    const report = await against(serializeModel(reexport(network, { ...size, dynamic: 'none' })));
    expect(statuses(report)).toMatchObject({ 'detections/1': 'passed', 'detections/2': 'failed', 'detections/3': 'failed' });
    expect(report.checks.find(({ id }) => id === 'detections/2')!.detail).toMatch(/ONNX Runtime.*cannot run the file: .*(dimension|Expected)/);
  });

  it('finds this engine mixing slots', async () => {
    const mixing: Engine = { name: 'mixing', run: async (input) => {
      const result = await engine.run(input);
      if (input.dims[0]! > 1) result.data[slotOf(result, 0).length]! += 1e-3; // the second image's first box
      return result;
    } };
    const report = await validate(file, { engine: mixing, batches: [1, 2], ...size });
    expect(statuses(report)).toEqual({ 'independence/ordered/1': 'passed', 'independence/ordered/2': 'failed', 'independence/permuted/2': 'failed', 'independence/repeated/2': 'failed' });
    expect(report.checks[1]!.detail).toBe('differs in slot 1');
    expect(report).toMatchObject({ peer: null, withoutPeer: 'no other engine was given' });
  });

  it('finds numbers that are none', async () => {
    const broken: Peer = { name: 'broken', run: async (input) => {
      const { data, dims } = await sound.run(input);
      return { data: data.fill(Number.NaN), dims };
    } };
    expect(statuses(await validate(file, { engine, peer: broken, batches: [1], ...size }))).toMatchObject({ 'detections/1': 'failed' });
  });

  /** Engines of one made-up object per picture, told by the brightness of its first pixel; `slots` says whose object comes back. */
  const objects = (slots: (batch: number) => number[]): Pick<Engine, 'name' | 'run'> => ({
    name: 'objects',
    run: async ({ data, dims }) => {
      const batch = dims[0]!;
      const place = (slot: number): number => Math.round(data[(slot * data.length) / batch]! * 1000);
      const rows = slots(batch).flatMap((slot) => [place(slot), 0, place(slot) + 20, 20, 0.95, 1, ...Array.from({ length: 20 }, () => [0, 0, 5, 5, 1e-6, 0]).flat()]);
      return { data: Float32Array.from(rows), dims: [batch, 21, 6] };
    },
  });
  const inOrder = (batch: number): number[] => Array.from({ length: batch }, (_, slot) => slot);

  it('finds objects swapped between pictures', async () => {
    const options = { engine: objects(inOrder), batches: [1, 2], ...size };
    expect(statuses(await validate(file, { ...options, peer: objects(inOrder) }))).toMatchObject({ 'detections/1': 'passed', 'detections/2': 'passed' });
    expect(statuses(await validate(file, { ...options, peer: objects((batch) => inOrder(batch).toReversed()) }))).toMatchObject({ 'detections/1': 'passed', 'detections/2': 'failed' });
  });

  it('finds one picture in every slot with a single picture given', async () => {
    const peer = objects((batch) => inOrder(batch).map(() => 0));
    const report = await validate(file, { engine: objects(inOrder), peer, batches: [1, 4], pictures: testPictures(1, size.height, size.width), ...size });
    expect(statuses(report)['detections/4']).toBe('failed');
  });

  it('does not pass what it could not compare', async () => {
    const empty = (x: number): Pick<Engine, 'name' | 'run'> => ({
      name: 'empty', run: async ({ dims }) => ({ data: Float32Array.from({ length: dims[0]! * 300 * 6 }, (_, i) => [x, x, x + 9, x + 9, 1e-5, 0][i % 6]!), dims: [dims[0]!, 300, 6] }),
    });
    const report = await validate(file, { engine: empty(0), peer: empty(40), batches: [1], ...size });
    expect(report.passed).toBe(false);
    expect(report.checks.at(-1)!.detail).toMatch(/nothing could be compared/);
  });

  it('takes the size from the file and sorts batches', async () => {
    const seen: number[][] = [];
    const watching: Engine = { ...engine, run: (input) => (seen.push([...input.dims]), engine.run(input)) };
    await validate(file, { engine: watching, batches: [2, 1, 2] });
    expect(seen[0]).toEqual([1, 3, 64, 96]);
    expect(seen.map(([batch]) => batch)).toEqual([1, 1, 1, 2, 2, 2]);
  });

  it.each([{ batches: [] }, { batches: [0] }, { batches: [1.5] }, { height: 100 }, { pictures: [] }, { pictures: testPictures(1, 32, 32) }])('refuses %o', async (options) => {
    await expect(validate(file, { engine, ...options })).rejects.toMatchObject({ name: 'InputError' });
  });

  it('stops when asked', async () => {
    await expect(validate(file, { engine, signal: AbortSignal.abort(), ...size })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

it.each<[string, boolean, OnnxModel]>([
  ['float32', false, model], ['float16', true, reexport(network, { ...size, half: true })], ['float16 in nodes', true, constantNodes(reexport(network, { ...size, half: true }))],
])('weights in %s are known for what they are', (_, half, made) => {
  expect(prepareTask(serializeModel(made), { engine }).half).toBe(half);
});

describe('reports', { timeout: 60_000 }, () => {
  it('JSON holds every check and no pixels', async () => {
    const report = await against(file, { batches: [1] });
    const json = JSON.parse(reportJson(report)) as ValidationReport;
    expect(json.checks).toEqual(report.checks);
    expect(json.pictures[0]).not.toHaveProperty('pixels');
  });

  it('JUnit is well-formed XML with one case per check', async () => {
    const report = await against(serializeModel(reexport({ ...network, labels: network.labels.map(() => '<&"\'>') }, { ...size, dynamic: 'none' })), { batches: [1, 2] });
    const xml = reportJunit(report);
    expect(xml.match(/<testcase /g)).toHaveLength(report.checks.length);
    expect(xml).toContain('failures="1"');
    const { status, stderr } = spawnSync('python3', ['-c', 'import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())'], { input: xml });
    expect(status, String(stderr)).toBe(0);
  });

  it('HTML is one page that loads nothing and shows the boxes', async () => {
    const report = await against(file, { batches: [1, 2] });
    const html = await reportHtml(report, 'a <model> & more.onnx');
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
    expect(html).toContain('a &lt;model&gt; &amp; more.onnx');
    expect(html.match(/<figure>/g)).toHaveLength(2);
    expect(html.match(/<rect class="theirs"/g)!.length).toBe(report.pictures.reduce((sum, { peer }) => sum + peer!.length, 0));
    expect(report.pictures[0]!.alone.length).toBeGreaterThan(0);
  });

  it('PNG holds the pixels', async () => {
    const { pixels } = testPictures(1, 32, 64)[0]!;
    const { data, info } = await sharp(await encodePng(pixels, 32, 64)).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 64, height: 32, channels: 3 });
    expect([...data]).toEqual(Array.from({ length: data.length }, (_, i) => Math.round(255 * pixels[(i % 3) * 2048 + Math.floor(i / 3)]!)));
  });
});
