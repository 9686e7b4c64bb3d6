import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { cacheFolder } from './cache-folder.ts';
import { filesInTar } from './tar.ts';

/**
 * Unpacks an archive of the npm package `@sparticuz/chromium`, such as `swiftshader.tar.br`, into the cache folder, once,
 * without its inner folders.
 *
 * @returns the folder, or undefined where the package is not installed or the system is not Linux on x64.
 */
export async function unpackBundled(name: string): Promise<string | undefined> {
  const archive = process.platform === 'linux' && process.arch === 'x64' ? archivePath(name) : undefined;
  if (!archive) return undefined;
  const { size, mtimeMs } = await stat(archive);
  const folder = join(cacheFolder(), `${name.replace(/\..*/, '')}-${size}-${Math.floor(mtimeMs / 1000)}`);
  if (!(await isFolder(folder))) await unpack(archive, folder);
  return folder;
}

function archivePath(name: string): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
    return join(dirname(entry), '../../bin', name);
  } catch {
    return undefined;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Unpacks beside the folder and renames, so that no other process ever sees half of it. */
async function unpack(archive: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  const tar = await promisify(brotliDecompress)(await readFile(archive));
  for (const { name, bytes } of filesInTar(tar)) await writeFile(join(draft, name), bytes);
  await rename(draft, folder).catch(async (error: unknown) => {
    await rm(draft, { recursive: true });
    if (!(await isFolder(folder))) throw error; // else another process was first
  });
}
