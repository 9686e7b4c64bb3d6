import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { InputError } from '../core/errors.ts';
import { cacheFolder } from './cache-folder.ts';
import { filesInTar } from './tar.ts';

/**
 * Unpacks an archive of the npm package `@sparticuz/chromium`, such as `swiftshader.tar.br`, into the cache folder, once,
 * without its inner folders; into the temporary folder where the cache folder cannot be written.
 *
 * @returns the folder, or undefined where the package is not installed or lacks it, or the system is not Linux on x64.
 * @throws InputError `no-webgpu` where neither can be written
 */
export async function unpackBundled(name: string): Promise<string | undefined> {
  const archive = process.platform === 'linux' && process.arch === 'x64' ? archivePath(name) : undefined;
  if (!archive) return undefined;
  const { size, mtimeMs } = await stat(archive);
  const version = `${name.replace(/\..*/, '')}-${size}-${Math.floor(mtimeMs / 1000)}`;
  try {
    return await unpackOnce(archive, join(cacheFolder(), version));
  } catch {
    const folder = await ownTemporaryFolder().catch(unwritable);
    return unpackOnce(archive, join(folder, version)).catch(unwritable);
  }
}

async function unpackOnce(archive: string, folder: string): Promise<string> {
  if (!(await isFolder(folder))) await unpack(archive, folder);
  return folder;
}

/** A temporary folder of this user's alone: libraries are loaded from it, and others can write beside it. */
async function ownTemporaryFolder(): Promise<string> {
  const user = process.getuid?.();
  const folder = join(tmpdir(), `yolov10-webgpu-${user}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid } = await lstat(folder);
  return uid === user ? folder : mkdtemp(`${folder}-`);
}

function unwritable(cause: unknown): never {
  throw new InputError('no-webgpu', {
    expected: 'a folder to unpack the software adapter into',
    found: `neither ${cacheFolder()} nor ${tmpdir()} to be writable`,
    remedy: 'Set YOLOV10_CACHE to a folder that this user may write.',
  }, { cause });
}

function archivePath(name: string): string | undefined {
  try {
    return archiveBeside(createRequire(import.meta.url).resolve('@sparticuz/chromium'), name);
  } catch {
    return undefined;
  }
}

/** An archive in the package of an entry module, which lies one folder deep or two, depending on the package's version. */
export function archiveBeside(entry: string, name: string): string | undefined {
  return ['../bin', '../../bin'].map((folder) => join(dirname(entry), folder, name)).find((path) => existsSync(path));
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
