import { InputError } from '../core/errors.ts';
import { diagnose, isSound } from '../exporting/doctor/diagnose.ts';
import { printReport, toReport } from '../exporting/doctor/report.ts';
import { drawPathSvg } from '../exporting/path/draw.ts';
import { parseModel } from '../onnx/parse.ts';
import { explain } from './explain.ts';
import type { Io } from './io.ts';
import { openModelFiles } from './model-file.ts';
import { badArgument, describeOptions, parseOptions, type OptionSpecs } from './options.ts';
import { checkOutput, writeOutput } from './output-file.ts';

const options = {
  json: { about: 'Print the findings as JSON' },
  svg: { value: 'FILE', about: 'Draw the path from the picture to the pe convolution' },
} satisfies OptionSpecs;

export const help = `yolov10-webgpu doctor <model.onnx>

Says what is wrong with an export: where a batch or a size is baked in, where TensorRT or ONNX lose shapes, what the
shapes are and should be, and what to do. Exit code: 0 sound, 1 findings, 2 not readable.

${describeOptions(options)}
`;

/** The command `doctor`. */
export async function run(args: string[], io: Io): Promise<number> {
  const { values, switches, positionals } = parseOptions(args, options);
  const [path, ...rest] = positionals;
  if (path === undefined || rest.length > 0) throw badArgument('one model', String(positionals.length), 'Example: doctor yolov10n.onnx');
  if (values.svg !== undefined) await checkOutput(values.svg, [path]);
  try {
    const { bytes, external } = await openModelFiles(path, io, values.svg === undefined ? [] : [values.svg]);
    const diagnosis = diagnose(parseModel(bytes, { external }));
    const report = toReport(diagnosis, path);
    io.out(switches.has('json') ? `${JSON.stringify(report, null, 2)}\n` : printReport(report));
    if (values.svg !== undefined) await writeOutput(values.svg, drawPathSvg(report.path));
    return isSound(diagnosis) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.note(`${explain(error)}\n`);
    return 2;
  }
}
