import { asRows, judgeDetections } from './against-peer.ts';
import { stack } from './batches.ts';
import type { NumberTensor } from './engine.ts';
import { type TensorDifference, compareTensors } from './layers.ts';
import { type Check, roughly } from './validation-report.ts';
import type { Task } from './validation-task.ts';

/** What came of running the file at one batch size. */
export interface Tried {
  checks: Check[];
  /** [batch, rows, 6], or null where there is no other engine or it gave none. */
  rows: NumberTensor | null;
}

/**
 * Runs the file by the other engine at one batch size and holds its detections against this engine's; at batch 1, at the
 * largest and wherever detections say nothing, the raw heads as well, if both engines show their tensors. A batch at which
 * nothing could be compared has failed: it proves nothing.
 * @param alone rows of each picture run by this engine at batch 1
 */
export async function tryPeer(task: Task, alone: Float32Array[], batch: number): Promise<Tried> {
  const { peer, slots, network } = task;
  if (!peer) return { checks: [], rows: null };
  const images = stack(slots.pixels.slice(0, batch), slots.height, slots.width);
  const ours = alone.slice(0, batch);
  const about = { id: `detections/${batch}`, group: 'detections', batch, claim: 'the file finds what this engine finds' } as const;
  let output: NumberTensor;
  try {
    output = await peer.run(images);
  } catch (error) {
    return { checks: [{ ...about, status: 'failed', detail: `${peer.name} cannot run the file: ${firstLine(error)}` }], rows: null };
  }
  const rows = asRows(output, ours, network.config.head.classCount);
  const detections = rows?.dims[0] === batch ? { ...about, ...judgeDetections(ours, rows, task.tolerance) } : { ...about, ...unread(output, batch) };
  const wantsHeads = batch === 1 || batch === task.batches.at(-1) || detections.status === 'skipped';
  const heads = wantsHeads ? await compareHeads(task, images, batch) : [];
  const checks = [detections, ...heads];
  return { checks: checks.every(({ status }) => status === 'skipped') ? [inconclusive(detections), ...heads] : checks, rows };
}

/** An output without this engine's form: wrong where the batch is, else a form that is not known here. */
function unread({ dims }: NumberTensor, batch: number): Pick<Check, 'status' | 'detail'> {
  const form = `output of shape [${dims}], neither [${batch},rows,6] nor [${batch},4+classes,anchors]`;
  return dims[0] === batch ? { status: 'skipped', detail: form } : { status: 'failed', detail: form };
}

function inconclusive(check: Check): Check {
  return { ...check, status: 'failed', detail: `nothing could be compared, give pictures that show objects: ${check.detail}` };
}

/** Box distributions and class logits of the three levels, before anything is sorted. */
async function compareHeads({ engine, peer, network, layerLimit }: Task, images: NumberTensor, batch: number): Promise<Check[]> {
  if (!engine.trace || !peer?.tensors) return [];
  const check = { id: `heads/${batch}`, group: 'heads', batch, claim: 'raw heads agree before anything is sorted' } as const;
  const head = network.layers.at(-1)!;
  const names = head.kind === 'detect' ? [...head.boxes, ...head.classes].map(({ name }) => name) : [];
  let differences: TensorDifference[];
  try {
    differences = await compareTensors(engine, peer, images, names);
  } catch (error) {
    return [{ ...check, status: 'skipped', detail: `the heads cannot be shown: ${firstLine(error)}` }];
  }
  const unnamed = names.length - differences.length;
  if (unnamed > 0) return [{ ...check, status: 'skipped', detail: `the file names ${unnamed} of ${names.length} heads otherwise` }];
  const worst = differences.reduce((most, other) => (other.difference > most.difference ? other : most));
  const wrong = worst.difference > layerLimit;
  const detail = wrong ? `${worst.tensor} is ${roughly(worst.difference)} of its largest value apart` : `within ${roughly(worst.difference)} of the largest value`;
  return [{ ...check, status: wrong ? 'failed' : 'passed', detail }];
}

/** The beginning of what an engine says of its failure. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
