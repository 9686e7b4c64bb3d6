import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConformanceResult } from '../cases/conformance.ts';
import { conformanceCases } from '../cases/conformance-all.ts';
import { sampleInput, sampleModel } from '../cases/conformance-sample.ts';
import { runOnnx } from '../cases/onnxruntime.ts';
import { bundleForPage, launchChromium, openPage, serve, webgpuFlags } from './chromium.ts';

const runtimes: Record<string, () => Promise<ConformanceResult[]>> = {
  Node: () => runProcess(process.execPath, ['--import', 'tsx', 'test/runtime/main-node.ts', rowsFile]),
  Deno: () => runProcess('node_modules/.bin/deno', ['run', '--allow-all', '--no-check', 'test/runtime/main-deno.ts', rowsFile]),
  Chromium: runPage,
};

let folder: string;
let rowsFile: string;
let expectedRows: number[];

beforeAll(async () => {
  const { data, dims } = sampleInput();
  const { output0 } = await runOnnx(sampleModel(), data, dims);
  expectedRows = [...(output0!.data as Float32Array)];
  folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  rowsFile = join(folder, 'rows.json');
  writeFileSync(rowsFile, JSON.stringify(expectedRows));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(Object.keys(runtimes))('%s', (runtime) => {
  let results: ConformanceResult[];
  beforeAll(async () => {
    results = (await runtimes[runtime]?.()) ?? [];
  });

  test.each(conformanceCases.map(({ name }) => name))('%s', (name) => {
    const result = results.find((candidate) => candidate.name === name);
    expect(result, `${runtime} did not run this case`).toBeDefined();
    expect(result?.problem).toBeUndefined();
  });
});

/** Runs a program whose last line on stdout is the results in JSON. */
function runProcess(command: string, args: string[]): Promise<ConformanceResult[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (text) => (output.stdout += text));
    child.stderr.on('data', (text) => (output.stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const line = output.stdout.trimEnd().split('\n').at(-1) ?? '';
      if (code === 0 && line.startsWith('[')) resolve(JSON.parse(line) as ConformanceResult[]);
      else reject(new Error(`${command} ended with ${signal ?? code}\n${output.stdout}${output.stderr}`));
    });
  });
}

async function runPage(): Promise<ConformanceResult[]> {
  const site = await serve({ '/': { type: 'text/html', body: '<!doctype html><title>conformance</title>' } });
  const browser = await launchChromium(webgpuFlags);
  try {
    const { page, problems } = await openPage(browser, site.address, await bundleForPage('test/runtime/main-browser.ts', 'conformance'));
    const results = (await page.evaluate(`conformance.run(${JSON.stringify(expectedRows)})`)) as ConformanceResult[];
    expect(problems).toEqual([]);
    return results;
  } finally {
    await browser.close();
    await site.close();
  }
}
