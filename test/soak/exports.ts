/**
 * Every scale, operator set and kind of dynamic export: none has findings, every planted fault is found, and every file
 * is repaired into one that infers, keeps its weights and computes the same:
 * `npx tsx test/soak/exports.ts [scales] [opsets] [dynamic dims, separated by /] [doctor: leave out the repairs]`.
 *
 * What does not depend on the names of nodes is checked once for repaired files that differ in nothing else (`shared`).
 */
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { type DynamicDims, reexport } from '../../src/exporting/reexport.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import type { OnnxModel } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import type { ScaleName } from '../../src/yolov10/config.ts';
import { brokenExports, FORMS, type MakeSound, type Planted } from '../cases/broken-exports.ts';
import { pythonOnnxReads, pythonShapes } from '../cases/python-onnx.ts';
import { type BatchRuns, fingerprint, pythonFaults, rowsOf, runBatches, shapeFaults, weightFaults, worstDifference } from '../cases/repaired-export.ts';
import { type SeededNetwork, seededNetwork } from '../cases/seeded-model.ts';

const scales = (process.argv[2] ?? 'n,s,m,b,l,x').split(',') as ScaleName[];
const opsets = (process.argv[3] ?? '11,12,13,16,17,18,20').split(',').map(Number);
const forms = (process.argv[4]?.split('/') ?? FORMS) as DynamicDims[];
const repairs = process.argv[5] !== 'doctor';
/** What a repair leaves as it is. */
const unmended = new Set(['float16-overflow', 'batch-norm-unfolded']);
const TOLERANCE = 1e-5;

const none = {
  /** Sound exports without findings, and faults found. */
  sound: 0, found: 0,
  mended: 0, rebuilt: 0,
  /** Repaired files that ran at batch 1, 2, 3, 8 and agree with the broken file, or the sound one where that cannot run. */
  likeBroken: 0, likeSound: 0,
  /** Repaired files that python3-onnx passes; it is too old for some operator sets. */
  byPython: 0,
  shared: 0, faults: 0, worst: 0,
};
type Counts = typeof none;

/** Outcomes by fingerprint, for one export and what is made of it. */
interface Seen {
  runs: Map<string, Promise<BatchRuns>>;
  python: Map<string, Promise<string[]>>;
  rows: Map<string, Promise<Float32Array | null>>;
}

interface Bench {
  where: string;
  size: [number, number];
  dynamic: DynamicDims;
  sound: OnnxModel;
  seen: Seen;
  counts: Counts;
}

function complain({ where, counts }: Bench, title: string, texts: readonly string[]): void {
  if (texts.length === 0) return;
  counts.faults++;
  console.error(`${where}, ${title}: ${texts.slice(0, 5).join('; ')}`);
  process.exitCode = 1;
}

function once<T>(known: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const outcome = known.get(key) ?? work();
  known.set(key, outcome);
  return outcome;
}

function checkSound(bench: Bench): void {
  const findings = diagnose(bench.sound).findings.filter(({ severity }) => severity !== 'note');
  complain(bench, 'sound', findings.map(({ code, node }) => `${code} at ${node}`));
  if (findings.length === 0) bench.counts.sound++;
}

function checkPlanted(bench: Bench, { title, model, code, node }: Planted): void {
  const { findings } = diagnose(model);
  if (findings.some((finding) => finding.code === code && finding.node === node)) bench.counts.found++;
  else complain(bench, title, ['not found', ...findings.map((finding) => `${finding.code} at ${finding.node}`)]);
}

async function checkRepaired(bench: Bench, { title, model, mendable }: Planted): Promise<void> {
  const { dynamic, counts, seen, size } = bench;
  const given = serializeModel(model);
  const { bytes, way } = repair(given, { dynamic: dynamic === 'none' ? 'batch' : dynamic });
  counts[way]++;
  const after = parseModel(bytes);
  const left = diagnose(after).findings.filter(({ severity, code }) => severity !== 'note' && !unmended.has(code));
  complain(bench, title, [
    ...left.map(({ code, node }) => `left ${code} at ${node}`),
    ...(way === (mendable ? 'mended' : 'rebuilt') ? [] : [`unexpectedly ${way}`]),
    ...weightFaults(model, after),
    ...shapeFaults(after),
  ]);
  const key = fingerprint(after);
  if (seen.runs.has(key)) counts.shared++;
  const python = pythonOnnxReads(model.opset) ? once(seen.python, key, async () => pythonFaults(after, await pythonShapes(bytes, model.opset)).slice(0, 5)) : null;
  const runs = once(seen.runs, key, () => runBatches(bytes, size));
  await checkPython(bench, title, python);
  await checkRuns(bench, title, { model, bytes: given }, runs);
}

async function checkPython(bench: Bench, title: string, python: Promise<string[]> | null): Promise<void> {
  const faults = await python?.catch((error: Error) => [error.message]);
  complain(bench, title, faults ?? []);
  if (faults?.length === 0) bench.counts.byPython++;
}

async function checkRuns(bench: Bench, title: string, broken: { model: OnnxModel; bytes: Uint8Array }, runs: Promise<BatchRuns>): Promise<void> {
  const { counts, seen, size, sound } = bench;
  try {
    const { rows, worst } = await runs;
    const given = await once(seen.rows, fingerprint(broken.model), () => rowsOf(broken.bytes, size));
    const wanted = given ?? (await once(seen.rows, fingerprint(sound), () => rowsOf(serializeModel(sound), size)));
    const difference = Math.max(worst, worstDifference(rows, wanted!));
    counts.worst = Math.max(counts.worst, difference);
    if (difference <= TOLERANCE) counts[given ? 'likeBroken' : 'likeSound']++;
    else complain(bench, title, [`rows differ by ${difference} from the ${given ? 'broken' : 'sound'} file's`]);
  } catch (error) {
    complain(bench, title, [`ONNX Runtime: ${(error as Error).message.slice(0, 300)}`]);
  }
}

/** One scale, operator set and form. */
async function check(network: SeededNetwork, scale: ScaleName, opset: number, dynamic: DynamicDims): Promise<Counts> {
  // Open sizes need 300 candidate boxes; the rest is quicker on less.
  const size: [number, number] = dynamic === 'batch,height,width' ? [96, 160] : [64, 96];
  const make: MakeSound = (options) => reexport(network, { height: size[0], width: size[1], opset, ...options });
  const seen: Seen = { runs: new Map(), python: new Map(), rows: new Map() };
  const bench: Bench = { where: `${scale}, opset ${opset}, dynamic ${dynamic}`, size, dynamic, sound: make({ dynamic }), seen, counts: { ...none } };
  checkSound(bench);
  for (const planted of brokenExports(make, dynamic)) {
    checkPlanted(bench, planted);
    if (repairs) await checkRepaired(bench, planted);
  }
  return bench.counts;
}

function add(total: Counts, counts: Counts): Counts {
  const keys = Object.keys(total) as (keyof Counts)[];
  return Object.fromEntries(keys.map((key) => [key, key === 'worst' ? Math.max(total[key], counts[key]) : total[key] + counts[key]])) as Counts;
}

for (const scale of scales) {
  const network = seededNetwork(scale, { classCount: 3 });
  let total = none;
  for (const opset of opsets) {
    for (const dynamic of forms) {
      const started = performance.now();
      const counts = await check(network, scale, opset, dynamic);
      total = add(total, counts);
      console.log(`${scale}, opset ${opset}, dynamic ${dynamic}, ${Math.round((performance.now() - started) / 1000)} s:`, JSON.stringify(counts));
    }
  }
  console.log(`${scale} in all:`, JSON.stringify(total));
}
