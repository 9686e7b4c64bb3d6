import type { Io } from '../../src/cli/io.ts';

/** A command's world in a test: what it wrote, and a hand on Ctrl-C. */
export interface RecordedIo extends Io {
  stdout: string;
  stderr: string;
  interrupt(): void;
}

/** @param columns of the terminal that stderr plays; none where left out */
export function recordIo(columns?: number): RecordedIo {
  const controller = new AbortController();
  const io: RecordedIo = {
    stdout: '', stderr: '', columns, signal: controller.signal,
    out: (text) => { io.stdout += text; },
    note: (text) => { io.stderr += text; },
    interrupt: () => controller.abort(),
  };
  return io;
}
