import { describe, expect, test } from 'vitest';
import { type DetectOptions, type ImageSize, type Tensor, checkDetectOptions, checkImageSize, checkTensor } from '../../src/requests.ts';
import { complaintOf } from '../cases/complaint.ts';

const LABELS = ['linear', 'qr'];
const check = (options: unknown): ReturnType<typeof checkDetectOptions> => checkDetectOptions(options as DetectOptions, LABELS);

test('options left out have defaults, classes become numbers', () => {
  expect(check({})).toEqual({ threshold: 0.25, maxDetections: 300, classes: null });
  expect(check({ classes: ['qr', 0], threshold: 0 })).toEqual({ threshold: 0, maxDetections: 300, classes: new Set([1, 0]) });
  expect(check({ classes: null }).classes).toBeNull();
});

test('a name that several classes bear means them all', () => {
  expect(checkDetectOptions({ classes: ['b', 0] }, ['a', 'b', 'b']).classes).toEqual(new Set([1, 2, 0]));
  expect(complaintOf(() => checkDetectOptions({ classes: ['c'] }, ['a', 'b', 'b'])).found).toBe('c');
});

describe('from JavaScript, what has not even the right type is refused with a remedy', () => {
  test.each<[unknown, string]>([['qr', '"qr"'], ['', '""'], [0, '0'], [new Set(['qr']), 'Set']])('classes of %s', (classes, found) => {
    expect(complaintOf(() => check({ classes }))).toMatchObject({ code: 'bad-argument', expected: expect.stringContaining('array') as string, found });
  });

  test.each<[unknown, string]>([[0.5, '0.5'], [null, 'null'], ['qr', '"qr"']])('options of %s', (options, found) => {
    expect(complaintOf(() => check(options))).toMatchObject({ code: 'bad-argument', expected: expect.stringContaining('options') as string, found });
  });

  test.each([null, [], '0.5', Number.NaN, -1])('a threshold of %j', (threshold) => {
    expect(complaintOf(() => check({ threshold }))).toMatchObject({ code: 'bad-argument', expected: 'a threshold from 0 to 1' });
  });

  test.each([null, 'large', {}])('an image size of %s', (size) => {
    expect(complaintOf(() => checkImageSize(size as ImageSize)).code).toBe('bad-argument');
  });

  test.each([undefined, null, new Float32Array(3), { data: new Float32Array(3) }, { data: new Float32Array(3), dims: 3 }])('a tensor of %o', (tensor) => {
    expect(complaintOf(() => checkTensor(tensor as unknown as Tensor))).toMatchObject({ code: 'bad-tensor', expected: expect.stringContaining('dims') as string });
  });
});
