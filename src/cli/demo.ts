import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pictureOf } from '../image/decode-node.ts';
import type { Detection } from '../image/detection.ts';
import { annotate } from '../image/draw.ts';
import { encodePicture } from '../image/encode-node.ts';
import { openAnnotatedFolder, type AnnotatedFolder } from './annotated-files.ts';
import { contactSheet, pageOpening, type SheetPicture } from './contact-sheet.ts';
import { adapterChoice, adapterName, adapterOption, openEngine, type Engine, type OpenEngine } from './engine.ts';
import { explain } from './explain.ts';
import { findInputs } from './inputs.ts';
import type { Io } from './io.ts';
import { badArgument, describeOptions, parseOptions, type OptionSpecs } from './options.ts';
import { writeOutput } from './output-file.ts';
import { count, duration, table, type Column } from './table.ts';

const options = {
  model: { value: 'MODEL', short: 'm', about: 'Path, URL or hub id of an exported YOLOv10; ours for codes where left out' },
  out: { value: 'FOLDER', short: 'o', about: 'Where the results go (default out/demo)' },
  ...adapterOption,
} satisfies OptionSpecs;

export const help = `yolov10-webgpu demo [pictures] [options]

Detects on the sample pictures (or those named), writes annotated pictures and a page of them, prints what was found.
Exit code: 0 done, 1 something failed, 2 not readable or a mistake in the command line.

${describeOptions(options)}
`;

const threshold = 0.25;
const pageTitle = 'YOLOv10 on WebGPU';

/** The command `demo`. */
export async function run(args: string[], io: Io, open: OpenEngine = openEngine): Promise<number> {
  const { values, positionals } = parseOptions(args, options);
  const samples = fileURLToPath(new URL('../../models/codes/samples', import.meta.url));
  const { files, problems } = await findInputs(positionals.length > 0 ? positionals : [samples]);
  for (const problem of problems) io.note(`${problem.message}\n`);
  if (files.length === 0) return 1;
  const folder = values.out ?? join('out', 'demo');
  const page = join(folder, 'index.html');
  await checkPage(page);
  const results = await openAnnotatedFolder(folder, files);
  const started = performance.now();
  const engine = await open({ model: values.model, adapter: adapterChoice(values.adapter) }, io);
  const loading = performance.now() - started;
  try {
    const { shown, failed } = await showAll(files, results, engine, io);
    if (io.signal.aborted) return 130;
    if (shown.length === 0) return 1;
    io.out(printed(shown));
    io.out(`\n${conclusion(shown, engine, loading).join('\n')}\n`);
    await writeOutput(page, contactSheet({
      title: pageTitle, facts: conclusion(shown, engine, loading).slice(0, 1), warning: softwareWarning(engine), pictures: shown,
    }));
    io.out(`Annotated pictures and a page of them: ${page}\n`);
    return failed + problems.length > 0 ? 1 : 0;
  } finally {
    engine.dispose();
  }
}

/** Sees, before the work that fills it, that no page but one of ours is replaced. */
async function checkPage(page: string): Promise<void> {
  const there = await readFile(page, 'utf8').catch((error: NodeJS.ErrnoException) => error.code === 'ENOENT' ? undefined : error.message);
  if (there === undefined || there.startsWith(pageOpening(pageTitle))) return;
  throw badArgument(`no page at ${page}, or one that demo wrote`, 'another file', 'Name another folder with --out.');
}

interface Shown extends SheetPicture {
  reading: number;
  drawing: number;
}

/** A picture that fails is reported, the others go on. */
async function showAll(files: string[], results: AnnotatedFolder, engine: Engine, io: Io): Promise<{ shown: Shown[]; failed: number }> {
  const shown: Shown[] = [];
  for (const file of files) {
    if (io.signal.aborted) break;
    try {
      shown.push(await show(file, results, engine));
    } catch (error) {
      io.note(`${file}: ${explain(error)}\n`);
    }
  }
  return { shown, failed: files.length - shown.length };
}

async function show(file: string, results: AnnotatedFolder, engine: Engine): Promise<Shown> {
  const times = [performance.now()];
  const picture = await pictureOf(file);
  times.push(performance.now());
  const [detections = []] = await engine.detect([picture], { threshold });
  times.push(performance.now());
  const drawn = annotate(picture, detections);
  await results.write(file, drawn);
  times.push(performance.now());
  const [reading, milliseconds, drawing] = [1, 2, 3].map((stage) => times[stage]! - times[stage - 1]!) as [number, number, number];
  const address = `data:image/jpeg;base64,${Buffer.from(await encodePicture(drawn, 'jpeg')).toString('base64')}`;
  return { name: basename(file), width: picture.width, height: picture.height, detections, address, reading, milliseconds, drawing };
}

function printed(shown: Shown[]): string {
  const right = (title: string): Column => ({ title, align: 'right' });
  const columns = [{ title: 'picture' }, right('size'), right('read'), right('detect'), right('draw'), { title: 'found' }];
  return table(columns, shown.map(({ name, width, height, reading, milliseconds, drawing, detections }) =>
    [name, `${width} x ${height}`, duration(reading), duration(milliseconds), duration(drawing), found(detections)]));
}

/** `2 qr (0.97, 0.91), 1 linear (0.88)`. */
function found(detections: Detection[]): string {
  const labels = [...new Set(detections.map(({ label }) => label))];
  const parts = labels.map((label) => {
    const scores = detections.filter((detection) => detection.label === label).map(({ score }) => score.toFixed(2));
    return `${scores.length} ${label} (${scores.join(', ')})`;
  });
  return parts.join(', ') || 'nothing';
}

function conclusion(shown: Shown[], engine: Engine, loading: number): string[] {
  const steady = shown.slice(1).map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  const median = steady[Math.floor(steady.length / 2)];
  const objects = shown.reduce((sum, { detections }) => sum + detections.length, 0);
  const pace = median === undefined ? '' : `, then ${duration(median)} per picture (median)`;
  const line = `${count(objects, 'object')} in ${count(shown.length, 'picture')} on ${adapterName(engine.adapter)}: model loaded in ${duration(loading)}, first picture in ${duration(shown[0]!.milliseconds)}${pace}.`;
  const warning = softwareWarning(engine);
  return warning ? [line, warning] : [line];
}

function softwareWarning({ adapter }: Engine): string | undefined {
  return adapter.software ? 'This ran on a software adapter (the CPU): the boxes are right, the speed is not that of a GPU, which is many times faster.' : undefined;
}
