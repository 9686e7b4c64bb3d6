/**
 * The gate: types, lint, walls between rooms, generated files, WGSL. Prints one line per check with the output of those
 * that fail, then `N passed, N failed`, and keeps the counts in out/check-summary.json.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { roomViolations, sourceFiles } from './rooms.ts';
import { summaryLine } from './summary-reporter.ts';

interface Outcome {
  ok: boolean;
  output: string;
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const checks: Record<string, () => Promise<Outcome>> = {
  types: () => run('typescript/bin/tsc', '-p', '.', '--noEmit'),
  lint: () => run('oxlint/bin/oxlint', '--type-aware', '--quiet'),
  'rooms of src/': rooms,
  'kernels.gen.ts is current': () => run('tsx/dist/cli.mjs', 'tools/generate-kernels.ts', '--check'),
  'schema.gen is current': () => run('tsx/dist/cli.mjs', 'tools/generate-onnx.ts', '--check'),
  'WGSL compiles': () => run('tsx/dist/cli.mjs', 'tools/check-wgsl.ts'),
  'package builds within its size': () => run('tsx/dist/cli.mjs', 'tools/build.ts'),
};

function run(script: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`node_modules/${script}`, ...args]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

async function rooms(): Promise<Outcome> {
  const violations = roomViolations(sourceFiles('.'));
  return { ok: violations.length === 0, output: violations.join('\n') };
}

/** Files and functions longer than the house likes: told, not failed. */
async function reportLengths(): Promise<void> {
  const { output } = await run('oxlint/bin/oxlint', '--format=unix');
  const long = output.split('\n').filter((line) => /max-lines/.test(line));
  if (long.length > 0) console.log(`\nLong (advice only):\n${long.map((line) => `  ${line}`).join('\n')}`);
}

const counts = { passed: 0, failed: 0 };
for (const [name, check] of Object.entries(checks)) {
  const start = performance.now();
  const { ok, output } = await check();
  counts[ok ? 'passed' : 'failed'] += 1;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  if (!ok) console.log(output.trimEnd().replaceAll(/^/gm, '  '));
}
await reportLengths();
mkdirSync('out', { recursive: true });
writeFileSync('out/check-summary.json', `${JSON.stringify({ ...counts, ran: { check: counts.passed + counts.failed } })}\n`);
console.log(summaryLine(counts));
process.exitCode = counts.failed > 0 ? 1 : 0;
