import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchPicture } from '../../src/image/fetch-picture.ts';
import * as browser from '../../src/platform/browser.ts';
import { locate } from '../../src/platform/locate.ts';
import { importGraph, sourceFiles } from '../../tools/rooms.ts';

/** Calls that the first browser with WebGPU, Chrome 113, does not have; the compiler's library leaves out what is newer than ES2023. */
const NEWER = /\b(URL\.(canParse|parse)|AbortSignal\.any|Promise\.(withResolvers|try)|Array\.fromAsync|Object\.groupBy|new Float16Array)\(/;

beforeEach(() => {
  vi.stubGlobal('URL', class extends URL { static override canParse = undefined as never; });
  vi.stubGlobal('AbortSignal', class extends AbortSignal { static override any = undefined as never; });
});
afterEach(() => vi.unstubAllGlobals());

test('downloads, whole and aborted, and checks addresses', async () => {
  const asked: (string | undefined)[] = [];
  vi.stubGlobal('location', { href: 'https://page.test/a/', protocol: 'https:', origin: 'https://page.test' });
  vi.stubGlobal('caches', undefined);
  vi.stubGlobal('fetch', async (_address: string, { signal, method }: RequestInit) => {
    asked.push(method);
    signal!.throwIfAborted();
    return new Response('abc');
  });
  const { signal } = new AbortController();
  expect(await browser.readBytes('model.onnx', { signal })).toHaveLength(3);
  expect((await fetchPicture('https://site.test/a.png', 'do without.', signal)).blob.size).toBe(3);
  expect(asked).toHaveLength(2);
  expect(() => locate('https://')).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  await expect(fetchPicture('https://', 'do without.')).rejects.toMatchObject({ code: 'bad-argument' });
});

test('finds nothing newer than itself in what a page imports', () => {
  const files = ['index.ts', 'exporting.ts'].flatMap((entry) => importGraph(sourceFiles('.'), entry));
  expect(files.length).toBeGreaterThan(60);
  expect(files.filter(({ text }) => NEWER.test(text)).map(({ path }) => path)).toEqual([]);
});
