import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type ModelReport, run } from '../../src/cli/inspect.ts';
import { recordIo } from '../cases/recorded-io.ts';
import { seededModel, tinyConfig } from '../cases/seeded-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'inspect-'));
const model = join(folder, 'tiny.onnx');
writeFileSync(model, seededModel(tinyConfig()));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([['64', 84], ['128', 300], ['32x96', 63]])('counts the rows of %s as %i', async (size, rows) => {
  const io = recordIo();
  expect(await run([model, '--imgsz', size, '--json'], io)).toBe(0);
  expect((JSON.parse(io.stdout) as ModelReport).layers.at(-1)).toMatchObject({ kind: 'detect, 7 classes', shape: [rows, 6] });
});
