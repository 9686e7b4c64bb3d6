import { InputError } from '../core/errors.ts';
import { LARGEST_SIDE } from '../yolov10/input-size.ts';
import { suggest } from './suggest.ts';

/** One option of a command. */
export interface OptionSpec {
  /** Placeholder of its value in the help; left out for a switch. */
  value?: string;
  /** One-letter form, without the dash. */
  short?: string;
  /** What it does, one line. */
  about: string;
}

export type OptionSpecs = Record<string, OptionSpec>;

export interface ParsedOptions<Specs extends OptionSpecs> {
  /** Values as written; the last wins where an option is repeated. */
  values: { [Name in keyof Specs]?: string };
  /** The switches that were given. */
  switches: Set<keyof Specs>;
  positionals: string[];
}

/**
 * Parses `--name value`, `--name=value`, `-n value`, switches and positionals in any order; after `--` all is positional.
 * @throws InputError `bad-argument` for an unknown option (with the one probably meant) or a missing value.
 */
export function parseOptions<Specs extends OptionSpecs>(args: string[], specs: Specs): ParsedOptions<Specs> {
  const values: Record<string, string> = {};
  const switches = new Set<keyof Specs>();
  const positionals: string[] = [];
  const rest = [...args];
  while (rest.length > 0) {
    const arg = rest.shift()!;
    if (arg === '--') positionals.push(...rest.splice(0));
    else if (!arg.startsWith('-') || arg === '-') positionals.push(arg);
    else takeOption(arg);
  }
  return { values: values as ParsedOptions<Specs>['values'], switches, positionals };

  function takeOption(arg: string): void {
    const [written, inline] = splitOnce(arg, '=');
    const name = nameOf(written, specs);
    const { value: placeholder, about } = specs[name]!;
    if (placeholder === undefined) {
      if (inline !== undefined) throw badArgument(`${written} without a value`, arg, `Write just ${written}.`);
      switches.add(name);
      return;
    }
    const value = inline ?? rest.shift();
    if (value === undefined) throw badArgument(`a value after ${written} (${placeholder})`, 'none', `${about}.`);
    if (inline === undefined && value.startsWith('--')) throw badArgument(`a value after ${written} (${placeholder})`, value, `If that is the value, write ${written}=${value}.`);
    values[name] = value;
  }
}

/** Aligned help lines for a command's options. */
export function describeOptions(specs: OptionSpecs): string {
  const lines = Object.entries(specs).map(([name, { value, short, about }]) => ({
    left: `  ${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`, about,
  }));
  const width = Math.max(...lines.map(({ left }) => left.length)) + 2;
  return lines.map(({ left, about }) => left.padEnd(width) + about).join('\n');
}

/** A number within [min, max], or the default where the option was not given. */
export function numberOption(name: string, text: string | undefined, byDefault: number, [min, max]: [number, number]): number {
  if (text === undefined) return byDefault;
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw badArgument(`--${name} between ${min} and ${max}`, text, `Leave it out for ${byDefault}.`);
}

/** A whole number within [min, max], or the default where the option was not given. */
export function integerOption(name: string, text: string | undefined, byDefault: number, range: [number, number]): number {
  const value = numberOption(name, text, byDefault, range);
  if (Number.isInteger(value)) return value;
  throw badArgument(`--${name} to be a whole number`, text!, `Leave it out for ${byDefault}.`);
}

/** A network input size, `640` for a square or `416x672` for height x width. */
export function sizeOption(name: string, text: string | undefined): { height: number; width: number } | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,5})(?:[x*](\d{1,5}))?$/i.exec(text.trim());
  const height = Number(match?.[1]);
  const width = Number(match?.[2] ?? match?.[1]);
  if (height > 0 && width > 0 && height % 32 === 0 && width % 32 === 0 && Math.max(height, width) <= LARGEST_SIDE) return { height, width };
  throw badArgument(`--${name} as N or HxW in multiples of 32 up to ${LARGEST_SIDE}, such as 640 or 416x672`, text, 'The network halves its input five times.');
}

/** A switch over fixed words. */
export function choiceOption<Choice extends string>(name: string, text: string | undefined, choices: readonly Choice[]): Choice | undefined {
  if (text === undefined || choices.includes(text as Choice)) return text as Choice | undefined;
  const meant = suggest(text, choices);
  throw badArgument(`--${name} to be one of ${choices.join(', ')}`, text, meant ? `Did you mean ${meant}?` : 'Choose one of these.');
}

/** The mistake of a command line, exit code 2. */
export function badArgument(expected: string, found: string, remedy: string): InputError {
  return new InputError('bad-argument', { expected, found, remedy });
}

function nameOf(written: string, specs: OptionSpecs): string {
  const name = written.replace(/^-+/, '');
  if (written.startsWith('--') && Object.hasOwn(specs, name)) return name;
  const short = Object.keys(specs).find((candidate) => specs[candidate]!.short === name);
  if (short !== undefined && !written.startsWith('--')) return short;
  const meant = suggest(name, Object.keys(specs));
  const remedy = meant ? `Did you mean --${meant}?` : 'See --help; after -- everything is a file.';
  throw badArgument('an option this command has', written, remedy);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
