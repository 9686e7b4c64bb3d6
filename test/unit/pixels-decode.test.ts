import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { pictureOf, type NodePictureSource } from '../../src/image/decode-node.ts';
import { isWritable, writePicture } from '../../src/image/encode-node.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'pictures-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

const colour = { r: 200, g: 100, b: 50 };
const flat = (): Sharp => sharp({ create: { width: 6, height: 4, channels: 3, background: colour } });

/** Left half red, right half blue, so that turns show. */
const halves = (): Sharp => {
  const blue = { create: { width: 3, height: 4, channels: 3 as const, background: 'blue' } };
  return sharp({ create: { width: 6, height: 4, channels: 3, background: 'red' } }).composite([{ input: blue, left: 3, top: 0 }]);
};

const noise = (): Sharp =>
  sharp({ create: { width: 200, height: 120, channels: 3, background: 'red', noise: { type: 'gaussian', mean: 128, sigma: 40 } } });

async function failure(source: NodePictureSource): Promise<InputError> {
  const error = await pictureOf(source).then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

function expectPixel(data: Uint8Array | Uint8ClampedArray, expected: number[], tolerance: number): void {
  expected.forEach((value, channel) => expect(Math.abs(data[channel]! - value), `channel ${channel} of ${data.slice(0, 4)}`).toBeLessThanOrEqual(tolerance));
}

describe('picture files', () => {
  const formats: [string, () => Promise<Uint8Array>, number[], number][] = [
    ['PNG', () => flat().png().toBuffer(), [200, 100, 50, 255], 0],
    ['PNG with palette', () => flat().png({ palette: true }).toBuffer(), [200, 100, 50, 255], 1],
    ['JPEG', () => flat().jpeg().toBuffer(), [200, 100, 50, 255], 3],
    ['WebP', () => flat().webp({ lossless: true }).toBuffer(), [200, 100, 50, 255], 0],
    ['AVIF', () => flat().avif().toBuffer(), [200, 100, 50, 255], 4],
    ['GIF', () => flat().gif().toBuffer(), [200, 100, 50, 255], 1],
    ['TIFF', () => flat().tiff({ compression: 'lzw' }).toBuffer(), [200, 100, 50, 255], 0],
    ['grey PNG', () => flat().toColourspace('b-w').png().toBuffer(), [128, 128, 128, 255], 1],
    ['16-bit PNG', () => flat().toColourspace('rgb16').png().toBuffer(), [200, 100, 50, 255], 1],
    ['16-bit grey PNG', () => flat().toColourspace('grey16').png().toBuffer(), [128, 128, 128, 255], 1],
    ['16-bit TIFF', () => flat().toColourspace('rgb16').tiff().toBuffer(), [200, 100, 50, 255], 1],
    ['CMYK JPEG', () => flat().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(), [200, 100, 50, 255], 32],
    ['half transparent PNG', () => flat().ensureAlpha(0.5).png().toBuffer(), [227, 177, 152, 255], 1],
    ['half transparent grey PNG', () => flat().ensureAlpha(0.5).toColourspace('b-w').png().toBuffer(), [191, 191, 191, 255], 1],
    ['SVG', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="6" height="4"><rect width="6" height="4" fill="#c86432"/></svg>'), [200, 100, 50, 255], 0],
  ];
  it.each(formats)('reads %s', async (_name, make, expected, tolerance) => {
    const picture = await pictureOf(await make());
    expect([picture.width, picture.height, picture.data.length]).toEqual([6, 4, 96]);
    expectPixel(picture.data, expected, tolerance);
    expectPixel(picture.data.subarray(92), expected, tolerance);
  });

  it('turns a photo upright by its EXIF orientation', async () => {
    const turned = await halves().png().toBuffer().then((png) => sharp(png).withMetadata({ orientation: 6 }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer());
    const { width, height, data } = await pictureOf(turned);
    expect([width, height]).toEqual([4, 6]);
    expectPixel(data, [255, 0, 0, 255], 6);
    expectPixel(data.subarray(-4), [0, 0, 255, 255], 6);
  });

  it('takes the first frame of an animation', async () => {
    const frames = await Promise.all(['red', 'blue'].map((background) => sharp({ create: { width: 8, height: 8, channels: 3, background } }).png().toBuffer()));
    const animation = await sharp(frames, { join: { animated: true } }).gif({ delay: [100, 100] }).toBuffer();
    const { width, height, data } = await pictureOf(animation);
    expect([width, height]).toEqual([8, 8]);
    expectPixel(data, [255, 0, 0, 255], 2);
  });

  it('takes paths, file addresses, Blobs, ArrayBuffers, data addresses and raw pixels alike', async () => {
    const png = await flat().png().toBuffer();
    const path = join(folder, 'a picture.png');
    await writeFile(path, png);
    const bytes = Uint8Array.from(png);
    const sources: NodePictureSource[] = [
      path, pathToFileURL(path), pathToFileURL(path).href, new Blob([bytes]), bytes.buffer,
      `data:image/png;base64,${png.toString('base64')}`, { width: 6, height: 4, data: new Uint8Array(72).fill(9) },
    ];
    for (const source of sources) expect(await pictureOf(source)).toMatchObject({ width: 6, height: 4 });
  });

  it('says what is wrong with a file address', async () => {
    expect(await failure('file://no-such-host/a.png')).toMatchObject({ code: 'not-found', message: expect.stringContaining('no-such-host') as string });
    expect(await failure('file:///a%zz.png')).toMatchObject({ code: 'bad-argument', found: 'file:///a%zz.png' });
  });

  it('downloads http addresses and reports what is not there', async () => {
    const png = await flat().png().toBuffer();
    const server = createServer((request, answer) => {
      answer.writeHead(request.url === '/a.png' ? 200 : 404).end(request.url === '/a.png' ? png : 'nothing');
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect(await pictureOf(`${site}/a.png`)).toMatchObject({ width: 6 });
      expect(await failure(`${site}/b.png`)).toMatchObject({ code: 'not-found', message: expect.stringContaining('HTTP status 404') as string });
    } finally {
      await new Promise((resolve) => { server.close(resolve); });
    }
    expect(await failure(`${site}/a.png`)).toMatchObject({ code: 'offline', message: expect.stringContaining('no answer') as string });
  });
});

describe('what is no picture', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('refuses a truncated %s', async (format) => {
    const whole = await noise().toFormat(format).toBuffer();
    for (const share of [0.02, 0.5, 0.9]) {
      const { code, message } = await failure(whole.subarray(0, Math.ceil(whole.length * share)));
      expect(code).toBe('bad-image');
      expect(message).toMatch(/^expected a picture .*, found the given bytes: .+\. .*(complete|download).*\?/);
      expect(message).not.toContain('\n');
    }
  });

  it('names the file and what is wrong with it', async () => {
    const write = async (name: string, content: string): Promise<string> => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    };
    expect((await failure(await write('page.jpg', '<!doctype html><p>Not found'))).message).toContain('page.jpg: 27 bytes of another format');
    expect((await failure(await write('empty.png', ''))).message).toContain('empty.png: an empty file');
    expect(await failure(join(folder, 'missing.png'))).toMatchObject({ code: 'not-found', message: expect.stringContaining('missing.png: no such file') as string });
    expect((await failure(folder)).message).toContain('a folder');
    expect((await failure(null as unknown as string)).message).toContain('found null');
    expect((await failure(7 as unknown as string)).message).toContain('found number');
  });

  it('names HEIC, which sharp is not built for, even where only a compatible brand tells', async () => {
    const avif = await flat().avif().toBuffer();
    const relabelled = (...pairs: [string, string][]): Buffer =>
      Buffer.from(pairs.reduce((text, [from, to]) => text.replaceAll(from, to), avif.toString('latin1')), 'latin1');
    for (const heic of [relabelled(['avif', 'heic'], ['av01', 'hvc1']), relabelled(['ftypavif', 'ftypmif1'], ['mif1avif', 'mif1heic'], ['av01', 'hvc1'])]) {
      const { code, found, remedy } = await failure(heic);
      expect(code).toBe('bad-image');
      expect(found).toBe('the given bytes: a HEIC picture (HEVC)');
      expect(remedy).toBe('Convert it to JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG.');
    }
  });

  it('refuses a picture of more than 2^28 pixels by its header, at once', async () => {
    const png = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } }).png().toBuffer();
    const bomb = Buffer.from(png);
    bomb.writeUInt32BE(70_000, 16);
    bomb.writeUInt32BE(70_000, 20);
    const { crc32 } = await import('node:zlib');
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    const started = process.cpuUsage();
    expect((await failure(bomb)).message).toMatch(/more than 268435456 pixels/);
    const { user, system } = process.cpuUsage(started);
    expect(user + system).toBeLessThan(1_000_000); // microseconds; a busy machine makes the clock wait, not this
  });
});

describe('writing', () => {
  it.each(['png', 'jpg', 'webp', 'tiff', 'avif'])('writes .%s and reads it back', async (ending) => {
    const picture = await pictureOf(await noise().png().toBuffer());
    const path = join(folder, 'new folder', `out.${ending}`);
    expect(isWritable(path)).toBe(true);
    await writePicture(path, picture);
    const again = await pictureOf(path);
    expect([again.width, again.height]).toEqual([200, 120]);
    if (ending === 'png' || ending === 'tiff') expect(Buffer.from(again.data).equals(Buffer.from(picture.data))).toBe(true);
  });

  it('refuses other endings and unwritable places', async () => {
    const picture = await pictureOf(await flat().png().toBuffer());
    expect(isWritable('a.gif')).toBe(false);
    await expect(writePicture(join(folder, 'a.gif'), picture)).rejects.toMatchObject({ code: 'unsupported' });
    await writeFile(join(folder, 'file'), '');
    await expect(writePicture(join(folder, 'file', 'a.png'), picture)).rejects.toMatchObject({ code: 'bad-argument' });
  });
});
