import { readFile } from 'node:fs/promises';
import { readNpy, toFloat32, writeNpy } from '../crosscheck/npy.ts';
import { InputError } from '../core/errors.ts';
import { checkTensor } from '../requests.ts';
import { adapterChoice, adapterName, adapterOption, openEngine, type OpenEngine } from './engine.ts';
import type { Io } from './io.ts';
import { badArgument, describeOptions, parseOptions, type OptionSpecs } from './options.ts';
import { checkOutput, writeOutput } from './output-file.ts';
import { duration } from './table.ts';

const options = {
  input: { value: 'X.npy', short: 'i', about: 'Network input [B, 3, H, W], RGB in 0..1, H and W multiples of 32' },
  output: { value: 'Y.npy', short: 'o', about: 'Where to write [B, 300, 6] float32: x1, y1, x2, y2 in input pixels, score, class' },
  ...adapterOption,
} satisfies OptionSpecs;

export const help = `yolov10-webgpu run <model> --input x.npy --output y.npy

Runs the network on a raw tensor, with no letterbox before and no threshold after.
Exit code: 0 done, 1 something failed, 2 not readable or a mistake in the command line.

${describeOptions(options)}
`;

/** The command `run`. */
export async function run(args: string[], io: Io, open: OpenEngine = openEngine): Promise<number> {
  const { values, positionals } = parseOptions(args, options);
  const [model, ...rest] = positionals;
  if (model === undefined || rest.length > 0) throw badArgument('one model', `${positionals.length}`, 'Example: run yolov10n.onnx --input x.npy --output y.npy');
  const { input, output } = values;
  if (input === undefined || output === undefined) {
    throw badArgument('--input and --output', input === undefined ? 'no --input' : 'no --output', 'Name a .npy file for each.');
  }
  await checkOutput(output, [model, input]);
  const array = readNpy(await readInput(input), input);
  const tensor = { data: toFloat32(array), dims: array.shape };
  const { height, width } = checkTensor(tensor); // before a model is loaded in vain
  const engine = await open({ model, imageSize: { height, width }, adapter: adapterChoice(values.adapter) }, io);
  try {
    const started = performance.now();
    const { data, dims } = await engine.run(tensor);
    const took = performance.now() - started;
    await writeOutput(output, writeNpy({ dtype: 'f4', shape: dims, data }));
    io.note(`${output}: [${dims.join(', ')}] float32, computed in ${duration(took)} on ${adapterName(engine.adapter)}\n`);
    return 0;
  } finally {
    engine.dispose();
  }
}

async function readInput(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const found = cause.code === 'ENOENT' ? 'no such file' : cause.message;
    throw new InputError('not-found', { expected: `a .npy file at ${path}`, found, remedy: 'Check the path and its spelling.' }, { cause });
  });
}
