import { basename } from 'node:path';
import { InputError, isOf } from '../core/errors.ts';
import { type Engine, type Peer, engineOf } from '../crosscheck/engine.ts';
import { openOnnxRuntime } from '../crosscheck/onnxruntime.ts';
import type { TestPicture } from '../crosscheck/test-pictures.ts';
import { reportHtml } from '../crosscheck/validate-html.ts';
import { reportJunit } from '../crosscheck/validate-junit.ts';
import { type ValidateOptions, validate } from '../crosscheck/validate.ts';
import { type Check, type ValidationReport, reportJson, tally } from '../crosscheck/validation-report.ts';
import { letterbox } from '../image/letterbox.ts';
import type { ModelFiles } from '../load-model.ts';
import { adapterChoice, adapterName, adapterOption } from './engine.ts';
import { explain } from './explain.ts';
import { findInputs } from './inputs.ts';
import type { Io } from './io.ts';
import { openModelFiles } from './model-file.ts';
import { type OptionSpecs, badArgument, describeOptions, parseOptions, sizeOption } from './options.ts';
import { checkOutput, writeOutput } from './output-file.ts';
import { count, duration, table } from './table.ts';

const options = {
  batches: { value: 'LIST', short: 'b', about: 'Batch sizes to try; 1,2,3,4,8 where left out' },
  imgsz: { value: 'N|HxW', about: "Input size; the file's own where left out" },
  alone: { about: 'Do not run the file by ONNX Runtime, even where it is installed' },
  json: { about: 'Print the report as JSON' },
  html: { value: 'FILE', about: 'Write a page with the pictures and the boxes' },
  junit: { value: 'FILE', about: 'Write JUnit XML for continuous integration' },
  ...adapterOption,
} satisfies OptionSpecs;

export const help = `yolov10-webgpu validate <model.onnx> [pictures]

Proves that results do not depend on the batch: this engine at each batch size, in another order and with the same
picture in every slot, to the bit; and, where onnxruntime-node is installed, the file itself run by ONNX Runtime at each
batch size, detections matched by class and overlap, and the first layer that differs named. A float16 file that differs
is computed in float32 too, which tells rounding from a wrong graph. Drawn patterns fill the slots for which no picture
(files, folders, globs) is given. Exit code: 0 passed, 1 failed, 2 not readable, or nothing here to run it on.

${describeOptions(options)}
`;

/** This engine with a model loaded. */
export interface OpenedEngine extends Engine {
  imageSize: { height: number; width: number };
  dispose(): void;
}

/** Opens the engine; taken as an argument so that tests can hand another. */
export type OpenForValidation = (files: ModelFiles, request: EngineRequest, io: Io) => Promise<OpenedEngine>;

interface EngineRequest {
  adapter: ReturnType<typeof adapterChoice>;
  imageSize: { height: number; width: number } | undefined;
}

/** The command `validate`. */
export async function run(args: string[], io: Io, open: OpenForValidation = openEngine): Promise<number> {
  const { values, switches, positionals } = parseOptions(args, options);
  const [path, ...named] = positionals;
  if (path === undefined) throw badArgument('a model', 'none', 'Example: validate yolov10n.onnx --batches 1,2,8');
  const request = { adapter: adapterChoice(values.adapter), imageSize: sizeOption('imgsz', values.imgsz) };
  const batches = readBatches(values.batches);
  try {
    const pictures = await findPictures(named);
    const outputs = [values.html, values.junit].filter((file) => file !== undefined);
    for (const file of outputs) await checkOutput(file, [path, ...pictures]);
    if (outputs[0] === outputs[1] && outputs[0] !== undefined) throw badArgument('two files to write', `${outputs[0]} twice`, 'Name another for one of them.');
    const report = await examine(path, { pictures, outputs, batches, alone: switches.has('alone'), request }, io, open);
    io.out(switches.has('json') ? `${reportJson(report)}\n` : printReport(report));
    if (values.html !== undefined) await writeOutput(values.html, await reportHtml(report, basename(path)));
    if (values.junit !== undefined) await writeOutput(values.junit, reportJunit(report));
    return report.passed ? 0 : 1;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.note(`${explain(error)}\n`);
    return 2;
  }
}

interface Task {
  pictures: string[];
  outputs: string[];
  batches: number[];
  alone: boolean;
  request: EngineRequest;
}

