/** The photos of the default model's evaluation: where they are, which of them are taken, what counts as found. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MODEL, PHOTOS } from '../../models/codes/eval/defaults.ts';
import { isRight, readLabels, spread, type PhotoLabel } from '../../models/codes/eval/photos.ts';

const quad = (left: number, top: number, right: number, bottom: number): PhotoLabel['found'][number]['quad'] =>
  [[left, top], [right, top], [right, bottom], [left, bottom]];

describe('which located codes count', () => {
  const photo: PhotoLabel = {
    file: 'a.jpg', class: 'pdf417',
    found: [{ format: 'PDF417', quad: quad(0, 0, 80, 40) }, { format: 'EAN13', quad: quad(100, 100, 150, 104) }],
  };
  const reports = (...edges: [number, number, number, number]): boolean => isRight(photo, [{ label: photo.class, score: 0.9, edges }]);

  test('those of the class of the photo, not another code beside it', () => {
    expect(reports(2, 2, 80, 40)).toBe(true);
    expect(reports(100, 100, 150, 104)).toBe(false);
  });

  test('where none of the class is located, a detection of the class is enough', () => {
    const [, other] = photo.found;
    expect(isRight({ ...photo, found: [other!] }, [{ label: 'pdf417', score: 0.9, edges: [0, 0, 80, 40] }])).toBe(true);
  });

  test.each([
    ['qr', 'QRCode'], ['qr', 'MicroQRCode'], ['datamatrix', 'DataMatrix'], ['aztec', 'Aztec'], ['pdf417', 'PDF417'], ['maxicode', 'MaxiCode'],
  ])('%s is what %s is', (name, format) => {
    const located: PhotoLabel = { file: 'a.jpg', class: name, found: [{ format, quad: quad(0, 0, 10, 10) }] };
    expect(isRight(located, [{ label: name, score: 0.9, edges: [50, 50, 60, 60] }])).toBe(false);
    expect(isRight(located, [{ label: name, score: 0.9, edges: [0, 0, 10, 10] }])).toBe(true);
  });
});

describe('a limit', () => {
  const counts = { aztec: 14, datamatrix: 23, linear: 237, maxicode: 3, none: 26, pdf417: 25, qr: 92 };
  const photos = Object.entries(counts).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, i): PhotoLabel => ({ file: `${name}-${i}`, class: name, found: [] })));

  test.each([7, 20, 100, 419])('of %d takes as many, of every class, in order', (limit) => {
    const taken = spread(photos, limit);
    expect(taken).toHaveLength(limit);
    expect(new Set(taken.map((photo) => photo.class))).toEqual(new Set(Object.keys(counts)));
    expect(taken.map((photo) => photos.indexOf(photo))).toEqual(taken.map((photo) => photos.indexOf(photo)).toSorted((a, b) => a - b));
  });

  test('takes about the same share of each class, from all over it', () => {
    const linear = spread(photos, 105).filter((photo) => photo.class === 'linear').map(({ file }) => Number(file.slice('linear-'.length)));
    expect(linear.length).toBeGreaterThan(52);
    expect(linear.length).toBeLessThan(65);
    const gaps = [...linear, counts.linear].map((at, i) => at - (linear[i - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(9);
  });

  test('beyond their number leaves the photos as they are', () => expect(spread(photos, 1e6)).toEqual(photos));
});

describe('the folder', () => {
  test('of the model and of the photos does not depend on where the command is started', () => {
    expect(MODEL).toBe(resolve(import.meta.dirname, '../../models/yolov10n-codes.onnx'));
    expect(existsSync(MODEL)).toBe(true);
    expect(PHOTOS).toBe(resolve(import.meta.dirname, '../../../shared/photos'));
    expect(isAbsolute(PHOTOS)).toBe(true);
  });

  test('may be missing as long as nobody named it', () => expect(readLabels(join(tmpdir(), 'no-photos'), false)).toBeUndefined());

  test.each([
    [join(tmpdir(), 'no-photos'), 'no such folder'],
    [resolve(import.meta.dirname), 'none there'],
  ])('%s is told where it was named', (folder, found) => {
    const message = `expected labels.json in the folder of photos ${folder}, found ${found}. Correct --photos, or leave it out.`;
    expect(() => readLabels(folder, true)).toThrow(message);
  });

  test('is told before anything is made, from any folder', () => {
    const script = resolve(import.meta.dirname, '../../models/codes/eval/main.ts');
    const tsx = import.meta.resolve('tsx');
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', tsx, script, '--photos', 'phtoos'],
      { encoding: 'utf8', timeout: 60_000, cwd: resolve(import.meta.dirname, '../../models') });
    expect({ status, stdout, stderr }).toEqual({
      status: 2, stdout: '', stderr: 'expected labels.json in the folder of photos phtoos, found no such folder. Correct --photos, or leave it out.\n',
    });
  });
});
