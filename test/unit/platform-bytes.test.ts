import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DownloadProgress } from '../../src/platform/contract.ts';
import { readBytes } from '../../src/platform/node.ts';

const MODEL = Uint8Array.from({ length: 30_000 }, (_, index) => (index * 31) & 255);

let server: Server;
let hub: string;
let folder: string;
let requests: string[];
let etag: string;
/** What the server says where it does not hand out the file. */
let refusal: { HEAD?: number; GET?: number };

function answer(request: IncomingMessage, response: ServerResponse): void {
  requests.push(`${request.method} ${request.url}`);
  const refused = refusal[request.method as keyof typeof refusal];
  if (refused !== undefined) return void response.writeHead(refused).end();
  const pages: Record<string, () => void> = {
    '/owner/model/resolve/main/onnx/model.onnx': () => response.writeHead(200, { 'content-length': MODEL.length, etag }).end(request.method === 'HEAD' ? undefined : MODEL),
    '/page.onnx': () => response.writeHead(200, { 'content-type': 'text/html' }).end('\n<!DOCTYPE html><title>Sign in</title>'),
    '/short.onnx': () => void response.writeHead(200, { 'content-length': 1000 }).write('abc', () => response.destroy()),
    '/private.onnx': () => response.writeHead(401).end(),
    '/broken.onnx': () => response.writeHead(503).end(),
    '/never.onnx': () => void response.writeHead(200, { 'content-length': 10 }).write('abc'),
  };
  (pages[request.url ?? ''] ?? (() => response.writeHead(404).end()))();
}

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.closeAllConnections() ?? server.close());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bytes-'));
  process.env['YOLOV10_CACHE'] = join(folder, 'cache');
  requests = [];
  etag = '"one"';
  refusal = {};
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('bytes at hand', () => {
  test('come as they are', async () => {
    expect(await readBytes(MODEL)).toBe(MODEL);
    expect(await readBytes(new Blob([MODEL]))).toEqual(MODEL);
    expect(await readBytes(MODEL.buffer)).toEqual(MODEL);
  });

  test('of a path, a file URL and a file that looks like a hub id', async () => {
    const path = join(folder, 'a b.onnx');
    writeFileSync(path, MODEL);
    expect(await readBytes(path)).toEqual(MODEL);
    expect(await readBytes(pathToFileURL(path))).toEqual(MODEL);
    expect(await readBytes(pathToFileURL(path).href)).toEqual(MODEL);
  });

  test.each(['/no/such/file.onnx', 'no-such-file', tmpdir()])('are not at %s', async (path) => {
    await expect(readBytes(path)).rejects.toMatchObject({ name: 'InputError', code: 'not-found' });
  });
});

