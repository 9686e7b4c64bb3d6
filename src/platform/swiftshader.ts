import { join } from 'node:path';
import { unpackBundled } from './bundled-archive.ts';

/** Files of SwiftShader, a Vulkan driver that computes on the CPU, and of the Vulkan loader that came with it. */
export interface SwiftShader {
  /** For VK_ICD_FILENAMES. */
  icd: string;
  /** libvulkan.so.1, for systems without one. */
  loader: string;
}

/** The SwiftShader inside the npm package `@sparticuz/chromium`, unpacked; undefined where that is not to be had. */
export async function unpackSwiftShader(): Promise<SwiftShader | undefined> {
  const folder = await unpackBundled('swiftshader.tar.br');
  if (folder === undefined) return undefined;
  return { icd: join(folder, 'vk_swiftshader_icd.json'), loader: join(folder, 'libvulkan.so.1') };
}
