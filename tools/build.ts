/**
 * Builds dist/: the package's entries for bundlers, Node and Deno, its command line, its types, one minified file for
 * `<script type=module>`, whose size is checked, and the licences of what these contain.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { entries, notices, packagesIn, pageBundle } from './bundle.ts';

const BUNDLE_LIMIT = 60_000; // bytes after gzip, as the README promises
const NOTICES = 'THIRD-PARTY-LICENSES.txt';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** Bytes of the file for pages after gzip. */
function reportSize(): number {
  const file = readFileSync('dist/yolov10-webgpu.js');
  const bytes = gzipSync(file, { level: 9 }).length;
  console.log(`dist/yolov10-webgpu.js: ${(file.length / 1000).toFixed(1)} kB, ${(bytes / 1000).toFixed(1)} kB gzipped`);
  return bytes;
}

/** Built files that name WebAssembly. */
function filesWithWasm(): string[] {
  return readdirSync('dist', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js') && readFileSync(join('dist', path), 'utf8').includes('WebAssembly'));
}

function buildTypes(): void {
  const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', 'src', '--outDir', 'dist/types'];
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tools/tsconfig.build.json', ...flags], { stdio: 'inherit' });
  copyFileSync('src/onnx/schema.gen.d.ts', 'dist/types/onnx/schema.gen.d.ts'); // tsc emits none for a declaration
}

/** The types of entries that pages do not import must stand without those of a browser and of packages but sharp, library checking on. */
function checkTypes(): string[] {
  const flags = ['--ignoreConfig', '--noEmit', '--listFiles', '--strict', '--target', 'es2023', '--lib', 'es2023', '--module', 'nodenext', '--types', 'node'];
  const files = ['node', 'deno', 'exporting'].map((name) => `dist/types/${name}.d.ts`);
  const { status, stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', ...flags, ...files], { encoding: 'utf8' });
  if (status !== 0) return [stdout];
  const foreign = stdout.split('\n').filter((path) => /node_modules\/(?!typescript|@typescript|@types\/node|undici-types|sharp|@img)/.test(path));
  return foreign.map((path) => `expected types that need no package but sharp, found ${path}`);
}

rmSync('dist', { recursive: true, force: true });
const banner = { js: `/* yolov10-webgpu, MIT; what it contains of others: ${NOTICES} */` };
const built = [await build(entries), await build({ ...pageBundle, sourcemap: true, banner })];
writeFileSync(`dist/${NOTICES}`, notices(packagesIn(built.map(({ metafile }) => metafile))));
buildTypes();
const complaints = [
  ...checkTypes(),
  ...(reportSize() > BUNDLE_LIMIT ? [`expected at most ${BUNDLE_LIMIT / 1000} kB after gzip`] : []),
  ...filesWithWasm().map((path) => `expected no WebAssembly, found it in dist/${path}`),
];
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length > 0 ? 1 : 0;
