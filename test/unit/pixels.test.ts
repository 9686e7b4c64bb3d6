import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { flattenOnWhite, pictureFrom, type RawPixels } from '../../src/image/picture.ts';

describe('raw pixels', () => {
  it('widens grey and RGB to opaque RGBA', () => {
    expect([...pictureFrom({ width: 2, height: 1, data: new Uint8Array([7, 9]) }).data]).toEqual([7, 7, 7, 255, 9, 9, 9, 255]);
    expect([...pictureFrom({ width: 1, height: 1, data: new Uint8Array([1, 2, 3]) }).data]).toEqual([1, 2, 3, 255]);
  });

  it('takes opaque RGBA over without a copy', () => {
    const data = new Uint8ClampedArray([1, 2, 3, 255, 4, 5, 6, 255]);
    expect(pictureFrom({ width: 2, height: 1, data }).data).toBe(data);
  });

  it('lays transparent pixels on white and leaves the input alone', () => {
    const data = new Uint8Array([0, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 128]);
    expect([...pictureFrom({ width: 3, height: 1, data }).data]).toEqual([0, 0, 0, 255, 255, 255, 255, 255, 255, 127, 127, 255]);
    expect(data[7]).toBe(0);
    expect(flattenOnWhite(new Uint8Array())).toHaveLength(0);
  });

  const wrong: [string, RawPixels, RegExp][] = [
    ['zero width', { width: 0, height: 4, data: new Uint8Array() }, /found 0 x 4/],
    ['fractional size', { width: 1.5, height: 2, data: new Uint8Array(12) }, /found 1.5 x 2/],
    ['NaN size', { width: Number.NaN, height: 2, data: new Uint8Array(12) }, /found NaN x 2/],
    ['absurd size', { width: 1e6, height: 1e6, data: new Uint8Array(3) }, /at most 268435456 pixels/],
    ['one byte short', { width: 2, height: 2, data: new Uint8Array(15), channels: 4 }, /2 x 2 x 4 bytes of pixels, found 15 bytes/],
    ['no fitting channel count', { width: 2, height: 2, data: new Uint8Array(8) }, /2 x 2 x 1, 3 or 4 bytes/],
    ['two channels', { width: 2, height: 2, data: new Uint8Array(8), channels: 2 as 1 }, /expected 1, 3 or 4 channels, found 2/],
    ['floats', { width: 1, height: 1, data: new Float32Array(4) as unknown as Uint8Array }, /found Float32Array/],
    ['no data', { width: 1, height: 1, data: undefined as unknown as Uint8Array }, /found undefined/],
  ];
  it.each(wrong)('refuses %s', (_name, pixels, message) => {
    expect(() => pictureFrom(pixels)).toThrow(message);
    try {
      pictureFrom(pixels);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).code).toBe('bad-image');
    }
  });
});
