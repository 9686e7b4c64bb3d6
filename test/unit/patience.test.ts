import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Patience } from '../../src/core/patience.ts';

/** A server that sends a byte after each of these waits, in milliseconds, then ends; the signal breaks it off, as of `fetch`. */
function serve(waits: readonly number[]): void {
  vi.stubGlobal('fetch', async (_address: string, { signal }: { signal: AbortSignal }) => new Response(new ReadableStream({
    async start(controller) {
      signal.addEventListener('abort', () => controller.error(signal.reason));
      for (const wait of waits) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        if (signal.aborted) return;
        controller.enqueue(Uint8Array.of(7));
      }
      controller.close();
    },
  })));
}

async function download(caller?: AbortSignal): Promise<number> {
  const patience = new Patience((found, cause) => new Error(`explained: ${found ?? String(cause)}`), caller);
  let bytes = 0;
  for await (const part of patience.parts(await patience.answer('http://host/file'))) bytes += part.length;
  return bytes;
}

describe('a download', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('may take as long as it likes while data comes', async () => {
    serve([25_000, 25_000, 25_000]);
    const whole = download();
    await vi.advanceTimersByTimeAsync(75_000);
    expect(await whole).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends after 30 seconds of silence, in words', async () => {
    serve([1_000, 40_000]);
    const broken = expect(download()).rejects.toThrow('explained: no data for 30 seconds');
    await vi.advanceTimersByTimeAsync(31_000);
    await broken;
  });

  it("rejects with the caller's own reason", async () => {
    serve([1_000, 20_000]);
    const caller = new AbortController();
    const aborted = expect(download(caller.signal)).rejects.toThrow('enough');
    await vi.advanceTimersByTimeAsync(2_000);
    caller.abort(new Error('enough'));
    await aborted;
    await expect(download(caller.signal)).rejects.toThrow('enough');
  });

  it('leaves nothing with a signal that outlives it', async () => {
    serve([1_000, 1_000]);
    const { signal } = new AbortController();
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    const whole = download(signal);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await whole).toBe(2);
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });
});
