import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Counts, EngineHandle, EngineName, Reply, Request, Timing } from './engine.ts';

/** An engine in a Node process of its own. */
export class EngineProcess implements EngineHandle {
  readonly name: EngineName;
  readonly #model: Uint8Array;
  readonly #child: ChildProcess;

  /** `environment` makes the process use the bench's Vulkan driver. */
  constructor(name: EngineName, model: Uint8Array, environment: Record<string, string>) {
    this.name = name;
    this.#model = model;
    this.#child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), [name], {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // no shaders from earlier runs, by drivers of Mesa or of NVIDIA: a first result must compile them
      env: { ...process.env, MESA_SHADER_CACHE_DISABLE: 'true', __GL_SHADER_DISK_CACHE: '0', ...environment },
    });
  }

  first(batch: number, size: number): Promise<Timing> {
    return this.#timing({ kind: 'first', model: this.#model, batch, size });
  }

  run(batch: number, size: number, runs: number): Promise<Timing> {
    return this.#timing({ kind: 'run', batch, size, runs });
  }

  async count(batch: number, size: number): Promise<Counts | null> {
    const reply = await this.#ask({ kind: 'count', batch, size });
    return reply.kind === 'counts' ? reply.counts : null;
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL'); // Dawn may hang when asked politely
  }

  async #timing(request: Request): Promise<Timing> {
    const reply = await this.#ask(request);
    if (reply.kind !== 'times') throw new Error(`${this.name} sent no times`);
    return reply;
  }

  #ask(request: Request): Promise<Reply> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const ended = (code: number | null, signal: string | null): void => reject(new Error(`the process of ${this.name} ended with ${signal ?? code}`));
      child.once('exit', ended);
      child.once('message', (reply: Reply) => {
        child.off('exit', ended);
        if (reply.kind === 'failed') reject(new Error(`${this.name}: ${reply.message}`));
        else resolve(reply);
      });
      child.send(request);
    });
  }
}
