import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Where a line of an assembled kernel came from. */
export interface LineOrigin {
  file: string;
  /** Counted from 1. */
  line: number;
}

/** A kernel file with its fragments filled in; `origins[i]` belongs to the i-th line of `text`. */
export interface AssembledKernel {
  name: string;
  text: string;
  origins: LineOrigin[];
}

const USE_LINE = /^\/\/!\s*use\s+(\S+)\s*$/;

/** Names of the kernels in a folder (`softmax` for `softmax.wgsl`), sorted. */
export function kernelNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.wgsl'))
    .map((file) => basename(file, '.wgsl'))
    .sort();
}

/**
 * Reads `NAME.wgsl` of a folder and replaces each line `//! use shared/FRAGMENT.wgsl` by that file's text, once per
 * fragment. Fragments may use fragments.
 */
export function assembleKernel(folder: string, name: string): AssembledKernel {
  const lines: string[] = [];
  const origins: LineOrigin[] = [];
  const seen = new Set<string>();

  const append = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').forEach((text, index) => {
      const fragment = USE_LINE.exec(text)?.[1];
      if (fragment) return append(fragment);
      lines.push(text);
      origins.push({ file: join(folder, file), line: index + 1 });
    });
  };

  append(`${name}.wgsl`);
  return { name, text: lines.join('\n') + '\n', origins };
}

/** Removes line comments, nested block comments and the blank space they leave; WGSL has no string literals. */
export function stripComments(text: string): string {
  let kept = '';
  let depth = 0;
  for (const [token] of text.matchAll(/\/\*|\*\/|\/\/[^\n]*|[\s\S]/g)) {
    if (token === '/*') depth += 1;
    else if (token === '*/' && depth > 0) depth -= 1;
    else if (depth > 0 || token.startsWith('//')) continue;
    else kept += token;
  }
  return kept.split('\n').map((line) => line.trimEnd()).filter((line) => line !== '').join('\n') + '\n';
}
