import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type OpenForValidation, run } from '../../src/cli/validate.ts';
import { InputError } from '../../src/core/errors.ts';
import type { Peer } from '../../src/crosscheck/engine.ts';
import { openOnnxRuntime } from '../../src/crosscheck/onnxruntime.ts';
import { recordIo } from '../cases/recorded-io.ts';
import { seededModel, tinyConfig } from '../cases/seeded-model.ts';

vi.mock('../../src/crosscheck/onnxruntime.ts', { spy: true });

const folder = mkdtempSync(join(tmpdir(), 'validate-peer-'));
const file = join(folder, 'tiny.onnx');
writeFileSync(file, seededModel(tinyConfig(), { height: 64, width: 64 }));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.mocked(openOnnxRuntime).mockReset());

let disposed = 0;
const rows = (): Float32Array => Float32Array.of(0, 0, 9, 9, 0.9, 1);
const open: OpenForValidation = async () => ({
  name: 'made up', imageSize: { height: 64, width: 64 }, dispose: () => { disposed++; },
  run: async ({ dims }) => ({ data: Float32Array.from(Array.from({ length: dims[0]! }, () => [...rows()]).flat()), dims: [dims[0]!, 1, 6] }),
});

async function validated(opened: () => Promise<Peer>): Promise<{ code: number; stdout: string; stderr: string; disposed: number }> {
  vi.mocked(openOnnxRuntime).mockImplementationOnce(opened);
  const [io, before] = [recordIo(), disposed];
  const code = await run([file, '--batches', '1'], io, open);
  return { code, stdout: io.stdout, stderr: io.stderr, disposed: disposed - before };
}

const complaint = { expected: 'a peer', found: 'something', remedy: 'Do something.' };

describe('the other engine', () => {
  it('is done without where it is not installed', async () => {
    const { code, stdout, stderr } = await validated(() => Promise.reject(new InputError('not-found', { ...complaint, found: 'it is not installed' })));
    expect([code, stderr]).toEqual([0, expect.stringContaining('Do something.')]);
    expect(stdout).toContain('no other engine: it is not installed');
  });

  it.each(['unsupported', 'not-onnx', 'external-data'] as const)('is not passed over where it fails otherwise: %s', async (errorCode) => {
    const ran = await validated(() => Promise.reject(new InputError(errorCode, complaint)));
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('found something') as string, disposed: 1 });
  });

  it('that cannot take the file fails the check', async () => {
    const { code, stdout } = await validated(async () => ({ name: 'ONNX Runtime', run: () => Promise.reject(new InputError('unsupported', complaint)) }));
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed +1 +detections .*cannot run the file: expected a peer, found something/);
  });
});
