/** Accuracy of the default model through the engine: on pictures made here, then on real photos. */
import { join } from 'node:path';
import { standardError } from '../../../src/cli/io.ts';
import { integerOption, sizeOption } from '../../../src/cli/options.ts';
import { startProgress } from '../../../src/cli/progress.ts';
import { Detector, type Detection } from '../../../src/node.ts';
import { runScript } from '../../../tools/script.ts';
import { toJpeg } from '../make/jpeg.ts';
import { HELD_OUT, makeScene } from '../make/scene.ts';
import { CLASSES } from '../make/symbologies.ts';
import { AREAS, meanPrecision, precisionByClass, type Edges, type Judged } from './ap.ts';
import { MODEL, PHOTOS } from './defaults.ts';
import { isRight, readLabels, sharesByClass, spread, type PhotoLabel } from './photos.ts';

/** Least score that counts for average precision, as YOLO's evaluations have it. */
const FLOOR = 0.001;
const BATCH = 8;

function edgesOf({ box }: Detection): Edges {
  return [box.xmin, box.ymin, box.xmax, box.ymax];
}

/** Does something for a few items at a time, and shows on stderr how far it is. */
async function inBatches<Item, Result>(label: string, items: readonly Item[], work: (some: Item[]) => Promise<Result[]>): Promise<Result[]> {
  const progress = startProgress(standardError(), { label, total: items.length, unit: 'pictures', lines: true });
  const results: Result[] = [];
  try {
    for (let first = 0; first < items.length; first += BATCH) {
      results.push(...(await work(items.slice(first, first + BATCH))));
      progress.update(results.length);
    }
  } finally {
    progress.clear();
  }
  return results;
}

function judgeMade(detector: Detector, count: number, size: number): Promise<Judged[]> {
  const seeds = Array.from({ length: count }, (_, i) => HELD_OUT.seed + i);
  return inBatches('made pictures', seeds, async (some) => {
    const scenes = some.map((seed) => makeScene(seed, size, HELD_OUT.sprites));
    const files = await Promise.all(scenes.map(({ picture }, i) => toJpeg(picture, some[i]!)));
    const found = await detector.detect(files, { threshold: FLOOR });
    return scenes.map(({ labels }, i) => ({
      found: found[i]!.map((d) => ({ classId: d.classId, score: d.score, edges: edgesOf(d) })),
      wanted: labels.map(({ codeClass, box }) => ({ classId: codeClass, edges: box })),
    }));
  });
}

function reportMade(judged: readonly Judged[]): void {
  const classes = precisionByClass(judged, CLASSES.length);
  const line = (name: string, targets: string, ap50?: number, ap?: number): string =>
    `${name.padEnd(12)}${targets.padStart(6)}${(ap50?.toFixed(3) ?? '–').padStart(8)}${(ap?.toFixed(3) ?? '–').padStart(10)}`;
  console.log(`Made pictures, ${judged.length} held out\n${'class'.padEnd(12)} codes    AP50   AP50-95`);
  classes.forEach(({ targets, ap50, ap }, i) => console.log(line(CLASSES[i]!, String(targets), ap50, ap)));
  const all = meanPrecision(classes);
  console.log(line('mean', '', all.ap50, all.ap));
  for (const [name, range] of Object.entries(AREAS)) {
    const ofArea = precisionByClass(judged, CLASSES.length, range);
    const { ap50, ap } = meanPrecision(ofArea);
    console.log(line(name, String(ofArea.reduce((sum, { targets }) => sum + targets, 0)), ap50, ap));
  }
}

async function reportPhotos(detector: Detector, folder: string, labels: readonly PhotoLabel[]): Promise<void> {
  const results = await inBatches('photos', labels, async (some) => {
    const found = await detector.detect(some.map(({ file }) => join(folder, file)), { threshold: FLOOR });
    return some.map((photo, i) => ({
      class: photo.class,
      right: isRight(photo, found[i]!.map((d) => ({ label: d.label, score: d.score, edges: edgesOf(d) }))),
    }));
  });
  console.log(`\nPhotos, ${results.length}`);
  for (const [name, { right, of }] of sharesByClass(results)) {
    console.log(`${name.padEnd(12)}${String(right).padStart(4)} of ${String(of).padStart(4)}  ${((100 * right) / of).toFixed(1)} %`);
  }
}

const usage = `npm run eval:codes -- [options]
Average precision of a model of codes, through the engine, on pictures made here that no training saw; then hits on real
photos where their folder exists.`;

await runScript(usage, {
  model: { value: 'FILE', about: 'Model to judge, the default model unless told' },
  count: { value: 'N', about: 'Pictures to make, 500 unless told' },
  size: { value: 'N', about: 'Their longer side in pixels, 640 unless told' },
  imgsz: { value: 'N|HxW', about: "The network's input, the model's own unless told" },
  photos: { value: 'FOLDER', about: 'Photos with labels.json, shared/photos beside the project unless told' },
  limit: { value: 'N', about: 'Take only so many photos, some of every class' },
}, async (values) => {
  const count = integerOption('count', values.count, 500, [1, 1e6]);
  const size = integerOption('size', values.size, 640, [64, 4096]);
  const limit = integerOption('limit', values.limit, 1e6, [1, 1e6]);
  const folder = values.photos ?? PHOTOS;
  const photos = readLabels(folder, values.photos !== undefined);
  const detector = await Detector.load(values.model ?? MODEL, { imageSize: sizeOption('imgsz', values.imgsz) });
  reportMade(await judgeMade(detector, count, size));
  if (photos) await reportPhotos(detector, folder, spread(photos, limit));
  else console.log(`\nPhotos skipped: no ${join(folder, 'labels.json')}.`);
  detector.dispose();
});
