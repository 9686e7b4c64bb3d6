#!/usr/bin/env node
/** The process around the command line: streams, signals, exit code. */
import process from 'node:process';
import { runCommandLine } from './commands.ts';
import { explain } from './explain.ts';
import { standardError } from './io.ts';

const interruption = new AbortController();
let interruptedAt = Number.POSITIVE_INFINITY;
const impatience = 1000; // milliseconds; npm and the terminal may both pass on one Ctrl-C

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
process.stdout.on('error', leaveQuietly);
process.stderr.on('error', leaveQuietly);
process.on('uncaughtException', (error) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});

const code = await runCommandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  ...standardError(),
  signal: interruption.signal,
});
process.stdout.write('', () => process.exit(code)); // not before all is written

/** The first asks the command to stop after what it is doing, a later one stops at once. */
function interrupt(): void {
  if (performance.now() - interruptedAt > impatience) process.exit(130);
  interruptedAt = Math.min(interruptedAt, performance.now());
  interruption.abort();
}

/** The reader has gone, as `head` does. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
}
