import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/detect.ts';
import { InputError } from '../../src/core/errors.ts';
import type { Detection } from '../../src/image/detection.ts';
import { fake, oneCode } from '../cases/fake-engine.ts';
import { recordIo } from '../cases/recorded-io.ts';

let folder = '';
let photos = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detect-'));
  photos = join(folder, 'photos');
  await mkdir(join(photos, 'more'), { recursive: true });
  const picture = (width: number): Sharp => sharp({ create: { width, height: 40, channels: 3, background: 'teal' } });
  await picture(60).jpeg().toFile(join(photos, 'photo 10.jpg'));
  await picture(50).png().toFile(join(photos, 'photo 9.png'));
  await picture(70).gif().toFile(join(photos, 'anim.gif'));
  await picture(80).png().toFile(join(photos, 'more', 'photo 9.png'));
  await writeFile(join(photos, 'broken.jpg'), 'this is no picture');
  await writeFile(join(photos, 'notes.txt'), 'not a picture and not named as one');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Item { image: string; width: number; height: number; detections: Detection[] }

describe('detect', () => {
  it('writes nothing but the promised JSON to stdout, and goes on past a broken file', async () => {
    const io = recordIo();
    const engine = fake();
    expect(await run([photos, '--json'], io, engine.open)).toBe(1);
    const items = JSON.parse(io.stdout) as Item[];
    expect(items.map(({ image }) => image)).toEqual(['anim.gif', 'photo 9.png', 'photo 10.jpg'].map((name) => join(photos, name)));
    expect(items[1]).toEqual({
      image: join(photos, 'photo 9.png'), width: 50, height: 40,
      detections: [{ label: 'qr', classId: 1, score: 0.9346, box: { xmin: 5, ymin: 2, xmax: 49, ymax: 33.3333 } }],
    });
    expect(io.stderr).toContain('broken.jpg: expected a picture');
    expect(io.stderr).not.toMatch(/\n\s+at /);
    expect(io.stderr).toMatch(/4 pictures, 3 objects, 1 failed in .* on test adapter\n$/);
    expect(engine.disposed).toBe(1);
  });

  it('prints a table for each picture', async () => {
    const io = recordIo();
    expect(await run([join(photos, 'photo 9.png')], io, fake().open)).toBe(0);
    const [title, header, row] = io.stdout.split('\n');
    expect(title).toMatch(/photo 9\.png {2}50 x 40 {2}1 object {2}[\d.]+ m?s$/);
    expect(header).toBe('  label  score  xmin  ymin  xmax  ymax');
    expect(row).toBe('  qr      0.93   5.0   2.0  49.0  33.3');
  });

  it('says so when a software adapter ran', async () => {
    const io = recordIo();
    await run([join(photos, 'photo 9.png')], io, fake({}, true).open);
    expect(io.stderr).toContain('software adapter');
  });

  it('resolves globs across folders, each file once', async () => {
    const io = recordIo();
    await run([`${photos}/**/photo*.{png,jpg}`, join(photos, 'photo 9.png'), '--json'], io, fake().open);
    expect((JSON.parse(io.stdout) as Item[]).map(({ width }) => width).toSorted((a, b) => a - b)).toEqual([50, 60, 80]);
  });

  it('computes in batches of the size asked for, broken files aside', async () => {
    const engine = fake();
    await run([photos, join(photos, 'more'), '--batch', '2', '--json'], recordIo(), engine.open);
    expect(engine.batches).toEqual([[70], [50, 60], [80]]); // anim and broken, photos 9 and 10, more
  });

  it('never calls the engine with nothing', async () => {
    const engine = fake();
    const io = recordIo();
    expect(await run([join(photos, 'broken.jpg'), '--json'], io, engine.open)).toBe(1);
    expect(engine.batches).toEqual([]);
    expect(JSON.parse(io.stdout)).toEqual([]);
  });

  it('passes model, size, threshold, classes and adapter on', async () => {
    const engine = fake();
    const file = join(photos, 'photo 9.png');
    await run([file, '-m', 'some/model', '--imgsz', '416x672', '--conf=0.4', '--classes', 'qr, 0', '--adapter', 'swiftshader'], recordIo(), engine.open);
    expect(engine.requests).toEqual([{ model: 'some/model', imageSize: { height: 416, width: 672 }, adapter: 'swiftshader' }]);
    expect(engine.options).toMatchObject([{ threshold: 0.4, classes: ['qr', 0] }]);
  });

  it('reports progress of many pictures in lines without a terminal, in a bar on one', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      const path = join(folder, `many-${index}.png`);
      await symlink(join(photos, 'photo 9.png'), path);
      return path;
    }));
    const [plain, terminal] = [recordIo(), recordIo(80)];
    await run([...many, '--json'], plain, fake().open);
    expect(plain.stderr).toContain('detecting: 10 of 20 pictures (50 %)\n');
    expect(plain.stderr).not.toContain('\r');
    await run([...many, '--json'], terminal, fake().open);
    expect(terminal.stderr).toMatch(/\rdetecting \[#+\.*\] \d+ % {2}\d+ of 20 pictures/);
    expect((JSON.parse(terminal.stdout) as Item[])).toHaveLength(20);
  });

  it('stops after the picture at hand when interrupted, with whole JSON', async () => {
    const io = recordIo();
    const engine = fake({ detect: (pictures) => { io.interrupt(); return Promise.resolve(pictures.map(oneCode)); } });
    expect(await run([join(photos, 'anim.gif'), join(photos, 'photo 9.png'), '--json'], io, engine.open)).toBe(130);
    expect(JSON.parse(io.stdout)).toHaveLength(1);
    expect(engine.disposed).toBe(1);
  });

  it('ends when the engine does, with whole JSON and the engine freed', async () => {
    const lost = new InputError('device-lost', { expected: 'a GPU', found: 'none', remedy: 'Try again.' });
    let calls = 0;
    const engine = fake({ detect: (pictures) => (++calls > 1 ? Promise.reject(lost) : Promise.resolve(pictures.map(oneCode))) });
    const io = recordIo();
    await expect(run([photos, '--json'], io, engine.open)).rejects.toBe(lost);
    expect(JSON.parse(io.stdout)).toHaveLength(1);
    expect(engine.disposed).toBe(1);
  });
});