describe('a download', () => {
  test('by hub id reports progress and is kept until the file changes', async () => {
    const progress: DownloadProgress[] = [];
    expect(await readBytes('owner/model', { hub, onProgress: (step) => progress.push(step) })).toEqual(MODEL);
    expect(progress.at(-1)).toMatchObject({ loaded: MODEL.length, total: MODEL.length });
    expect(await readBytes('owner/model', { hub })).toEqual(MODEL);
    expect(requests.map((line) => line.split(' ')[0])).toEqual(['GET', 'HEAD']);
    etag = '"two"';
    await readBytes('owner/model', { hub });
    expect(requests.map((line) => line.split(' ')[0])).toEqual(['GET', 'HEAD', 'HEAD', 'GET']);
  });

  test('is made anew where the server does not answer the question, and the one kept serves where it does not give the file', async () => {
    const read = (): Promise<Uint8Array> => readBytes('owner/model', { hub });
    await read();
    for (const [answers, asked] of [[{ HEAD: 405 }, 'HEAD GET'], [{ HEAD: 404, GET: 404 }, 'HEAD GET'], [{ HEAD: 503, GET: 503 }, 'HEAD']] as const) {
      refusal = answers;
      requests = [];
      expect(await read()).toEqual(MODEL);
      expect(requests.map((line) => line.split(' ')[0]).join(' ')).toBe(asked);
    }
  });

  test('leaves no drafts, and nothing at all with cache: false', async () => {
    await readBytes(`${hub}/owner/model/resolve/main/onnx/model.onnx`, { cache: false });
    expect(readdirSync(folder)).toEqual([]);
    await readBytes('owner/model', { hub });
    expect(readdirSync(join(folder, 'cache', 'downloads'))).toHaveLength(2);
  });

  test("with cache: false does not come out of a browser's own cache either", async () => {
    const modes: (string | undefined)[] = [];
    try {
      vi.stubGlobal('fetch', async (_address: string, { cache }: RequestInit) => {
        modes.push(cache);
        return new Response(MODEL);
      });
      await readBytes(`${hub}/far.onnx`, { cache: false });
      await readBytes(`${hub}/far.onnx`);
      expect(modes).toEqual(['no-store', undefined]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('that was kept is not waited for when the server is asked for a newer one and says nothing', async () => {
    await readBytes('owner/model', { hub });
    try {
      vi.stubGlobal('fetch', (_address: string, { signal }: { signal: AbortSignal }) => new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }));
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const reading = readBytes('owner/model', { hub });
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await reading).toEqual(MODEL);
    } finally {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    }
  });

  test.each([
    ['page.onnx', 'not-onnx', 'a web page'],
    ['short.onnx', 'offline', ''],
    ['missing.onnx', 'not-found', '404'],
    ['private.onnx', 'not-found', '401'],
    ['broken.onnx', 'offline', '503'],
  ])('of %s is refused as %s and not kept', async (name, code, found) => {
    await expect(readBytes(`${hub}/${name}`)).rejects.toMatchObject({ name: 'InputError', code, found: expect.stringContaining(found) });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is made again where what was kept of it is damaged', async () => {
    await readBytes('owner/model', { hub });
    const kept = join(folder, 'cache', 'downloads');
    const note = readdirSync(kept).find((name) => name.endsWith('.json'))!;
    for (const damage of ['{"length": 30', 'null', '']) {
      writeFileSync(join(kept, note), damage);
      expect(await readBytes('owner/model', { hub })).toEqual(MODEL);
    }
    expect(requests.map((line) => line.split(' ')[0])).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  test('of data: and blob: addresses is not kept', async () => {
    const blob = URL.createObjectURL(new Blob([MODEL]));
    expect(await readBytes(blob)).toEqual(MODEL);
    expect(new TextDecoder().decode(await readBytes('data:,abc'))).toBe('abc');
    URL.revokeObjectURL(blob);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('ends with the error that onProgress throws', async () => {
    const onProgress = (): void => {
      throw new RangeError('own mistake');
    };
    await expect(readBytes('owner/model', { hub, onProgress })).rejects.toThrow(new RangeError('own mistake'));
    expect(readdirSync(folder)).toEqual([]);
  });

  test('longer than announced was compressed, which other sites do not tell a page; shorter broke off', async () => {
    let announced = '519';
    try {
      vi.stubGlobal('fetch', async () => new Response(MODEL, { headers: { 'content-length': announced } }));
      const progress: DownloadProgress[] = [];
      expect(await readBytes(`${hub}/far.onnx`, { cache: false, onProgress: (step) => progress.push(step) })).toEqual(MODEL);
      expect(progress.at(-1)).toMatchObject({ loaded: MODEL.length, total: undefined });
      announced = String(MODEL.length + 1);
      await expect(readBytes(`${hub}/far.onnx`, { cache: false })).rejects.toMatchObject({ code: 'offline', found: 'only 30000 of 30001 bytes' });
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('stops when aborted', async () => {
    const abort = new AbortController();
    const reading = readBytes(`${hub}/never.onnx`, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('offline', () => {
  let address: string;
  let goOffline: () => Promise<void>;
  beforeEach(async () => {
    const shortLived = createServer(answer);
    await new Promise<void>((resolve) => shortLived.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(shortLived.address() as AddressInfo).port}`;
    goOffline = () => {
      shortLived.closeAllConnections();
      return new Promise((resolve) => shortLived.close(() => resolve()));
    };
  });

  test('a new address is a clear error', async () => {
    await goOffline();
    await expect(readBytes('owner/model', { hub: address })).rejects.toMatchObject({ code: 'offline', found: expect.stringContaining('ECONNREFUSED') });
  });

  test('what was downloaded before still serves', async () => {
    await readBytes('owner/model', { hub: address });
    await goOffline();
    expect(await readBytes('owner/model', { hub: address })).toEqual(MODEL);
  });
});
