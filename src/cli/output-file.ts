import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '../core/errors.ts';
import { pathOfFileAddress } from '../core/file-address.ts';
import { badArgument } from './options.ts';

/**
 * Sees, before the work that fills it, that a file can be written: that its folder is there and can be written into, that it
 * is no folder itself, and that it is none of the files read.
 * @throws InputError 'bad-argument'
 */
export async function checkOutput(path: string, inputs: readonly string[]): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (!folder?.isDirectory()) throw badArgument(`a folder to write ${path} into`, `${dirname(path)}: ${folder ? 'a file' : 'nothing there'}`, 'Make the folder first, or name another.');
  await checkWritable(dirname(path), path);
  const there = await stat(path, { bigint: true }).catch(() => undefined);
  if (there?.isDirectory()) throw badArgument(`a file to write, not a folder`, path, 'Name a file in it.');
  for (const input of inputs) {
    const inputPath = /^file:/i.test(input) ? pathOfFileAddress(input) : input;
    const read = await stat(inputPath, { bigint: true }).catch(() => undefined);
    const isSame = there !== undefined && read !== undefined && there.ino === read.ino && there.dev === read.dev;
    if (isSame) throw badArgument('another file to write than the one read', path, 'Name another, so that the original stays.');
  }
}

/**
 * Sees that files can be made in a folder, or in the nearest one above it where it is still to be made.
 * @param output what is to be written there @throws InputError 'bad-argument'
 */
export async function checkWritable(folder: string, output: string): Promise<void> {
  const entry = await stat(folder).catch(() => undefined);
  if (!entry && dirname(folder) !== folder) return checkWritable(dirname(folder), output);
  if (entry && !entry.isDirectory()) throw badArgument(`a folder for ${output}`, `${folder}: a file`, 'Name another place.');
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new InputError('bad-argument', { expected: `to write ${output}`, found: `${folder}, where this user may not write`, remedy: 'Name another place, or change its permissions.' }, { cause });
  }
}

/**
 * Writes a file: under another name first, so that none is left half written.
 * @throws InputError 'bad-argument' where that fails
 */
export async function writeOutput(path: string, content: Uint8Array | string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  const part = there && !there.isFile() ? path : `${path}.part`; // a pipe or a device is written to as it is
  try {
    await writeFile(part, content);
    if (part !== path) await rename(part, path);
  } catch (cause) {
    if (part !== path) await rm(part, { force: true }).catch(() => {}); // the first failure is the one to tell
    throw new InputError('bad-argument', { expected: `to write ${path}`, found: (cause as Error).message, remedy: 'Is there space, and may you write there?' }, { cause });
  }
}
