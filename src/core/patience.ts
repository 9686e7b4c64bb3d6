/** How long a server may say nothing in the midst of a download. */
const LIMIT_MS = 30_000;

/** Waits for a download as long as something comes, however long the whole takes. */
export class Patience {
  private readonly ending = new AbortController();
  private readonly explain: (found: string | undefined, cause: unknown) => unknown;
  private readonly caller: AbortSignal | undefined;
  private readonly limit: number;

  /**
   * @param explain makes the error to throw: what was found where nothing came for too long, else what the network threw
   * @param caller aborts the download with its own reason, which is thrown as it is
   * @param limit milliseconds in which something must come
   */
  constructor(explain: (found: string | undefined, cause: unknown) => unknown, caller?: AbortSignal, limit: number = LIMIT_MS) {
    this.explain = explain;
    this.caller = caller;
    this.limit = limit;
  }

  /** The answer of a server. */
  answer(address: string, request: Pick<RequestInit, 'cache' | 'method'> = {}): Promise<Response> {
    return this.wait(() => fetch(address, { ...request, signal: this.ending.signal }));
  }

  /** Its content, part by part; left early, no more of it is downloaded. */
  async *parts(answer: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const reader = answer.body?.getReader(); // Safari's streams cannot be iterated
    const next = (): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>> | undefined> => this.wait(() => reader?.read());
    try {
      for (let part = await next(); part && !part.done; part = await next()) yield part.value;
    } finally {
      this.ending.abort();
    }
  }

  /** Listens to the caller only while it waits, so that nothing stays with a signal that outlives many downloads. */
  private async wait<T>(work: () => T): Promise<Awaited<T>> {
    const { caller, ending, limit } = this;
    caller?.throwIfAborted();
    const leave = (): void => ending.abort(caller?.reason); // browsers had WebGPU before AbortSignal.any
    let silent = false;
    const timer = setTimeout(() => {
      silent = true;
      ending.abort();
    }, limit);
    caller?.addEventListener('abort', leave);
    try {
      return await work();
    } catch (error) {
      caller?.throwIfAborted();
      throw this.explain(silent ? `no data for ${limit / 1000} seconds` : undefined, error);
    } finally {
      clearTimeout(timer);
      caller?.removeEventListener('abort', leave);
    }
  }
}
