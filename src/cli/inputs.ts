import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { filesMatching, isGlob, naturally } from './glob.ts';

const pictureEndings = /\.(jpe?g|png|webp|avif|gif|tiff?|svg)$/i;

export interface Inputs {
  /** Paths and addresses of pictures, in the order given, each once. */
  files: string[];
  /** What was named but is not there. */
  problems: InputError[];
}

/** Resolves what a user names: picture files, addresses, folders (the pictures directly in them) and globs. */
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

async function resolve(name: string): Promise<string[] | InputError> {
  if (/^https?:\/\//i.test(name)) return [name];
  const entry = await stat(name).catch(() => undefined);
  if (entry?.isDirectory()) {
    const pictures = (await readdir(name)).filter((file) => pictureEndings.test(file) && !file.startsWith('.'));
    return pictures.length > 0 ? pictures.toSorted(naturally).map((file) => join(name, file)) : notFound(
      `pictures in the folder ${name}`, 'none', `For those in its subfolders: "${join(name, '**')}".`,
    );
  }
  if (entry) return [name];
  if (!isGlob(name)) return notFound('a picture file, folder, glob or address', `${name}: no such file`, 'Check the path and its spelling.');
  const matches = await filesMatching(name);
  const pictures = matches.filter((file) => pictureEndings.test(file));
  if (pictures.length > 0) return pictures;
  return notFound(`pictures that match ${name}`, matches.length > 0 ? 'only other files' : 'none', 'Check the pattern; * stays within a folder, ** enters subfolders.');
}

function notFound(expected: string, found: string, remedy: string): InputError {
  return new InputError('not-found', { expected, found, remedy });
}
