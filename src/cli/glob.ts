import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { badArgument } from './options.ts';

/** Whether a text has characters that only mean something in a glob. */
export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text);
}

/**
 * Files that match a glob, in natural order: `*` and `?` within a name, `**` over folders, `[a-z]`, `{jpg,png}`.
 * Names that start with a dot match only a pattern that starts with one. Folders that cannot be read are left out.
 */
export async function filesMatching(pattern: string): Promise<string[]> {
  const patterns = expandBraces(pattern.replaceAll('\\', '/'));
  const found = await Promise.all(patterns.map((one) => {
    const root = /^(?:[A-Za-z]:)?\//.exec(one)?.[0] ?? '';
    return walk(root, one.slice(root.length).split('/').filter((part) => part !== '' && part !== '.'));
  }));
  return [...new Set(found.flat())].toSorted(naturally);
}

/** `photo 9` before `photo 10`. */
export function naturally(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : 1);
}

const collator = new Intl.Collator('en', { numeric: true });

async function walk(folder: string, [part, ...rest]: string[]): Promise<string[]> {
  if (part === undefined) return [];
  if (!isGlob(part) && rest.length > 0) return walk(join(folder, part), rest);
  const entries = await readdir(folder || '.', { withFileTypes: true }).catch(() => []);
  if (part === '**') {
    const here = await walk(folder, rest.length > 0 ? rest : ['*']);
    const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')); // no links: they may turn in circles
    const below = await Promise.all(folders.map((entry) => walk(join(folder, entry.name), [part, ...rest])));
    return [...here, ...below.flat()];
  }
  const matches = entries.filter(({ name }) => matcher(part).test(name) && (part.startsWith('.') || !name.startsWith('.')));
  if (rest.length === 0) return matches.filter((entry) => !entry.isDirectory()).map(({ name }) => join(folder, name));
  const deeper = matches.filter((entry) => !entry.isFile()).map(({ name }) => walk(join(folder, name), rest));
  return (await Promise.all(deeper)).flat();
}

function matcher(part: string): RegExp {
  const source = part.replace(/\[(!?)([^\]]+)\]|[*?]|[.+^${}()|[\]\\]/g, (token, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\^]/g, '\\$&')}]`;
    if (token === '*') return '[^/]*';
    return token === '?' ? '[^/]' : `\\${token}`;
  });
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch {
    throw badArgument('a pattern with letters in order between brackets, such as [a-z]', part, 'Turn the letters round.');
  }
}

function expandBraces(pattern: string): string[] {
  const match = /\{([^{}]*)\}/.exec(pattern);
  if (!match?.[1]?.includes(',')) return [pattern];
  return match[1].split(',').flatMap((choice) => expandBraces(pattern.slice(0, match.index) + choice + pattern.slice(match.index + match[0].length)));
}
