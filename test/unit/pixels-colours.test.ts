import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { InputError } from '../../src/core/errors.ts';
import { pictureOf } from '../../src/image/decode-node.ts';
import { tiffOf } from '../cases/tiff.ts';

const pixelOf = async (bytes: Uint8Array): Promise<number[]> => [...(await pictureOf(bytes)).data.subarray(0, 4)];
const refusal = (bytes: Uint8Array): Promise<InputError> => pictureOf(bytes).then(() => expect.fail('nothing was refused'), (error: InputError) => error);

describe('pixels of more than 8 bits', () => {
  const of = (background: string): Sharp => sharp({ create: { width: 6, height: 4, channels: 3, background } });
  const deep: [string, (image: Sharp) => Sharp][] = [
    ['a 16-bit PNG', (image) => image.toColourspace('rgb16').png()], ['a 10-bit AVIF', (image) => image.avif({ bitdepth: 10, lossless: true })],
  ];
  const profiles: [string, (image: Sharp) => Sharp][] = [
    ['without a profile', (image) => image], ['with an sRGB profile', (image) => image.withIccProfile('srgb')], ['with a Display P3 profile', (image) => image.withIccProfile('p3')],
  ];
  const cases = deep.flatMap(([format, write]) => profiles.map(([profile, attach]) => [`${format} ${profile}`, (image: Sharp) => write(attach(image)).toBuffer()] as const));

  it.each(cases)('of %s come as sRGB', async (_title, made) => {
    for (const colour of [[255, 0, 0], [0, 255, 0], [200, 100, 50], [128, 128, 128], [255, 255, 255]]) {
      const bytes = await made(of(`rgb(${colour.join()})`));
      expect((await sharp(bytes).metadata()).depth).toBe('ushort');
      const found = await pixelOf(bytes);
      const worst = Math.max(...[...colour, 255].map((value, channel) => Math.abs(value - found[channel]!)));
      expect(worst, `${found} for ${colour}`).toBeLessThanOrEqual(4);
    }
  });
});

describe('pixels of more channels than a picture has', () => {
  it('are told from a damaged file', async () => {
    expect(await refusal(tiffOf([[200, 100, 50, 255, 9]]))).toMatchObject({ code: 'bad-image', found: 'the given bytes: a picture of 5 channels', remedy: expect.stringContaining('Pass RGB') as string });
    expect(await refusal(tiffOf([[200, 100, 50, 255, 9, 8, 7]]))).toMatchObject({ code: 'bad-image', found: 'the given bytes: a picture of more than 5 channels' });
  });

  it('but for a fourth, which is transparency', async () => {
    expect(await pixelOf(tiffOf([[200, 100, 50]]))).toEqual([200, 100, 50, 255]);
    expect(await pixelOf(tiffOf([[200, 100, 50, 255]]))).toEqual([200, 100, 50, 255]);
    expect(await pixelOf(tiffOf([[200, 100, 50, 0]]))).toEqual([255, 255, 255, 255]);
  });
});
