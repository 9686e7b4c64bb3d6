/**
 * Builds dist/: the package's entries for bundlers, Node and Deno, its command line, its types, and one minified file for
 * `<script type=module>`, whose size is checked.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';

const BUNDLE_LIMIT = 100_000; // bytes after gzip

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const common: BuildOptions = { bundle: true, format: 'esm', target: 'es2022', outdir: 'dist', logLevel: 'warning', legalComments: 'none' };

/** Entries that share chunks; packages stay imports. Chunks lie as deep as src/'s rooms, since some name files beside them. */
async function buildEntries(): Promise<void> {
  await build({
    ...common,
    entryPoints: { index: 'src/index.ts', node: 'src/node.ts', deno: 'src/deno.ts', exporting: 'src/exporting.ts', 'cli/main': 'src/cli/main.ts' },
    packages: 'external',
    platform: 'neutral',
    external: ['node:*'],
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
}

/** Everything a page needs in one file; returns its bytes after gzip. */
async function buildBundle(): Promise<number> {
  await build({ ...common, entryPoints: { 'yolov10-webgpu': 'src/index.ts' }, platform: 'browser', minify: true, sourcemap: true });
  return gzipSync(readFileSync('dist/yolov10-webgpu.js'), { level: 9 }).length;
}

function buildTypes(): void {
  const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', 'src', '--outDir', 'dist/types'];
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tools/tsconfig.build.json', ...flags], { stdio: 'inherit' });
  copyFileSync('src/onnx/schema.gen.d.ts', 'dist/types/onnx/schema.gen.d.ts'); // tsc emits none for a declaration
}

/** The types of entries that pages do not import must stand without those of a browser, library checking on. */
function checkTypes(): void {
  const flags = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023', '--module', 'nodenext', '--types', 'node'];
  const entries = ['node', 'deno', 'exporting'].map((name) => `dist/types/${name}.d.ts`);
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', ...flags, ...entries], { stdio: 'inherit' });
}

rmSync('dist', { recursive: true, force: true });
await buildEntries();
buildTypes();
checkTypes();
const bytes = await buildBundle();
console.log(`dist/yolov10-webgpu.js: ${(readFileSync('dist/yolov10-webgpu.js').length / 1000).toFixed(1)} kB, ${(bytes / 1000).toFixed(1)} kB gzipped`);
if (bytes > BUNDLE_LIMIT) {
  console.error(`expected at most ${BUNDLE_LIMIT / 1000} kB after gzip`);
  process.exitCode = 1;
}
