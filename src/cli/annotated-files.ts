import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { isWritable, writePicture } from '../image/encode-node.ts';
import type { Picture } from '../image/picture.ts';
import { badArgument } from './options.ts';

/** Writes annotated pictures into one folder. */
export interface AnnotatedFolder {
  /** Writes what was drawn on the picture of an input file; returns the path written. */
  write(file: string, drawn: Picture): Promise<string>;
}

/**
 * Prepares a folder for annotated pictures. Each keeps its input's name, and its format where that can be written, else
 * becomes PNG; inputs of equal names are numbered, and no input is ever overwritten.
 * @throws InputError `bad-argument` where the path is a file.
 */
export async function openAnnotatedFolder(folder: string, inputs: string[]): Promise<AnnotatedFolder> {
  const entry = await stat(folder).catch(() => undefined);
  if (entry && !entry.isDirectory()) throw badArgument('--out to be a folder', `${folder}: a file`, 'Name a folder; it is made where missing.');
  const originals = new Set(await Promise.all(inputs.map(identity)));
  originals.delete(undefined);
  const taken = new Set<string>();

  async function freePath(file: string): Promise<string> {
    const name = basename(/^https?:/i.test(file) ? new URL(file).pathname : file) || 'picture';
    const ending = isWritable(name) ? extname(name) : '.png';
    const stem = basename(name, extname(name));
    for (let copy = 1; ; copy++) {
      const path = join(folder, `${stem}${copy === 1 ? '' : `-${copy}`}${ending}`);
      const isFree = !taken.has(path.toLowerCase()) && !originals.has((await identity(path)) ?? '');
      if (isFree) return path;
    }
  }

  return {
    async write(file, drawn) {
      const path = await freePath(file);
      taken.add(path.toLowerCase());
      await writePicture(path, drawn);
      return path;
    },
  };
}

/** The same for two paths that lead to one file, through links or other spellings. */
async function identity(path: string): Promise<string | undefined> {
  const entry = await stat(path, { bigint: true }).catch(() => undefined);
  return entry && `${entry.dev}:${entry.ino}`;
}
