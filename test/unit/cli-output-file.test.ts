import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkOutput, checkWritable } from '../../src/cli/output-file.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'output file ')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a file to write', () => {
  it('is none of those read, by path or by file address', async () => {
    const path = join(folder, 'model.onnx');
    await writeFile(path, '');
    for (const input of [path, pathToFileURL(path).href]) {
      await expect(checkOutput(path, [input])).rejects.toMatchObject({ code: 'bad-argument', found: path });
    }
    await checkOutput(join(folder, 'other.onnx'), [path, pathToFileURL(path).href, 'https://example.org/model.onnx']);
  });

  it('lies where this user may write', async ({ skip }) => {
    skip((process.getuid?.() ?? 0) === 0, 'root writes everywhere, and Windows has no such permissions');
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o500 });
    await expect(checkOutput(join(closed, 'a.onnx'), [])).rejects.toMatchObject({ code: 'bad-argument', found: `${closed}, where this user may not write` });
    await expect(checkWritable(join(closed, 'new', 'folder'), 'pictures')).rejects.toMatchObject({ code: 'bad-argument', expected: 'to write pictures' });
  });

  it('does not lie in a file', async () => {
    const file = join(folder, 'plain.txt');
    await writeFile(file, '');
    await expect(checkWritable(join(file, 'sub'), 'pictures')).rejects.toMatchObject({ code: 'bad-argument', found: `${file}: a file` });
  });

  it('may lie in folders that are still to be made', async () => {
    await expect(checkWritable(join(folder, 'new', 'folder'), 'pictures')).resolves.toBeUndefined();
  });
});
