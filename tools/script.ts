/** The command line of a script that is not a command of the product. */
import process from 'node:process';
import { explain } from '../src/cli/explain.ts';
import { describeOptions, type OptionSpecs, type ParsedOptions, parseOptions } from '../src/cli/options.ts';
import { InputError } from '../src/core/errors.ts';

/**
 * Runs a script with the options of this process's command line: prints what it is for after `--help`, and says in one
 * message what is wrong with its input, with exit code 2.
 * @param usage how to call it, and what it does
 */
export async function runScript<Specs extends OptionSpecs>(
  usage: string, specs: Specs, body: (values: ParsedOptions<Specs>['values']) => Promise<void>,
): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(`${usage}\n\n${describeOptions(specs)}`);
    return;
  }
  try {
    const { values, positionals } = parseOptions(args, specs);
    if (positionals.length > 0) {
      throw new InputError('bad-argument', { expected: 'options alone', found: positionals.join(' '), remedy: 'Put -- and a name before each value; see --help.' });
    }
    await body(values);
  } catch (error) {
    console.error(explain(error));
    process.exitCode = error instanceof InputError ? 2 : 1;
  }
}

/** The value of an option that a script cannot do without. @throws InputError 'bad-argument' */
export function required(name: string, value: string | undefined, remedy: string): string {
  if (value !== undefined) return value;
  throw new InputError('bad-argument', { expected: `--${name}`, found: 'none', remedy });
}
