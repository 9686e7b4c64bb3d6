import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/commands.ts';
import { writeNpy } from '../../src/crosscheck/npy.ts';
import type { OnnxTensor } from '../../src/onnx/graph.ts';
import { decodeModel, encodeModel } from '../../src/onnx/decode.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { StringStringEntryProto } from '../../src/onnx/schema.gen.js';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { toFloat32 } from '../../src/onnx/values.ts';
import { processorTime } from '../cases/hostile.ts';
import { tinyModel } from '../cases/onnx-bytes.ts';
import { recordIo } from '../cases/recorded-io.ts';
import { seededModel, tinyConfig } from '../cases/seeded-model.ts';

/** The command line, with the real engine behind it. */

const sound = seededModel(tinyConfig(), { height: 32, width: 32 });
const weight = 'model.2.cv2.conv.weight';
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bad-input-'));
  await mkdir(at('pictures'));
  await writeFile(at('sound.onnx'), sound);
  await sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } }).png().toFile(at('picture.png'));
  await writeFile(at('x.npy'), npy([1, 3, 32, 32]));
  expect(await commandLine('detect', at('picture.png'), '--model', at('sound.onnx'))).toMatchObject({ code: 0 }); // and drivers are warm
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const npy = (shape: number[]): Uint8Array => writeNpy({ dtype: 'f4', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  milliseconds: number;
}

async function commandLine(...args: string[]): Promise<Ended> {
  const io = recordIo();
  const started = processorTime();
  const code = await runCommandLine(args, io);
  return { code, stdout: io.stdout, stderr: io.stderr, milliseconds: processorTime() - started };
}

/** One line that says what was expected, what was found and what to do, within a second of processor time. */
function expectRefusal({ code, stdout, stderr, milliseconds }: Ended, exitCode: number, message: RegExp): void {
  expect({ code, stdout }, stderr).toEqual({ code: exitCode, stdout: '' });
  expect(stderr).toMatch(/^(.*: )?expected .+, found .+\. .+\n$/);
  expect(stderr).toMatch(message);
  expect(milliseconds).toBeLessThan(1000);
}

function withWeight(change: (tensor: OnnxTensor) => OnnxTensor | undefined): Uint8Array {
  const model = parseModel(sound);
  const { initializers } = model.graph;
  const changed = change(initializers.get(weight)!);
  if (changed) initializers.set(weight, changed);
  else initializers.delete(weight);
  return serializeModel(model);
}

const withValue = (value: number): Uint8Array => withWeight((tensor) => ({ ...tensor, bytes: new Uint8Array(toFloat32(tensor).with(3, value).buffer) }));

/** The model with one weight said to lie in another file. */
function withExternal(location: string): Uint8Array {
  const message = decodeModel(sound);
  const tensor = message.graph!.initializer.find(({ name }) => name === weight)!;
  Object.assign(tensor, { dataLocation: 1, rawData: new Uint8Array(), externalData: [new StringStringEntryProto({ key: 'location', value: location })] });
  return encodeModel(message);
}

describe('a model that is none', () => {
  test.each([
    ['an empty file', () => new Uint8Array(), /found an empty file/],
    ['a web page', () => text('<!DOCTYPE html><html>404</html>'), /found a web page/],
    ['a git-LFS pointer', () => text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n'), /git-LFS/],
    ['a truncated model', () => sound.subarray(0, sound.length >> 1), /cut off|complete/],
    ['an ONNX that is no YOLOv10', () => tinyModel(), /convolution/],
    ['a weight that is missing', () => withWeight(() => undefined), /model\.2\.cv2/],
    ['a weight of the wrong shape', () => withWeight((tensor) => ({ ...tensor, dims: [...tensor.dims.slice(0, 2), tensor.dims[2]! * tensor.dims[3]!, 1].reverse() })), /model\.2\.cv2/],
    ['a NaN among its weights', () => withValue(Number.NaN), /NaN/],
    ['an Infinity among its weights', () => withValue(Number.NEGATIVE_INFINITY), /Infinity/],
    ['weights in a file that is not there', () => withExternal('weights.bin'), /weights\.bin/],
    ['weights outside its folder', () => withExternal('../../etc/passwd'), /a data file beside the model.*found the path "\.\.\/\.\.\/etc\/passwd"/],
    ['weights at an absolute path', () => withExternal('/etc/passwd'), /found the path "\/etc\/passwd"/],
  ])('%s', async (_title, bytes, message) => {
    await writeFile(at('bad.onnx'), bytes());
    expectRefusal(await commandLine('detect', at('picture.png'), '--model', at('bad.onnx')), 2, message);
    expectRefusal(await commandLine('run', at('bad.onnx'), '--input', at('x.npy'), '--output', at('y.npy')), 2, message);
    expectRefusal(await commandLine('inspect', at('bad.onnx')), 2, message);
  });
});

describe('a picture that is none', () => {
  test.each([
    ['text', 'text.jpg', () => text('not a picture, whatever its name says'), /bytes of another format/],
    ['an empty file', 'empty.png', () => new Uint8Array(), /an empty file/],
    ['no pixels', 'zero.svg', () => text('<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>'), /zero\.svg/],
    ['half a picture', 'half.png', () => undefined, /damaged|complete/],
  ])('%s: the others are computed, the exit code is 1', async (_title, name, bytes, message) => {
    const whole = await sharp({ create: { width: 200, height: 100, channels: 3, background: 'red', noise: { type: 'gaussian', mean: 128, sigma: 30 } } }).png().toBuffer();
    await writeFile(at(name), bytes() ?? whole.subarray(0, whole.length >> 1));
    const { code, stdout, stderr } = await commandLine('detect', at(name), at('picture.png'), '--model', at('sound.onnx'), '--json');
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { image: string }[]).map(({ image }) => image)).toEqual([at('picture.png')]);
    expect(stderr).toMatch(new RegExp(`^${at(name).replaceAll(/[.\\]/g, '\\$&')}: expected .+, found .+\\. .+\n`));
    expect(stderr).toMatch(message);
    expect(stderr).toContain('2 pictures');
    expect(stderr).toContain('1 failed');
  });
});

