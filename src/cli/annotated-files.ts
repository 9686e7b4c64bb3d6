import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { isWritable, writePicture } from '../image/encode-node.ts';
import type { Picture } from '../image/picture.ts';
import { badArgument } from './options.ts';
import { checkWritable } from './output-file.ts';

/** Writes annotated pictures into one folder. */
export interface AnnotatedFolder {
  /** Writes what was drawn on the picture of an input file; returns the path written. */
  write(file: string, drawn: Picture): Promise<string>;
}

/**
 * Prepares a folder for annotated pictures. Each keeps its input's name, and its format where that can be written, else
 * becomes PNG; inputs of equal names are numbered. In a folder of results another run replaces those of the same names;
 * in one that holds an input nothing is replaced, for what else lies there may be originals too.
 * @throws InputError `bad-argument` where the path is a file, or nothing can be written there.
 */
export async function openAnnotatedFolder(folder: string, inputs: string[]): Promise<AnnotatedFolder> {
  const entry = await stat(folder).catch(() => undefined);
  if (entry && !entry.isDirectory()) throw badArgument('--out to be a folder', `${folder}: a file`, 'Name a folder; it is made where missing.');
  await checkWritable(folder, `pictures into ${folder}`);
  const keepsAll = entry !== undefined && await holdsAny(folder, inputs);
  const taken = new Set<string>();

  async function freePath(file: string): Promise<string> {
    const name = basename(/^https?:/i.test(file) ? new URL(file).pathname : file) || 'picture';
    const ending = isWritable(name) ? extname(name) : '.png';
    const stem = basename(name, extname(name));
    for (let copy = 1; ; copy++) {
      const path = join(folder, `${stem}${copy === 1 ? '' : `-${copy}`}${ending}`);
      const isFree = !taken.has(path.toLowerCase()) && !(keepsAll && await isThere(path));
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

/** Whether files lie in a folder, be it by a link from or to it. */
async function holdsAny(folder: string, files: string[]): Promise<boolean> {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return true; // what cannot be listed may hold them
  const inside = new Set(await Promise.all(names.map((name) => identity(join(folder, name)))));
  const identities = await Promise.all(files.map(identity));
  return identities.some((one) => one !== undefined && inside.has(one));
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false); // a link to nothing is there too
}

/** The same for two paths that lead to one file, through links or other spellings. */
async function identity(path: string): Promise<string | undefined> {
  const entry = await stat(path, { bigint: true }).catch(() => undefined);
  return entry && `${entry.dev}:${entry.ino}`;
}
