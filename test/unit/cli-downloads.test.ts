import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/commands.ts';
import { processorTime } from '../cases/hostile.ts';
import { recordIo } from '../cases/recorded-io.ts';
import { seededModel, tinyConfig } from '../cases/seeded-model.ts';

const MODEL = seededModel(tinyConfig());
const FILE = '/owner/tiny/resolve/main/onnx/model.onnx';

let server: Server;
let hub: string;
let folder: string;
let requests: string[];

/** A hub of one model, whose file it keeps elsewhere, as hubs do, and of addresses that go wrong. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  requests.push(`${request.method} ${request.url}`);
  const head = { 'content-length': MODEL.length, etag: '"one"' };
  const pages: Record<string, () => void> = {
    [FILE]: () => response.writeHead(302, { location: '/storage/4d7a' }).end(),
    '/storage/4d7a': () => response.writeHead(200, head).end(request.method === 'HEAD' ? undefined : MODEL),
    '/short.onnx': () => void response.writeHead(200, head).write(MODEL.subarray(0, 5000), () => response.destroy()),
    '/page.onnx': () => response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>Sign in</title>'),
    '/pointer.onnx': () => response.writeHead(200).end('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n'),
    '/empty.onnx': () => response.writeHead(200).end(),
    '/private.onnx': () => response.writeHead(401).end(),
    '/broken.onnx': () => response.writeHead(503).end(),
    '/loop.onnx': () => response.writeHead(302, { location: '/loop.onnx' }).end(),
  };
  (pages[request.url ?? ''] ?? (() => response.writeHead(404).end()))();
}

const goOffline = (): Promise<void> => new Promise((resolve) => {
  server.closeAllConnections();
  server.close(() => resolve());
});

beforeEach(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = mkdtempSync(join(tmpdir(), 'downloads-'));
  process.env['YOLOV10_CACHE'] = folder;
  process.env['HF_ENDPOINT'] = hub;
  requests = [];
});
afterEach(async () => {
  delete process.env['HF_ENDPOINT'];
  delete process.env['YOLOV10_CACHE'];
  await goOffline();
  rmSync(folder, { recursive: true });
});

async function inspect(model: string, columns?: number): Promise<{ code: number; stdout: string; stderr: string; milliseconds: number }> {
  const io = recordIo(columns);
  const started = processorTime();
  const code = await runCommandLine(['inspect', model], io);
  return { code, stdout: io.stdout, stderr: io.stderr, milliseconds: processorTime() - started };
}

test('a hub id is downloaded with a bar on stderr, kept, and the next time only asked about', async () => {
  const first = await inspect('owner/tiny', 100);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('7 classes') as string });
  expect(first.stderr).toMatch(/\rdownloading the model \[#{2,}\] 100 % {2}[\d.]+ kB of [\d.]+ kB/);
  expect(first.stderr.endsWith('\r\x1b[K'), 'the bar is gone in the end').toBe(true);
  expect(requests).toEqual([`GET ${FILE}`, 'GET /storage/4d7a']);
  const second = await inspect('owner/tiny', 100);
  expect(second).toMatchObject({ code: 0, stdout: first.stdout, stderr: '' });
  expect(requests.slice(2)).toEqual([`HEAD ${FILE}`, 'HEAD /storage/4d7a']);
});

test('without a terminal progress comes in lines', async () => {
  const { stderr } = await inspect('owner/tiny');
  expect(stderr).toMatch(/downloading the model: [\d.]+ kB of [\d.]+ kB \(100 %\)\n$/);
  expect(stderr).not.toContain('\r');
});

test('offline, a model that was downloaded before serves, another is a clear error', async () => {
  const { stdout } = await inspect('owner/tiny');
  await goOffline();
  expect(await inspect('owner/tiny')).toMatchObject({ code: 0, stdout, stderr: '' });
  const other = await inspect('owner/other');
  expect(other).toMatchObject({ code: 2, stdout: '' });
  expect(other.stderr).toMatch(/^expected to download http.*owner\/other.*found .*ECONNREFUSED.*\. Check the connection.*path of a file.*\n$/);
});

test.each([
  ['a hub id that is none', 'owner/missing', /found HTTP status 404/],
  ['an address with nothing', 'HUB/nothing.onnx', /found HTTP status 404/],
  ['a private address', 'HUB/private.onnx', /found HTTP status 401.*private/],
  ['a server with trouble', 'HUB/broken.onnx', /found HTTP status 503/],
  ['a download that breaks off', 'HUB/short.onnx', /^expected to download .*found .*\. Check the connection/],
  ['a web page', 'HUB/page.onnx', /found a web page \(HTML\).*download button/],
  ['a git-LFS pointer', 'HUB/pointer.onnx', /LFS/],
  ['an empty file', 'HUB/empty.onnx', /empty/],
  ['a redirection without end', 'HUB/loop.onnx', /^expected to download .*found .*redirect/],
  ['an address that is none', 'http://', /expected an address such as .*, found http:/],
])('%s is refused in one line within a second, and nothing of it is kept as a model', async (_title, model, message) => {
  const { code, stdout, stderr, milliseconds } = await inspect(model.replace('HUB', hub));
  expect({ code: code > 0, stdout, lines: stderr.split('\n').length }).toEqual({ code: true, stdout: '', lines: 2 });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/defect|\n\s+at /);
  expect(milliseconds).toBeLessThan(1000);
  expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.onnx') && !/pointer|empty/.test(String(name)))).toEqual([]);
});