describe('a request that cannot be met', () => {
  const detect = (...options: string[]): Promise<Ended> => commandLine('detect', at('picture.png'), '--model', at('sound.onnx'), ...options);

  test.each([
    [['--imgsz', '100'], /multiples of 32.*found 100/],
    [['--imgsz', '64x0'], /multiples of 32.*found 64x0/],
    [['--batch', '0'], /--batch between 1 and 1024, found 0/],
    [['--conf', '2'], /found 2/],
    [['--classes', 'unicorn'], /found unicorn/],
  ])('detect %j', async (options, message) => expectRefusal(await detect(...options), 2, message));

  test('detect where there is no such adapter', async () => {
    const before = process.env['VK_ICD_FILENAMES'];
    process.env['VK_ICD_FILENAMES'] = at('no-driver.json');
    try {
      const ended = await detect('--adapter', 'gpu');
      if (ended.code !== 0) expectRefusal(ended, 1, /WebGPU/); // a machine with a GPU has one all the same
    } finally {
      if (before === undefined) delete process.env['VK_ICD_FILENAMES'];
      else process.env['VK_ICD_FILENAMES'] = before;
    }
  });

  test.each([
    ['batch 0', () => npy([0, 3, 32, 32]), /found \[0, 3, 32, 32\]/],
    ['four channels', () => npy([1, 4, 32, 32]), /found \[1, 4, 32, 32\]/],
    ['a size that is no multiple of 32', () => npy([1, 3, 30, 32]), /multiples of 32, found 32×30/],
    ['too few values', () => npy([1, 3, 32, 32]).subarray(0, 5000), /12288 bytes .* found 4872/],
    ['no array at all', () => text('1, 2, 3'), /\.npy file/],
  ])('run with %s', async (_title, bytes, message) => {
    await writeFile(at('bad.npy'), bytes());
    expectRefusal(await commandLine('run', at('sound.onnx'), '--input', at('bad.npy'), '--output', at('y.npy')), 2, message);
  });

  test('after all that, a usable one', async () => {
    expect(await detect()).toMatchObject({ code: 0 });
    expect(await commandLine('run', at('sound.onnx'), '--input', at('x.npy'), '--output', at('y.npy'))).toMatchObject({ code: 0 });
  });
});
