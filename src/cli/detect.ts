import type { Detection } from '../image/detection.ts';
import { annotate } from '../image/draw.ts';
import { openAnnotatedFolder, type AnnotatedFolder } from './annotated-files.ts';
import { detectFiles, type DetectSettings, type Outcome } from './detect-files.ts';
import { adapterChoice, adapterName, adapterOption, openEngine, type Engine, type OpenEngine } from './engine.ts';
import { explain } from './explain.ts';
import { findInputs } from './inputs.ts';
import type { Io } from './io.ts';
import { badArgument, describeOptions, integerOption, numberOption, parseOptions, sizeOption, type OptionSpecs } from './options.ts';
import { startProgress } from './progress.ts';
import { suggest } from './suggest.ts';
import { count, duration, table } from './table.ts';

const options = {
  model: { value: 'MODEL', short: 'm', about: 'Path, URL or hub id (owner/name) of an exported YOLOv10; ours for codes where left out' },
  imgsz: { value: 'N|HxW', about: 'Input size of the network, multiples of 32; the export\'s own where left out' },
  conf: { value: 'SCORE', about: 'Least score to report, 0 to 1 (default 0.25)' },
  classes: { value: 'A,B', about: 'Report only these classes, by name or number' },
  batch: { value: 'N', about: 'Pictures computed together, fewer where they are large (default 1)' },
  out: { value: 'FOLDER', short: 'o', about: 'Write annotated pictures here; beside the originals nothing is replaced' },
  json: { about: 'Write JSON to stdout instead of tables' },
  ...adapterOption,
} satisfies OptionSpecs;

export const help = `yolov10-webgpu detect <files, folders, globs, URLs> [options]

Finds objects in pictures (JPEG, PNG, WebP, AVIF, GIF, TIFF, SVG) and prints a table for each.

${describeOptions(options)}

Examples:
  yolov10-webgpu detect photo.jpg
  yolov10-webgpu detect holiday/ "more/**/*.jpg" --out results
  yolov10-webgpu detect street.jpg --model onnx-community/yolov10n --classes person,bus --json

JSON: [{ image, width, height, detections: [{ label, classId, score, box: { xmin, ymin, xmax, ymax } }] }]
with boxes in pixels of the picture.
Exit code: 0 all done, 1 some picture failed, 2 a model that cannot be read or a mistake in the command line.
`;

/** From this many pictures on, progress is reported even where stderr is no terminal. */
const manyPictures = 20;

/** The command `detect`. */
export async function run(args: string[], io: Io, open: OpenEngine = openEngine): Promise<number> {
  const { values, switches, positionals } = parseOptions(args, options);
  if (positionals.length === 0) throw badArgument('one or more pictures, folders or globs', 'none', 'Example: detect photo.jpg');
  const threshold = numberOption('conf', values.conf, 0.25, [0, 1]);
  const batch = integerOption('batch', values.batch, 1, [1, 1024]);
  const request = { model: values.model, imageSize: sizeOption('imgsz', values.imgsz), adapter: adapterChoice(values.adapter) };
  const { files, problems } = await findInputs(positionals);
  for (const problem of problems) io.note(`${problem.message}\n`);
  if (files.length === 0) return 1;
  const folder = values.out === undefined ? undefined : await openAnnotatedFolder(values.out, files);
  const engine = await open(request, io);
  try {
    const settings = { batch, threshold, classes: chosenClasses(values.classes, engine.labels), signal: io.signal };
    const report = switches.has('json') ? jsonReport(io) : tableReport(io);
    const tally = await detectAll(files, engine, settings, io, report, folder);
    tally.failed += problems.length;
    io.note(`${io.signal.aborted ? 'interrupted after ' : ''}${summary(tally, engine)}`);
    if (io.signal.aborted) return 130;
    return tally.failed > 0 ? 1 : 0;
  } finally {
    engine.dispose();
  }
}

interface Tally {
  done: number;
  failed: number;
  objects: number;
  milliseconds: number;
}

