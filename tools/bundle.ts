/** How src/ is bundled, and what a bundle contains of others. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Metafile } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { optionalDependencies, peerDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Record<string, object>;

/** Options for esbuild: protobufjs comes along, and nothing that compiles WebAssembly. */
export const bundleOptions: BuildOptions & { metafile: true } = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
  legalComments: 'none', // they would stand within the code; `notices` has them whole
  mainFields: ['module', 'main'],
  alias: { long: fileURLToPath(new URL('long.cjs', import.meta.url)) },
  metafile: true,
};

/** The package's entries, which share chunks; optional packages stay imports. Chunks lie as deep as src/'s rooms, since some name files beside them. */
export const entries = {
  ...bundleOptions,
  outdir: 'dist',
  entryPoints: { index: 'src/index.ts', node: 'src/node.ts', deno: 'src/deno.ts', exporting: 'src/exporting.ts', 'cli/main': 'src/cli/main.ts' },
  platform: 'neutral',
  external: ['node:*', ...Object.keys({ ...optionalDependencies, ...peerDependencies })],
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
} satisfies BuildOptions;

/** Everything a page needs in one file. */
export const pageBundle = {
  ...bundleOptions,
  outdir: 'dist',
  entryPoints: { 'yolov10-webgpu': 'src/index.ts' },
  platform: 'browser',
  minify: true,
} satisfies BuildOptions;

/** Names of the packages whose files are in some bundles. */
export function packagesIn(bundles: readonly Metafile[]): string[] {
  const paths = bundles.flatMap(({ inputs }) => Object.keys(inputs));
  const names = paths.flatMap((path) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
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
