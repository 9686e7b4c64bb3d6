import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesMatching } from '../../src/cli/glob.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'cli-glob-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('globs', () => {
  const names = async (pattern: string): Promise<string[]> =>
    (await filesMatching(join(folder, 'tree', pattern))).map((path) => path.slice(join(folder, 'tree').length + 1).replaceAll('\\', '/'));

  beforeAll(async () => {
    for (const path of ['a1.jpg', 'a2.jpg', 'a10.jpg', 'b.PNG', '.hidden.jpg', 'x/c.jpg', 'x/y/d.jpg', '.dot/e.jpg', 'x+y(1).jpg']) {
      await mkdir(join(folder, 'tree', path, '..'), { recursive: true });
      await writeFile(join(folder, 'tree', path), '');
    }
  });

  it.each([
    ['*.jpg', ['a1.jpg', 'a2.jpg', 'a10.jpg', 'x+y(1).jpg']],
    ['a?.jpg', ['a1.jpg', 'a2.jpg']],
    ['a[1-2].jpg', ['a1.jpg', 'a2.jpg']],
    ['a[!1].jpg', ['a2.jpg']],
    ['{b.PNG,a1.jpg}', ['a1.jpg', 'b.PNG']],
    ['x+y(1).*', ['x+y(1).jpg']],
    ['*/c.jpg', ['x/c.jpg']],
    ['**/*.jpg', ['a1.jpg', 'a2.jpg', 'a10.jpg', 'x/c.jpg', 'x/y/d.jpg', 'x+y(1).jpg']],
    ['x/**', ['x/c.jpg', 'x/y/d.jpg']],
    ['.*', ['.hidden.jpg']],
    ['nothing*', []],
  ])('%s', async (pattern, expected) => {
    expect((await names(pattern)).toSorted()).toEqual(expected.toSorted());
  });

  it('puts them in natural order', async () => expect((await names('a*.jpg'))).toEqual(['a1.jpg', 'a2.jpg', 'a10.jpg']));
});