async function examine(path: string, { pictures: pictureFiles, outputs, batches, alone, request }: Task, io: Io, open: OpenForValidation): Promise<ValidationReport> {
  const files = await openModelFiles(path, io, outputs);
  const engine = await open(files, request, io);
  let peer: Peer | null = null;
  try {
    const other: OpenedPeer = alone ? { peer, withoutPeer: '--alone was given' } : await openPeer(files, io);
    peer = other.peer;
    const { height, width } = engine.imageSize;
    const pictures = pictureFiles.length > 0 ? await readPictures(pictureFiles, height, width) : undefined;
    let done = 0;
    const onCheck = (): void => io.columns === undefined ? undefined : io.note(`\r${count(++done, 'check')} done\x1b[K`);
    return await validate(files.bytes, { ...other, engine, batches, height, width, pictures, external: files.external, signal: io.signal, onCheck });
  } finally {
    if (io.columns !== undefined) io.note('\r\x1b[K');
    await peer?.dispose?.();
    engine.dispose();
  }
}

type OpenedPeer = Pick<ValidateOptions, 'withoutPeer'> & { peer: Peer | null };

/** ONNX Runtime with the file, or none where it is not installed. */
async function openPeer({ bytes, external }: ModelFiles, io: Io): Promise<OpenedPeer> {
  try {
    return { peer: await openOnnxRuntime(bytes, { external }) };
  } catch (error) {
    if (!isOf(error, 'not-found')) throw error;
    io.note(`${explain(error)}\n`);
    return { peer: null, withoutPeer: error.found };
  }
}

const openEngine: OpenForValidation = async ({ bytes, external }, { adapter, imageSize }, io) => {
  const { Detector } = 'Deno' in globalThis ? await import('../deno.ts') : await import('../node.ts');
  const detector = await Detector.load(bytes, { external, adapter, imageSize, signal: io.signal });
  const engine = engineOf(detector, `yolov10-webgpu on ${adapterName(detector.adapter)}`);
  return { ...engine, imageSize: detector.imageSize, dispose: () => detector.dispose() };
};

async function findPictures(named: string[]): Promise<string[]> {
  const { files, problems } = await findInputs(named);
  if (problems[0]) throw problems[0];
  return files;
}

async function readPictures(files: string[], height: number, width: number): Promise<TestPicture[]> {
  const { pictureOf } = await import('../image/decode-node.ts');
  return Promise.all(files.map(async (file) => ({ name: basename(file), pixels: letterbox(await pictureOf(file), width, height) })));
}

/** Beyond it, pictures of the usual size do not fit into memory. */
const LARGEST_BATCH = 256;

function readBatches(text = '1,2,3,4,8'): number[] {
  const batches = text.split(',').map(Number);
  if (batches.every((batch) => Number.isInteger(batch) && batch >= 1 && batch <= LARGEST_BATCH)) return batches;
  throw badArgument(`--batches as whole numbers from 1 to ${LARGEST_BATCH} such as 1,2,8`, text, 'Leave it out for 1,2,3,4,8.');
}

/** Whether a file's difference goes away with its float16 arithmetic. */
function roundingOnly(checks: readonly Check[]): boolean {
  const rounding = checks.filter(({ group }) => group === 'rounding');
  return rounding.length > 0 && rounding.every(({ status }) => status !== 'failed');
}

function printReport(report: ValidationReport): string {
  const { model, input, engine, peer, withoutPeer, checks, firstDifference, milliseconds } = report;
  const { passed, failed, skipped } = tally(checks);
  const columns = [{ title: 'result' }, { title: 'batch', align: 'right' as const }, { title: 'what' }, { title: 'claim' }, { title: 'found' }];
  const rows = checks.map(({ status, batch, group, claim, detail }) => [status, String(batch), group, claim, detail]);
  return [
    `YOLOv10-${model.scale}, ${model.classCount} classes, opset ${model.opset}, input ${input.height}x${input.width}\n`,
    `${engine} and ${peer ?? `no other engine: ${withoutPeer}`}\n\n`,
    table(columns, rows),
    roundingOnly(checks) ? '\nComputed in float32 the same graph agrees: what differs is rounding in float16.\n' : '',
    firstDifference ? `\nThe engines first differ at ${firstDifference.tensor}\n` : '',
    `\n${passed} passed, ${failed} failed, ${skipped} skipped in ${duration(milliseconds)}\n`,
  ].join('');
}
