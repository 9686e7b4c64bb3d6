/** What every bundle of src/ is built with, and what it contains of others. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Metafile } from 'esbuild';

/** Options for esbuild: protobufjs comes along, and nothing that compiles WebAssembly. */
export const bundleOptions: BuildOptions = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
  legalComments: 'none', // they would stand within the code; `notices` has them whole
  mainFields: ['module', 'main'],
  alias: { long: fileURLToPath(new URL('long.cjs', import.meta.url)) },
  metafile: true,
};

/** Names of the packages whose files are in a bundle. */
export function packagesIn({ inputs }: Metafile): string[] {
  const names = Object.keys(inputs).flatMap((path) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** The licences of packages, as they ask to be given with every copy. @throws Error where one has none */
export function notices(packages: readonly string[]): string {
  return packages.map((name) => {
    const path = `node_modules/${name}/LICENSE`;
    if (!existsSync(path)) throw new Error(`expected the licence of ${name} at ${path}, found none. It cannot be bundled without.`);
    return `${name}\n\n${readFileSync(path, 'utf8').trim()}\n`;
  }).join(`\n${'-'.repeat(80)}\n\n`);
}
