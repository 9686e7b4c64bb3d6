import { readFile } from 'node:fs/promises';
import { type ErrorCode, InputError } from '../core/errors.ts';
import { explain } from './explain.ts';
import type { Command, Io } from './io.ts';
import { badArgument } from './options.ts';
import { suggest } from './suggest.ts';

const commands: Record<string, { about: string; load: () => Promise<Command> }> = {
  detect: { about: 'Find objects in pictures', load: () => import('./detect.ts') },
  run: { about: 'Run the network on a raw tensor (.npy in, .npy out)', load: () => import('./run.ts') },
  inspect: { about: 'Describe a model file: scale, classes, layers, cost', load: () => import('./inspect.ts') },
  doctor: { about: 'Say what is wrong with an export', load: () => import('./doctor.ts') },
  repair: { about: 'Write an export whose shapes are right', load: () => import('./repair.ts') },
  validate: { about: 'Prove that every batch size gives the same result', load: () => import('./validate.ts') },
  adapters: { about: 'List the WebGPU adapters of this machine', load: () => import('./adapters.ts') },
  demo: { about: 'Detect on the sample pictures and make a page of the results', load: () => import('./demo.ts') },
};

const help = `yolov10-webgpu <command> [options]

Commands:
${Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(10)}${about}`).join('\n')}

  --help     Show this, or after a command its options
  --version  Show the version

Environment:
  YOLOV10_ADAPTER  auto, gpu, lavapipe or swiftshader, where --adapter is left out
  YOLOV10_CACHE    Folder for downloaded models and unpacked drivers
  HF_ENDPOINT      Address of another hub for hub ids (owner/name), such as a mirror

Example:
  yolov10-webgpu detect photo.jpg --out results
`;

/** What the input is not to blame for: it was readable, and the work failed. */
const failures: ReadonlySet<ErrorCode> = new Set(['no-webgpu', 'out-of-memory', 'device-lost', 'disposed', 'unsupported']);

/**
 * Runs one command line.
 * @returns the exit code: 0 done, 1 something failed, 2 input not readable or a mistake in the command line, 130 interrupted.
 */
export async function runCommandLine(args: string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    if (io.signal.aborted) return 130;
    io.note(`${explain(error)}\n`);
    return error instanceof InputError && !failures.has(error.code) ? 2 : 1;
  }
}

async function dispatch([first, ...rest]: string[], io: Io): Promise<number> {
  if (first === undefined) {
    io.note(help);
    return 2;
  }
  if (first === '--version' || first === '-v') {
    io.out(`${await version()}\n`);
    return 0;
  }
  const asksHelp = [first, ...rest].some((arg, index, all) => (arg === '--help' || arg === '-h') && !all.slice(0, index).includes('--'));
  const name = first === 'help' ? rest[0] : first;
  if (name === undefined || name === '--help' || name === '-h') {
    io.out(help);
    return 0;
  }
  const command = await commandNamed(name).load();
  if (first !== 'help' && !asksHelp) return command.run(rest, io);
  io.out(command.help);
  return 0;
}

function commandNamed(name: string): { load: () => Promise<Command> } {
  if (Object.hasOwn(commands, name)) return commands[name]!;
  const meant = suggest(name, Object.keys(commands));
  const looksLikeFile = /[./\\*]/.test(name);
  const remedy = meant ? `Did you mean ${meant}?` : looksLikeFile ? `Did you mean: detect ${name}?` : 'See --help.';
  throw badArgument(`a command (${Object.keys(commands).join(', ')})`, name, remedy);
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
