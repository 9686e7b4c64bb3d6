import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findInputs } from '../../src/cli/inputs.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inputs '));
  await writeFile(join(folder, 'a 1.jpg'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('inputs', () => {
  it('may be file addresses of pictures and folders', async () => {
    const { files, problems } = await findInputs([pathToFileURL(join(folder, 'a 1.jpg')).href, pathToFileURL(folder).href]);
    expect(files).toEqual([join(folder, 'a 1.jpg')]);
    expect(problems).toEqual([]);
  });

  it('say what is wrong with a file address', async () => {
    const { problems } = await findInputs(['file:///no/such.jpg']);
    expect(problems).toMatchObject([{ code: 'not-found', found: '/no/such.jpg: no such file' }]);
    await expect(findInputs(['file:///a%zz.jpg'])).rejects.toMatchObject({ code: 'bad-argument', found: 'file:///a%zz.jpg' });
  });

  it('say what takes the place of other addresses and of a dash', async () => {
    const { problems } = await findInputs(['ftp://example.org/a.jpg', '-']);
    expect(problems).toMatchObject([{ code: 'not-found', expected: expect.stringMatching(/http:, https: or file:/) as string }, { code: 'not-found', remedy: expect.stringMatching(/\/dev\/stdin/) as string }]);
  });

  it('say that a folder may not be read', async ({ skip }) => {
    skip((process.getuid?.() ?? 0) === 0, 'root reads every folder, and Windows has no such permissions');
    const closed = join(folder, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o300);
    const { files, problems } = await findInputs([closed, join(folder, 'a 1.jpg')]);
    expect(files).toEqual([join(folder, 'a 1.jpg')]);
    expect(problems).toMatchObject([{ code: 'not-found', found: `${closed}: a folder this user may not read` }]);
  });
});
