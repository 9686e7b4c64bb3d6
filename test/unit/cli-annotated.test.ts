import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/detect.ts';
import { fake } from '../cases/fake-engine.ts';
import { recordIo } from '../cases/recorded-io.ts';

let folder = '';
let photos = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'annotated-'));
  photos = join(folder, 'photos');
  await mkdir(join(photos, 'more'), { recursive: true });
  const picture = (width: number): Sharp => sharp({ create: { width, height: 40, channels: 3, background: 'teal' } });
  await picture(50).png().toFile(join(photos, 'photo 9.png'));
  await picture(70).gif().toFile(join(photos, 'anim.gif'));
  await picture(80).png().toFile(join(photos, 'more', 'photo 9.png'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('annotated pictures', () => {
  it('that cannot be written do not take what was found with them', async () => {
    const out = join(folder, 'blocked');
    await mkdir(join(out, 'photo 9.png'), { recursive: true });
    const io = recordIo();
    expect(await run([join(photos, 'photo 9.png'), '--out', out, '--json'], io, fake().open)).toBe(1);
    expect(JSON.parse(io.stdout)).toMatchObject([{ image: join(photos, 'photo 9.png'), width: 50 }]);
    expect(io.stderr).toContain(join(photos, 'photo 9.png'));
  });

  it('keep names and formats, become PNG where the format cannot be written, and never replace an input', async () => {
    const own = join(folder, 'own');
    await mkdir(own);
    await writeFile(join(own, 'a.png'), await readFile(join(photos, 'photo 9.png')));
    await writeFile(join(own, 'a.gif'), await readFile(join(photos, 'anim.gif')));
    const before = await readFile(join(own, 'a.png'));
    const io = recordIo();
    expect(await run([own, '--out', own], io, fake().open)).toBe(0);
    expect((await readdir(own)).toSorted()).toEqual(['a-2.png', 'a-3.png', 'a.gif', 'a.png']);
    expect((await readFile(join(own, 'a.png'))).equals(before)).toBe(true);
    expect(io.stdout).toContain(`-> ${join(own, 'a-2.png')}`);
    const { width, channels } = await sharp(join(own, 'a-3.png')).metadata();
    expect([width, channels]).toEqual([50, 3]);
  });

  it('of equal names are numbered; another run replaces its own results', async () => {
    const out = join(folder, 'results');
    const twice = [join(photos, 'photo 9.png'), join(photos, 'more', 'photo 9.png'), '--out', out];
    await run(twice, recordIo(), fake().open);
    await run(twice, recordIo(), fake().open);
    expect((await readdir(out)).toSorted()).toEqual(['photo 9-2.png', 'photo 9.png']);
    expect((await sharp(join(out, 'photo 9-2.png')).metadata()).width).toBe(80);
  });

  it('find the input through a link to it', async () => {
    const linked = join(folder, 'linked');
    await symlink(photos, linked);
    const before = await readFile(join(photos, 'photo 9.png'));
    await run([join(photos, 'photo 9.png'), '--out', linked], recordIo(), fake().open);
    expect((await readFile(join(photos, 'photo 9.png'))).equals(before)).toBe(true);
    await rm(join(photos, 'photo 9-2.png'));
  });

  it('replace nothing in a folder that holds an input', async () => {
    const mixed = join(folder, 'mixed');
    await mkdir(mixed);
    await writeFile(join(mixed, 'a.png'), await readFile(join(photos, 'photo 9.png')));
    await writeFile(join(mixed, 'b.gif'), await readFile(join(photos, 'anim.gif')));
    for (const name of ['a-2.png', 'b.png']) await writeFile(join(mixed, name), 'unrelated');
    const inputs = [join(mixed, 'a.png'), join(mixed, 'b.gif'), '--out', mixed];
    expect(await run(inputs, recordIo(), fake().open)).toBe(0);
    for (const name of ['a-2.png', 'b.png']) expect(await readFile(join(mixed, name), 'utf8')).toBe('unrelated');
    expect(await run(inputs, recordIo(), fake().open)).toBe(0);
    expect((await readdir(mixed)).toSorted()).toEqual(['a-2.png', 'a-3.png', 'a-4.png', 'a.png', 'b-2.png', 'b-3.png', 'b.gif', 'b.png']);
  });

  it('replace nothing in a folder to which an input is linked', async () => {
    const target = join(folder, 'target');
    await mkdir(target);
    await symlink(join(photos, 'photo 9.png'), join(target, 'photo 9.png'));
    await writeFile(join(target, 'photo 9-2.png'), 'unrelated');
    const before = await readFile(join(photos, 'photo 9.png'));
    expect(await run([join(photos, 'photo 9.png'), '--out', target], recordIo(), fake().open)).toBe(0);
    expect((await readFile(join(photos, 'photo 9.png'))).equals(before)).toBe(true);
    expect(await readFile(join(target, 'photo 9-2.png'), 'utf8')).toBe('unrelated');
  });
});
