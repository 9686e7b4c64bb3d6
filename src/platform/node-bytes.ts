import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { cacheFolder } from './cache-folder.ts';
import type { ByteRequest, ByteSource, Location } from './contract.ts';
import { download, type DownloadStore } from './download.ts';
import { bytesAtHand, locate } from './locate.ts';

/**
 * The bytes of a file, address, hub id or Blob. Downloads are kept in the user's cache folder. Another hub than the
 * default, such as a mirror, can be named in HF_ENDPOINT, as for the hub's own tools.
 *
 * @throws InputError `not-found`, `offline` or `not-onnx` (a web page instead of a file).
 */
export async function readBytes(source: ByteSource, request: ByteRequest = {}): Promise<Uint8Array<ArrayBuffer>> {
  request.signal?.throwIfAborted();
  const location = locateSource(source, request);
  if (location.kind === 'bytes') return bytesAtHand(location.bytes);
  if (location.kind === 'path') return readPath(location.path, request.signal);
  return download(location.address, request.cache === false ? undefined : folderStore(), request);
}

/** Where `readBytes` reads from. @throws InputError `bad-argument` */
export function locateSource(source: ByteSource, request: ByteRequest = {}): Location {
  if (typeof source === 'string' && existsSync(source)) return { kind: 'path', path: source }; // a folder's file may look like a hub id
  return locate(source, request.hub ?? (process.env['HF_ENDPOINT'] || undefined));
}

async function readPath(path: string, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await readFile(path, { signal });
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (cause) {
    signal?.throwIfAborted();
    const code = (cause as NodeJS.ErrnoException).code ?? 'an error';
    throw new InputError('not-found', {
      expected: `a file at "${path}"`,
      found: FOUND[code] ?? code,
      remedy: 'Pass the path of a file, a URL, or a hub id such as onnx-community/yolov10n.',
    }, { cause });
  }
}

const FOUND: Record<string, string> = {
  ENOENT: 'nothing there',
  ENOTDIR: 'nothing there',
  EISDIR: 'a folder',
  EACCES: 'a file this user may not read',
  ENAMETOOLONG: 'a path longer than the system allows',
};

/** Downloads as files: the content, and beside it the validator of its version. */
function folderStore(): DownloadStore {
  const folder = join(cacheFolder(), 'downloads');
  const pathOf = (address: string): string => {
    const name = basename(new URL(address).pathname).replace(/[^\w.-]/g, '_').slice(-60);
    return join(folder, `${createHash('sha256').update(address).digest('hex').slice(0, 16)}-${name}`);
  };
  return {
    async get(address) {
      const path = pathOf(address);
      try {
        const [bytes, note] = await Promise.all([readPath(path, undefined), readFile(`${path}.json`, 'utf8')]);
        const { validator, length } = JSON.parse(note) as { validator?: string; length: number };
        return length === bytes.length ? { bytes, validator } : undefined;
      } catch {
        return undefined; // not kept, or damaged
      }
    },
    async put(address, { bytes, validator }) {
      const path = pathOf(address);
      try {
        await mkdir(folder, { recursive: true });
        await writeWhole(path, bytes);
        await writeWhole(`${path}.json`, JSON.stringify({ address, validator, length: bytes.length }));
      } catch {
        // a cache that cannot be written costs a download next time
      }
    },
  };
}

/** Writes beside the target and renames, so that no reader sees half a file. */
async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
