import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import * as deno from '../../src/deno.ts';
import * as node from '../../src/node.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { readBytes } from '../../src/platform/node.ts';
import { entries } from '../../tools/bundle.ts';

test('the model of the package is where the entries say, and loads from there', async () => {
  expect(deno.codesModel).toBe(node.codesModel);
  expect(existsSync(node.codesModel)).toBe(true);
  expect(parseModel(await readBytes(node.codesModel)).graph.nodes.length).toBeGreaterThan(100);
});

test('and beside what is built of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    await symlink(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
    await build({ ...entries, outdir: join(folder, 'dist'), outExtension: { '.js': '.mjs' } });
    for (const entry of ['node', 'deno']) {
      const { codesModel } = await import(pathToFileURL(join(folder, 'dist', `${entry}.mjs`)).href) as typeof node;
      expect(codesModel.href).toBe(pathToFileURL(join(folder, 'models', 'yolov10n-codes.onnx')).href);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
