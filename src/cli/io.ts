import process from 'node:process';

/** What a command may touch of the world, so that tests can hand it another. */
export interface Io {
  /** Writes to stdout: results only. */
  out(text: string): void;
  /** Writes to stderr: progress, notes, errors. */
  note(text: string): void;
  /** Columns of the terminal that stderr is, or undefined where it is none. */
  columns: number | undefined;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

/** The stderr of this process. */
export function standardError(): Pick<Io, 'note' | 'columns'> {
  const { stderr } = process;
  return { note: (text) => void stderr.write(text), columns: stderr.isTTY ? stderr.columns || 80 : undefined };
}

/** Every file in this folder that is a command exports these. */
export interface Command {
  /** Shown by `--help`. */
  help: string;
  /** Returns the exit code; user errors are thrown as InputError. */
  run(args: string[], io: Io): Promise<number>;
}
