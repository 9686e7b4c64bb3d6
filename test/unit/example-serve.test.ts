import { spawnSync } from 'node:child_process';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';

let server: Server;
beforeAll(async () => {
  server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, 'localhost', resolve); });
});
afterAll(() => { server.close(); });

const serve = (...args: string[]): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, ['--import', 'tsx', 'examples/serve.ts', 'model.onnx', ...args], { encoding: 'utf8', timeout: 15_000 });

test('a taken port is told in one line, with another to try', () => {
  const { port } = server.address() as AddressInfo;
  const { status, stdout, stderr } = serve(String(port));
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(`expected port ${port} to be free, found it taken. Name another: npx tsx examples/serve.ts model.onnx 8080\n`);
});

test('so is a port that is none', () => {
  expect(serve('many')).toMatchObject({ status: 1, stdout: '', stderr: 'expected a port from 0 to 65535, found "many". Name another: npx tsx examples/serve.ts model.onnx 8080\n' });
});
