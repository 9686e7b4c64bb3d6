import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { duel } from '../../bench/duel.ts';
import type { EngineHandle, EngineName } from '../../bench/engine.ts';
import { measureFmaPeak } from '../../bench/fma-peak.ts';
import { benchOptions } from '../../bench/options.ts';

describe('the multiply-add peak', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.stubGlobal('GPUBufferUsage', { STORAGE: 0x80 });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test.each([1e9, 40e9, 2e12, 67e12])('of %d operations per second is found', async (peak) => {
    const found = await measureFmaPeak(clockedDevice(peak), 1);
    expect(found / peak).toBeGreaterThan(0.95);
    expect(found / peak).toBeLessThanOrEqual(1);
  });
});

/** A device that computes at a given speed by the fake clock, and takes 0.3 ms for a submit. */
function clockedDevice(peak: number): GPUDevice {
  let due = 0;
  let flops = 0;
  const device = {
    createShaderModule: ({ code }: { code: string }) => code,
    createComputePipelineAsync: async ({ compute: { module } }: { compute: { module: string } }) => ({ fmas: module.split(' = fma(').length - 1, getBindGroupLayout: () => null }),
    createBuffer: () => ({ destroy: () => {} }),
    createBindGroup: () => null,
    createCommandEncoder: () => ({ beginComputePass: () => pass, finish: () => null }),
    queue: {
      submit: () => {
        if (due > 0) throw new Error('another run is under way, whose time would be taken for part of this one');
        due = 0.3 + (1000 * flops) / peak;
        flops = 0;
      },
      onSubmittedWorkDone: async () => {
        await Promise.resolve();
        vi.advanceTimersByTime(due);
        due = 0;
      },
    },
  };
  let fmas = 0;
  const pass = {
    setPipeline: (pipeline: { fmas: number }) => (fmas = pipeline.fmas),
    setBindGroup: () => {},
    dispatchWorkgroups: (groups: number) => (flops += groups * 64 * 512 * fmas * 4 * 2),
    end: () => {},
  };
  return device as unknown as GPUDevice;
}

describe('a cell', () => {
  const rows = Float32Array.from({ length: 300 * 6 }, (_, i) => (i % 6 === 4 ? 1 - i / 3600 : i % 6 === 5 ? 0 : i * 40 + (i % 6 > 1 ? 30 : 0)));
  /** An engine that answers at once; of rows that differ, it moves every second box. */
  const handle = (name: EngineName, differs: boolean): EngineHandle => {
    const timing = { milliseconds: [5], rows: differs ? rows.map((value, i) => (i % 12 < 4 ? value + 500 : value)) : rows };
    return { name, first: async () => timing, run: async () => timing, count: async () => null, close: async () => {} };
  };
  const fought = async (wrong?: EngineName): Promise<{ notes: string[]; timed: boolean; agreement: Record<string, number> }> => {
    const notes: string[] = [];
    const open = async (name: EngineName): Promise<EngineHandle> => handle(name, name === wrong);
    const { value } = await duel({ open, runs: 4, budget: 60, note: (text) => notes.push(text) }, [{ size: 128, batch: 1 }]).next();
    return { notes, timed: value!.steady !== null, agreement: value!.agreement };
  };

  test('is timed where both engines agree with the reference', async () => {
    expect(await fought()).toMatchObject({ timed: true, agreement: { own: 300, onnxruntime: 300 } });
  });

  test.each(['own', 'onnxruntime'] as const)('is not timed where the rows of %s are wrong', async (name) => {
    const { notes, timed, agreement } = await fought(name);
    expect(agreement[name]).toBeLessThan(299);
    expect(timed).toBe(false);
    expect(notes.join()).toMatch(/agree/);
  });
});

describe('options', () => {
  const defaults = { sizes: '320', batches: '1' };

  test('are read', async () => {
    expect(await benchOptions(defaults, { runs: '3', batches: '1,4', budget: '0.5' })).toMatchObject({ runs: 3, budget: 0.5, cells: [{ size: 320, batch: 1 }, { size: 320, batch: 4 }] });
  });

  test.each([
    ['runs', 'x'], ['runs', '0'], ['runs', '2.5'], ['batches', 'a'], ['batches', '1,,2'], ['batches', '0'], ['budget', '?'], ['budget', '0'],
    ['sizes', 'wide'], ['adapter', 'wrong'],
  ])('--%s %s is refused', async (name, value) => {
    await expect(benchOptions(defaults, { [name]: value })).rejects.toMatchObject({ name: 'InputError', code: 'bad-argument' });
  });
});
