import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { cacheFolder } from './cache-folder.ts';
import { filesInTar } from './tar.ts';

/** Files of SwiftShader, a Vulkan driver that computes on the CPU, and of the Vulkan loader that came with it. */
export interface SwiftShader {
  /** For VK_ICD_FILENAMES. */
  icd: string;
  /** libvulkan.so.1, for systems without one. */
  loader: string;
}

/**
 * Unpacks the SwiftShader inside the npm package `@sparticuz/chromium` into the cache folder, once.
 *
 * @returns undefined where the package is not installed or the system is not Linux on x64.
 */
export async function unpackSwiftShader(): Promise<SwiftShader | undefined> {
  const archive = process.platform === 'linux' && process.arch === 'x64' ? archivePath() : undefined;
  if (!archive) return undefined;
  const { size, mtimeMs } = await stat(archive);
  const folder = join(cacheFolder(), `swiftshader-${size}-${Math.floor(mtimeMs / 1000)}`);
  const files = { icd: join(folder, 'vk_swiftshader_icd.json'), loader: join(folder, 'libvulkan.so.1') };
  if (!(await isFile(files.icd))) await unpack(archive, folder);
  return files;
}

function archivePath(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
    return join(dirname(entry), '../../bin/swiftshader.tar.br');
  } catch {
    return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/** Unpacks beside the folder and renames, so that no other process ever sees half of it. */
async function unpack(archive: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  const tar = await promisify(brotliDecompress)(await readFile(archive));
  for (const { name, bytes } of filesInTar(tar)) await writeFile(join(draft, name), bytes);
  await rename(draft, folder).catch(async (error: unknown) => {
    await rm(draft, { recursive: true });
    if (!(await isFile(join(folder, 'vk_swiftshader_icd.json')))) throw error; // else another process was first
  });
}
