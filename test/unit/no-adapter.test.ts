import { expect, test } from 'vitest';
import { noAdapter } from '../../src/platform/drivers.ts';

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
