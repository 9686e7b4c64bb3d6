import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contactSheet } from '../../src/cli/contact-sheet.ts';
import * as demo from '../../src/cli/demo.ts';
import type { Engine } from '../../src/cli/engine.ts';
import { described } from '../cases/described.ts';
import { fake } from '../cases/fake-engine.ts';
import { recordIo } from '../cases/recorded-io.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'cli-demo-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('demo', () => {
  it('writes annotated pictures and a page that stands alone', async () => {
    const pictures = join(folder, 'samples');
    await mkdir(pictures);
    for (const name of ['one', 'two <b>']) {
      await sharp({ create: { width: 64, height: 48, channels: 3, background: 'white' } }).png().toFile(join(pictures, `${name}.png`));
    }
    const engine: Engine = {
      adapter: described('SwiftShader', true), labels: ['qr'], dispose: () => {}, run: () => Promise.reject(new Error('not here')),
      detect: (batch) => Promise.resolve(batch.map(() => [{ label: 'qr', classId: 0, score: 0.9, box: { xmin: 5, ymin: 5, xmax: 40, ymax: 40 } }])),
    };
    const io = recordIo();
    const out = join(folder, 'demo');
    expect(await demo.run([pictures, '--out', out], io, () => Promise.resolve(engine))).toBe(0);
    expect(io.stdout).toMatch(/one\.png +64 x 48 .* 1 qr \(0\.90\)\n/);
    expect(io.stdout).toContain('2 objects in 2 pictures on SwiftShader');
    expect(io.stdout).toContain('software adapter (the CPU)');
    const page = await readFile(join(out, 'index.html'), 'utf8');
    expect(page).toContain('software adapter (the CPU)');
    expect(page).not.toMatch(/<script|(src|href)="(?!data:image\/jpeg;base64,)/);
    expect(page).not.toContain('two <b>');
    expect((await sharp(join(out, 'one.png')).metadata()).width).toBe(64);
    const before = await readFile(join(pictures, 'one.png'));
    await demo.run([pictures, '--out', pictures], recordIo(), () => Promise.resolve(engine));
    expect((await readFile(join(pictures, 'one.png'))).equals(before)).toBe(true);
  });

  it('replaces its own page and no other', async () => {
    const site = join(folder, 'site');
    await mkdir(site);
    await sharp({ create: { width: 64, height: 48, channels: 3, background: 'white' } }).png().toFile(join(site, 'one.png'));
    const { open } = fake();
    const page = join(site, 'index.html');
    expect(await demo.run([site, '--out', site], recordIo(), open)).toBe(0);
    expect(await demo.run([join(site, 'one.png'), '--out', site], recordIo(), open)).toBe(0);
    for (const other of ['<!doctype html><title>YOLOv10 on WebGPU</title>', '']) {
      await writeFile(page, other);
      const refusal = { code: 'bad-argument', expected: `no page at ${page}, or one that demo wrote`, found: 'another file' };
      await expect(demo.run([site, '--out', site], recordIo(), open)).rejects.toMatchObject(refusal);
      expect(await readFile(page, 'utf8')).toBe(other);
    }
  });

  it('escapes what it shows', () => {
    const page = contactSheet({ title: '<script>', facts: ['a & "b"'], pictures: [] });
    expect(page).not.toContain('<script>');
    expect(page).toContain('a &#38; &#34;b&#34;');
  });
});
