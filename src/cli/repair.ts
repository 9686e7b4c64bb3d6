import { OPSETS } from '../exporting/reexport/options.ts';
import { type RepairOptions, repair } from '../exporting/repair/repair.ts';
import { drawPathText } from '../exporting/path/draw.ts';
import { tracePath } from '../exporting/path/trace.ts';
import { parseModel } from '../onnx/parse.ts';
import type { Io } from './io.ts';
import { openModelFiles } from './model-file.ts';
import { badArgument, choiceOption, describeOptions, integerOption, parseOptions, sizeOption, type OptionSpecs, type ParsedOptions } from './options.ts';
import { checkOutput, writeOutput } from './output-file.ts';

const options = {
  out: { value: 'FILE', short: 'o', about: 'Where to write the repaired model' },
  dynamic: { value: 'DIMS', about: 'What stays open: batch, batch,height,width or none; default: batch, and the size where the file has it open' },
  batch: { value: 'N', about: 'The batch size, with --dynamic none' },
  imgsz: { value: 'SIZE', about: 'Height and width to fix, N or HxW; default: as the file has them' },
  opset: { value: 'N', about: 'Operator set to write, 11 to 20; another than the file has rebuilds' },
  half: { about: 'Weights and activations in float16, the head in float32; rebuilds' },
  output: { value: 'FORM', about: 'detections, raw, raw-corners or mod-free; rebuilds; default: as the file has it' },
  rebuild: { about: 'Write the network anew with the weights of the file, even where mending would do' },
} satisfies OptionSpecs;

export const help = `yolov10-webgpu repair <model.onnx> -o fixed.onnx

Writes a model in which every shape follows from the input. The graph is mended in place where that suffices, with every
weight, the metadata and unknown fields kept; else our own network is written with the weights of the file. What cannot
be verified is refused, and no file is written. Exit code: 0 written, 1 refused, 2 not readable or a mistake in the command line.

${describeOptions(options)}
`;

/** The command `repair`. */
export async function run(args: string[], io: Io): Promise<number> {
  const { values, switches, positionals } = parseOptions(args, options);
  const [path, ...rest] = positionals;
  if (path === undefined || rest.length > 0) throw badArgument('one model', String(positionals.length), 'Example: repair yolov10n.onnx -o fixed.onnx');
  if (values.out === undefined) throw badArgument('--out', 'none', 'Name the file to write: -o fixed.onnx');
  const wishes = wishesOf(values, switches);
  await checkOutput(values.out, [path]);
  const { bytes, external } = await openModelFiles(path, io, [values.out]);
  const result = repair(bytes, { external, ...wishes });
  await writeOutput(values.out, result.bytes);
  io.note(`${result.changes.map((change) => `  ${change}`).join('\n')}\n`);
  const steps = tracePath(parseModel(bytes, { external }), parseModel(result.bytes));
  if (steps.length > 0) io.note(`\nThe path to the pe convolution:\n\n${drawPathText(steps)}\n\n`);
  io.out(`${values.out}: ${result.way} and verified\n`);
  return 0;
}

function wishesOf(values: ParsedOptions<typeof options>['values'], switches: ReadonlySet<string>): RepairOptions {
  const dynamic = choiceOption('dynamic', values.dynamic, ['batch', 'batch,height,width', 'none']);
  const size = sizeOption('imgsz', values.imgsz);
  const opset = opsetOption(values.opset);
  if (values.batch !== undefined && dynamic !== 'none') throw badArgument('--batch together with --dynamic none', `--dynamic ${dynamic ?? 'batch'}`, 'Where the batch stays open there is none to fix.');
  if (size && dynamic === 'batch,height,width') throw badArgument('no --imgsz with --dynamic batch,height,width', `--imgsz ${values.imgsz}`, 'Where height and width stay open there is no size to fix.');
  return {
    dynamic,
    batch: integerOption('batch', values.batch, 1, [1, 4096]),
    ...(size && { size: [size.height, size.width] }),
    ...(opset !== undefined && { opset }),
    ...(switches.has('half') && { half: true }),
    output: choiceOption('output', values.output, ['detections', 'raw', 'raw-corners', 'mod-free']),
    forceRebuild: switches.has('rebuild'),
  };
}

function opsetOption(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const opset = Number(text);
  if (Number.isInteger(opset) && opset >= OPSETS.lowest && opset <= OPSETS.highest) return opset;
  throw badArgument(`--opset from ${OPSETS.lowest} to ${OPSETS.highest}`, text, 'Leave it out to keep that of the file.');
}
