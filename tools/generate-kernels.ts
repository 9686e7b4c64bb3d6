/**
 * Writes src/kernels.gen.ts from kernels/*.wgsl. With `--check` it writes nothing and fails where the file is stale.
 * Two arguments after the options, a folder of kernels and a file to write, replace the project's own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { assembleKernel, kernelNames } from './kernels/assemble.ts';
import { describeKernel } from './kernels/describe.ts';
import { renderModule } from './kernels/render.ts';

const { values: options, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const projectPath = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const folder = positionals[0] ?? projectPath('kernels');
const target = positionals[1] ?? projectPath('src/kernels.gen.ts');

function currentText(): string | undefined {
  try {
    return readFileSync(target, 'utf8');
  } catch {
    return undefined;
  }
}

try {
  const names = kernelNames(folder);
  const text = renderModule(names.map((name) => [name, describeKernel(assembleKernel(folder, name))]));
  const stale = currentText() !== text;
  if (options.check && stale) throw new Error(`src/kernels.gen.ts is stale; run: npm run generate`);
  if (stale) writeFileSync(target, text);
  console.log(`${names.length} kernels ${stale ? 'written' : 'up to date'}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
