import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
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
