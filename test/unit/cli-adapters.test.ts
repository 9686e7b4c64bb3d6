import { describe, expect, it } from 'vitest';
import * as adapters from '../../src/cli/adapters.ts';
import { InputError } from '../../src/core/errors.ts';
import type { AdapterChoice, AdapterDescription } from '../../src/platform/contract.ts';
import { described } from '../cases/described.ts';
import { recordIo } from '../cases/recorded-io.ts';

describe('adapters', () => {
  const none = new InputError('no-webgpu', { expected: 'a WebGPU adapter', found: 'none', remedy: 'Install a driver.' });
  const machine = (present: Partial<Record<AdapterChoice, AdapterDescription>>) => ({ choice = 'auto' }: { choice?: AdapterChoice } = {}) =>
    present[choice] ? Promise.resolve({ adapter: {} as GPUAdapter, description: present[choice], keep: undefined }) : Promise.reject(none);

  it('lists them and marks the one used', async () => {
    const io = recordIo();
    expect(await adapters.run([], io, machine({ auto: described('Fast GPU'), gpu: described('Fast GPU'), swiftshader: described('SwiftShader', true) }))).toBe(0);
    expect(io.stdout).toMatch(/gpu +Fast GPU +GPU +used\nlavapipe +not available \(none\)\nswiftshader +SwiftShader +CPU\n/);
    expect(io.stdout).toContain('Used: Fast GPU');
    expect(io.stdout).toMatch(/maxBufferSize +256 MiB/);
    expect(io.stdout).not.toContain('maxTextureArrayLayers');
    expect(io.stdout).not.toContain('computes on the CPU');
  });

  it('says so when the one used is software', async () => {
    const io = recordIo();
    await adapters.run([], io, machine({ auto: described('SwiftShader', true), swiftshader: described('SwiftShader', true) }));
    expect(io.stdout).toContain('computes on the CPU');
  });

  it('fails with the remedy where there is none', async () => {
    const [words, json] = [recordIo(), recordIo()];
    expect(await adapters.run([], words, machine({}))).toBe(1);
    expect(words.stdout).toContain('Install a driver.');
    expect(await adapters.run(['--json'], json, machine({}))).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ used: null, choices: [{ choice: 'gpu', reason: 'none' }, {}, {}] });
  });
});