describe('mistakes of the command line', () => {
  const mistakes: [string, string[], RegExp][] = [
    ['no pictures named', [], /one or more pictures/],
    ['a threshold above one', ['PHOTO', '--conf', '25'], /--conf between 0 and 1, found 25/],
    ['a threshold that is no number', ['PHOTO', '--conf', 'high'], /found high/],
    ['an empty threshold', ['PHOTO', '--conf='], /--conf between 0 and 1/],
    ['a size beyond any network\'s', ['PHOTO', '--imgsz', '99968'], /multiples of 32 up to 8192.*found 99968/],
    ['a size that is no multiple of 32', ['PHOTO', '--imgsz', '650'], /multiples of 32.*found 650/],
    ['batch zero', ['PHOTO', '--batch', '0'], /--batch between 1 and 1024, found 0/],
    ['half a batch', ['PHOTO', '--batch', '1.5'], /whole number/],
    ['no class', ['PHOTO', '--classes', ' ,'], /expected classes.*Leave --classes out/],
    ['a class the model has not', ['PHOTO', '--classes', 'qrr'], /linear, qr.*found qrr.*Did you mean qr\?/],
    ['an unknown option', ['PHOTO', '--jsn'], /found --jsn\. Did you mean --json\?/],
    ['an option without its value', ['PHOTO', '--model'], /a value after --model/],
    ['a value for a switch', ['PHOTO', '--json=yes'], /--json without a value/],
    ['an unknown adapter', ['PHOTO', '--adapter', 'swift'], /Did you mean swiftshader\?/],
    ['a file as the folder for results', ['PHOTO', '--out', 'PHOTO'], /--out to be a folder/],
  ];
  it.each(mistakes)('%s', async (_name, args, message) => {
    const io = recordIo();
    const photo = join(photos, 'photo 9.png');
    await expect(run(args.map((arg) => arg.replace('PHOTO', photo)), io, fake().open)).rejects.toThrow(
      expect.objectContaining({ code: 'bad-argument', message: expect.stringMatching(message) as string }) as Error);
    expect(io.stdout).toBe('');
  });

  it('names nothing that is there', async () => {
    const io = recordIo();
    const empty = join(folder, 'empty');
    await mkdir(empty);
    expect(await run(['nowhere.png', '*.nothing', empty], io, fake().open)).toBe(1);
    expect(io.stderr.trim().split('\n')).toEqual([
      expect.stringContaining('nowhere.png: no such file'), expect.stringContaining('match *.nothing, found none'), expect.stringContaining('pictures in the folder'),
    ]);
  });
});
