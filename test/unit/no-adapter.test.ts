import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { archiveBeside } from '../../src/platform/bundled-archive.ts';
import { noAdapter } from '../../src/platform/drivers.ts';
import { unpackSwiftShader } from '../../src/platform/swiftshader.ts';

test.each<[NodeJS.Platform, RegExp]>([
  ['linux', /mesa-vulkan-drivers.*npm install @sparticuz\/chromium/],
  ['darwin', /macOS 11.*Metal/],
  ['win32', /Direct3D 12/],
  ['freebsd', /Vulkan driver/],
])('where %s has no adapter, the error says what to do there', (system, remedy) => {
  expect(noAdapter('auto', 'none', system)).toMatchObject({
    name: 'InputError', code: 'no-webgpu', expected: 'a WebGPU adapter', found: 'none', remedy: expect.stringMatching(remedy) as string,
  });
  expect(noAdapter('gpu', 'SwiftShader', system).message).toContain('of the kind "gpu", found SwiftShader. ');
});

test('a cache folder that cannot be written is no obstacle to the software adapter', async () => {
  const before = process.env['YOLOV10_CACHE'];
  process.env['YOLOV10_CACHE'] = '/dev/null/cache';
  try {
    const files = await unpackSwiftShader();
    if (files) for (const path of [files.icd, files.loader]) expect(existsSync(path), path).toBe(true);
    else expect(`${process.platform} ${process.arch}`, 'none is made for other systems').not.toBe('linux x64');
  } finally {
    if (before === undefined) delete process.env['YOLOV10_CACHE'];
    else process.env['YOLOV10_CACHE'] = before;
  }
});

test.each(['build/index.js', 'build/cjs/index.cjs'])('the archives of a package whose entry is %s are found, and none that it lacks', (main) => {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'));
  try {
    const [entry, archive] = [join(folder, 'scope', 'package', main), join(folder, 'scope', 'package', 'bin', 'driver.tar.br')];
    for (const path of [entry, archive]) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
    expect(archiveBeside(entry, 'driver.tar.br')).toBe(archive);
    expect(archiveBeside(entry, 'other.tar.br')).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
