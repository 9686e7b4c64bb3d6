/**
 * Serves the browser example, bundled from source, at http://localhost:8080:
 *
 *   npx tsx examples/serve.ts [model.onnx] [port]
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { pageBundle } from '../tools/bundle.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Starts the server; port 0 takes a free one. */
export async function serveExample(model = here('../models/yolov10n-codes.onnx'), port = 8080): Promise<Server> {
  const { outputFiles } = await build({ ...pageBundle, write: false });
  const pages: Record<string, { type: string; content: () => Promise<Uint8Array> }> = {
    '/': { type: 'text/html; charset=utf-8', content: () => readFile(here('browser.html')) },
    '/yolov10-webgpu.js': { type: 'text/javascript', content: () => Promise.resolve(outputFiles[0]!.contents) },
    '/model.onnx': { type: 'application/octet-stream', content: () => readFile(model) },
  };
  const server = createServer((request, answer) => {
    const page = pages[new URL(request.url ?? '/', 'http://localhost').pathname];
    const content = page?.content() ?? Promise.reject(new Error('no such page'));
    content.then((bytes) => answer.writeHead(200, { 'content-type': page!.type }).end(bytes), (error: Error) => answer.writeHead(404).end(error.message));
  });
  await once(server.listen(port, 'localhost'), 'listening');
  return server;
}

function complaint(error: NodeJS.ErrnoException, port: string): string {
  if (error.code === 'EADDRINUSE') return `expected port ${port} to be free, found it taken.`;
  if (error.code === 'EACCES') return `expected a port that this user may open, found ${port}.`;
  if (error.code === 'ERR_SOCKET_BAD_PORT') return `expected a port from 0 to 65535, found "${port}".`;
  throw error;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [model, port = '8080'] = process.argv.slice(2);
  try {
    const server = await serveExample(model, Number(port));
    console.log(`http://localhost:${(server.address() as AddressInfo).port}`);
  } catch (error) {
    console.error(`${complaint(error as NodeJS.ErrnoException, port)} Name another: npx tsx examples/serve.ts ${model ?? 'models/yolov10n-codes.onnx'} ${port === '8080' ? 8081 : 8080}`);
    process.exitCode = 1;
  }
}
