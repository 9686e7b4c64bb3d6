import { InputError } from '../core/errors.ts';
import type { AdapterChoice, AdapterDescription, Platform } from '../platform/contract.ts';
import { adapterName } from './engine.ts';
import type { Io } from './io.ts';
import { runtimePlatform } from './model-file.ts';
import { badArgument, describeOptions, parseOptions, type OptionSpecs } from './options.ts';
import { table } from './table.ts';

const options = { json: { about: 'Write JSON to stdout instead of tables' } } satisfies OptionSpecs;

export const help = `yolov10-webgpu adapters [--json]

Lists the WebGPU adapters of this machine, which of them would be used, its features and its limits.

${describeOptions(options)}

The environment variable YOLOV10_ADAPTER (auto, gpu, lavapipe, swiftshader) or --adapter of each command chooses another.
Exit code: 0 there is one, 1 there is none.
`;

type Requester = Platform['requestAdapter'];
type Choice = { choice: AdapterChoice; adapter: AdapterDescription } | { choice: AdapterChoice; reason: string };

/** The command `adapters`. */
export async function run(args: string[], io: Io, requestAdapter?: Requester): Promise<number> {
  const { switches, positionals } = parseOptions(args, options);
  if (positionals.length > 0) throw badArgument('no arguments', positionals[0]!, 'See adapters --help.');
  const request = requestAdapter ?? (await runtimePlatform()).requestAdapter;
  const used = await ask(request, undefined);
  const others: Choice[] = [];
  for (const choice of askable()) others.push(await ask(request, choice));
  if (switches.has('json')) io.out(`${JSON.stringify({ used: 'adapter' in used ? used.adapter : null, choices: others }, undefined, 2)}\n`);
  else io.out(describe(used, others));
  return 'adapter' in used ? 0 : 1;
}

/** Deno looks for drivers once per process, so that the first choice holds and others cannot be asked for. */
function askable(): AdapterChoice[] {
  return 'Deno' in globalThis ? [] : ['gpu', 'lavapipe', 'swiftshader'];
}

async function ask(request: Requester, choice: AdapterChoice | undefined): Promise<Choice> {
  try {
    const { description } = await request({ choice });
    return { choice: choice ?? 'auto', adapter: description };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { choice: choice ?? 'auto', reason: choice === undefined ? error.message : error.found };
  }
}

function describe(used: Choice, others: Choice[]): string {
  const rows = others.map((entry) => ('adapter' in entry
    ? [entry.choice, adapterName(entry.adapter), entry.adapter.software ? 'CPU' : 'GPU', 'adapter' in used && adapterName(used.adapter) === adapterName(entry.adapter) ? 'used' : '']
    : [entry.choice, `not available (${entry.reason})`, '', '']));
  const list = table([{ title: '--adapter' }, { title: 'adapter' }, { title: 'runs on' }, { title: '' }], rows);
  const choices = others.length > 0 ? `${list}\n` : '';
  if (!('adapter' in used)) return `${choices}${used.reason}\n`;
  const { features, limits, software } = used.adapter;
  const warning = software ? 'It computes on the CPU: right, but a GPU is many times faster.\n' : '';
  const limitRows = Object.entries(limits).filter(([name]) => computeLimits.test(name)).map(([name, value]) => [name, limitText(name, value)]);
  return `${choices}Used: ${adapterName(used.adapter)}\n${warning}\nFeatures:\n${wrap(features.length > 0 ? features : ['none'])}\n
${table([{ title: 'Limits for computing (all of them: --json)' }, { title: '', align: 'right' }], limitRows, '')}`;
}

/** Those that decide what this engine can do. */
const computeLimits = /Compute|maxStorageBuffer(BindingSize|sPerShaderStage)|maxBufferSize|maxUniformBufferBindingSize|maxBindGroups$|StorageBufferOffset/;

function limitText(name: string, value: number): string {
  return name.endsWith('Size') && value % 1024 === 0 && value >= 2 ** 20 ? `${value / 2 ** 20} MiB` : value.toLocaleString('en');
}

/** Words separated by commas in lines of at most 90 columns, indented. */
function wrap(words: string[]): string {
  const lines = [''];
  for (const word of words) {
    if (lines.at(-1)!.length + word.length > 88) lines.push('');
    lines[lines.length - 1] += `${lines.at(-1) === '' ? '  ' : ', '}${word}`;
  }
  return lines.join(',\n');
}