async function detectAll(
  files: string[], engine: Engine, settings: DetectSettings, io: Io, report: Report, folder: AnnotatedFolder | undefined,
): Promise<Tally> {
  const progress = startProgress(io, { label: 'detecting', total: files.length, unit: 'pictures', lines: files.length >= manyPictures });
  const tally = { done: 0, failed: 0, objects: 0, milliseconds: 0 };
  const started = performance.now();
  try {
    for await (const outcome of detectFiles(files, engine, settings)) {
      progress.clear();
      try {
        if ('error' in outcome) throw outcome.error;
        tally.objects += outcome.detections.length;
        const written = folder?.write(outcome.file, annotate(outcome.picture, outcome.detections));
        report.add(outcome, await written?.catch(() => undefined)); // what was found is told though its picture cannot be written
        await written;
      } catch (error) {
        io.note(`${outcome.file}: ${explain(error)}\n`);
        tally.failed++;
      }
      tally.done++;
      if (files.length > 1) progress.update(tally.done);
    }
  } finally {
    progress.clear();
    report.end();
  }
  return { ...tally, milliseconds: performance.now() - started };
}

type Found = Exclude<Outcome, { error: unknown }>;

interface Report {
  add(found: Found, saved: string | undefined): void;
  end(): void;
}

/** An array written as it grows, one picture a line, closed even when interrupted. */
function jsonReport(io: Io): Report {
  let separator = '[\n';
  return {
    add({ file, picture: { width, height }, detections }) {
      const image = { image: file, width, height, detections: detections.map(plainDetection) };
      io.out(separator + JSON.stringify(image));
      separator = ',\n';
    },
    end: () => io.out(separator === '[\n' ? '[]\n' : '\n]\n'),
  };
}

/** Four decimals: finer than any difference between two adapters. */
function plainDetection({ label, classId, score, box }: Detection): Detection {
  const round = (value: number): number => Math.round(value * 1e4) / 1e4;
  const { xmin, ymin, xmax, ymax } = box;
  return { label, classId, score: round(score), box: { xmin: round(xmin), ymin: round(ymin), xmax: round(xmax), ymax: round(ymax) } } as Detection;
}

function tableReport(io: Io): Report {
  const columns = ['label', 'score', 'xmin', 'ymin', 'xmax', 'ymax'].map((title, index) => ({ title, align: index === 0 ? 'left' as const : 'right' as const }));
  return {
    add({ file, picture, detections, milliseconds }, saved) {
      const arrow = saved === undefined ? '' : ` -> ${saved}`;
      io.out(`${file}  ${picture.width} x ${picture.height}  ${count(detections.length, 'object')}  ${duration(milliseconds)}${arrow}\n`);
      const rows = detections.map(({ label, score, box }) =>
        [label, score.toFixed(2), ...[box.xmin, box.ymin, box.xmax, box.ymax].map((side) => side.toFixed(1))]);
      if (rows.length > 0) io.out(table(columns, rows, '  '));
    },
    end: () => {},
  };
}

/** `--classes qr,3` as names and numbers of the model's classes. */
function chosenClasses(text: string | undefined, labels: readonly string[]): (string | number)[] | undefined {
  const names = text?.split(',').map((name) => name.trim()).filter((name) => name !== '');
  if (names?.length === 0) throw badArgument('classes, separated by commas', text || 'nothing', 'Leave --classes out for all of them.');
  return names?.map((name) => {
    if (labels.includes(name)) return name;
    if (/^\d+$/.test(name) && Number(name) < labels.length) return Number(name);
    const meant = suggest(name, labels);
    const known = labels.length > 12 ? `one of the ${labels.length} classes of this model` : `a class of this model (${labels.join(', ')})`;
    throw badArgument(known, name, meant ? `Did you mean ${meant}?` : 'List them with: inspect <model>.');
  });
}

function summary({ done, objects, failed, milliseconds }: Tally, { adapter }: Engine): string {
  const failures = failed > 0 ? `, ${failed} failed` : '';
  const software = adapter.software ? ', a software adapter: a GPU is many times faster' : '';
  return `${count(done, 'picture')}, ${count(objects, 'object')}${failures} in ${duration(milliseconds)} on ${adapterName(adapter)}${software}\n`;
}
