/** How long a server may say nothing in the midst of a download. */
const LIMIT_MS = 30_000;

/** Waits for a download as long as something comes, however long the whole takes. */
export class Patience {
  private readonly silence = new AbortController();
  private readonly caller: AbortSignal | undefined;
  private readonly explain: (found: string | undefined, cause: unknown) => unknown;

  /**
   * @param explain makes the error to throw: what was found where nothing came for too long, else what the network threw
   * @param caller aborts the download with its own reason, which is thrown as it is
   */
  constructor(explain: (found: string | undefined, cause: unknown) => unknown, caller?: AbortSignal) {
    this.explain = explain;
    this.caller = caller;
  }

  /** The answer of a server. */
  answer(address: string): Promise<Response> {
    const { signal } = this.silence;
    return this.wait(fetch(address, { signal: this.caller ? AbortSignal.any([this.caller, signal]) : signal }));
  }

  /** Its content, part by part; left early, no more of it is downloaded. */
  async *parts(answer: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const reader = answer.body?.getReader(); // Safari's streams cannot be iterated
    try {
      for (let part = await this.wait(reader?.read()); part && !part.done; part = await this.wait(reader?.read())) yield part.value;
    } finally {
      this.silence.abort();
    }
  }

  private async wait<T>(work: T): Promise<Awaited<T>> {
    let silent = false;
    const timer = setTimeout(() => {
      silent = true;
      this.silence.abort();
    }, LIMIT_MS);
    try {
      return await work;
    } catch (error) {
      if (this.caller?.aborted) throw error;
      throw this.explain(silent ? `no data for ${LIMIT_MS / 1000} seconds` : undefined, error);
    } finally {
      clearTimeout(timer);
    }
  }
}
