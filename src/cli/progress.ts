import type { Io } from './io.ts';
import { byteSize } from './table.ts';

/** Where progress is shown. */
type Terminal = Pick<Io, 'note' | 'columns'>;

/** Work whose progress is worth showing. */
export interface Progress {
  /** How much is done so far; call as often as you like. */
  update(done: number): void;
  /** Clears the bar, so that other text can follow; call when done or failed. */
  clear(): void;
}

export interface ProgressOptions {
  /** What is going on: `detecting`. */
  label: string;
  /** Undefined where not known. */
  total: number | undefined;
  unit: 'pictures' | 'bytes';
  /** Without a terminal: whether to write a line at every tenth instead. */
  lines?: boolean;
}

const barWidth = 24;
const redrawMilliseconds = 80;

/** A bar on stderr where that is a terminal, else a line at every tenth if asked for, else nothing. */
export function startProgress(io: Terminal, options: ProgressOptions): Progress {
  if (io.columns !== undefined) return terminalBar(io, options);
  return options.lines && options.total ? tenthLines(io, options) : { update: () => {}, clear: () => {} };
}

function terminalBar(io: Terminal, options: ProgressOptions): Progress {
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    update(done) {
      const now = performance.now();
      if (now - drawn < redrawMilliseconds && done !== options.total) return;
      drawn = now;
      io.note(`\r${barLine(done, options).slice(0, io.columns! - 1)}\x1b[K`);
    },
    clear: () => io.note('\r\x1b[K'),
  };
}

function tenthLines(io: Terminal, options: ProgressOptions): Progress {
  let tenth = 0;
  return {
    update(done) {
      const reached = Math.floor((10 * done) / options.total!);
      if (reached === tenth) return;
      tenth = reached;
      io.note(`${options.label}: ${amount(done, options)} (${10 * tenth} %)\n`);
    },
    clear: () => {},
  };
}

function barLine(done: number, options: ProgressOptions): string {
  if (!options.total) return `${options.label} ${amount(done, options)}`;
  const share = Math.min(1, done / options.total);
  const filled = Math.round(share * barWidth);
  return `${options.label} [${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${Math.floor(share * 100)} %  ${amount(done, options)}`;
}

function amount(done: number, { total, unit }: ProgressOptions): string {
  const show = unit === 'bytes' ? byteSize : String;
  return total ? `${show(done)} of ${show(total)}${unit === 'bytes' ? '' : ` ${unit}`}` : show(done);
}
