import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { pathOfFileAddress } from '../core/file-address.ts';
import { filesMatching, isGlob, naturally } from './glob.ts';

const pictureEndings = /\.(jpe?g|png|webp|avif|gif|tiff?|svg)$/i;

export interface Inputs {
  /** Paths and addresses of pictures, in the order given, each once. */
  files: string[];
  /** What was named but is not there or cannot be read. */
  problems: InputError[];
}

/**
 * Resolves what a user names: picture files, addresses, folders (the pictures directly in them) and globs.
 * @throws InputError `bad-argument` for a file: address or a glob that is none
 */
export async function findInputs(named: string[]): Promise<Inputs> {
  const files = new Set<string>();
  const problems: InputError[] = [];
  for (const name of named) {
    const found = await resolve(name);
    if (found instanceof InputError) problems.push(found);
    else found.forEach((file) => files.add(file));
  }
  return { files: [...files], problems };
}

async function resolve(named: string): Promise<string[] | InputError> {
  if (/^https?:\/\//i.test(named)) return [named];
  const name = /^file:/i.test(named) ? pathOfFileAddress(named) : named;
  const entry = await stat(name).catch(() => undefined);
  if (!entry && name === '-') return notFound('a picture file, folder, glob or address', '-', 'For what comes through a pipe, name /dev/stdin.');
  if (!entry && /^[a-z][a-z\d+.-]+:\/\//i.test(name)) return notFound('an address that begins with http:, https: or file:', name, 'Download it first.');
  if (entry?.isDirectory()) return picturesIn(name);
  if (entry) return [name];
  if (!isGlob(name)) return notFound('a picture file, folder, glob or address', `${name}: no such file`, 'Check the path and its spelling.');
  const matches = await filesMatching(name);
  const pictures = matches.filter((file) => pictureEndings.test(file));
  if (pictures.length > 0) return pictures;
  return notFound(`pictures that match ${name}`, matches.length > 0 ? 'only other files' : 'none', 'Check the pattern; * stays within a folder, ** enters subfolders.');
}

async function picturesIn(folder: string): Promise<string[] | InputError> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => cause);
  if (names instanceof Error) {
    const found = names.code === 'EACCES' ? 'a folder this user may not read' : names.message;
    return notFound('a folder of pictures', `${folder}: ${found}`, 'Check its permissions, or name the pictures in it.', names);
  }
  const pictures = names.filter((file) => pictureEndings.test(file) && !file.startsWith('.'));
  if (pictures.length > 0) return pictures.toSorted(naturally).map((file) => join(folder, file));
  return notFound(`pictures in the folder ${folder}`, 'none', `For those in its subfolders: "${join(folder, '**')}".`);
}

function notFound(expected: string, found: string, remedy: string, cause?: Error): InputError {
  return new InputError('not-found', { expected, found, remedy }, { cause });
}
