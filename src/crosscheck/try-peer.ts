import { asRows, checkDetections } from './against-peer.ts';
import { stack } from './batches.ts';
import type { NumberTensor } from './engine.ts';
import { compareTensors } from './layers.ts';
import { type Check, roughly } from './validation-report.ts';
import type { Task } from './validation-task.ts';

/** What came of running the file at one batch size. */
export interface Tried {
  checks: Check[];
  /** [batch, rows, 6], or null where there is no other engine or it gave none. */
  rows: NumberTensor | null;
}

/**
 * Runs the file by the other engine at one batch size and holds its detections against this engine's; at batch 1 and at
 * the largest, where both show their tensors, the raw heads as well.
 * @param alone rows of each picture run by this engine at batch 1
 */
export async function tryPeer(task: Task, alone: Float32Array[], batch: number): Promise<Tried> {
  const { peer, slots, network } = task;
  if (!peer) return { checks: [], rows: null };
  const images = stack(slots.pixels.slice(0, batch), slots.height, slots.width);
  const failure = (detail: string): Tried => ({
    checks: [{ id: `detections/${batch}`, group: 'detections', batch, claim: 'the file finds what this engine finds', status: 'failed', detail }],
    rows: null,
  });
  let output: NumberTensor;
  try {
    output = await peer.run(images);
  } catch (error) {
    return failure(`${peer.name} cannot run the file: ${firstLine(error)}`);
  }
  const ours = alone.slice(0, batch);
  const rows = asRows(output, ours, network.config.head.classCount);
  if (rows?.dims[0] !== batch) return failure(`output of shape [${output.dims}], neither [${batch},rows,6] nor [${batch},4+classes,anchors]`);
  const checks = [checkDetections(ours, rows, task.tolerance)];
  if (batch === 1 || batch === task.batches.at(-1)) checks.push(...(await compareHeads(task, images, batch)));
  return { checks, rows };
}

/** Box distributions and class logits of the three levels, before anything is sorted. */
async function compareHeads({ engine, peer, network, layerLimit }: Task, images: NumberTensor, batch: number): Promise<Check[]> {
  if (!engine.trace || !peer?.tensors) return [];
  const check = { id: `heads/${batch}`, group: 'heads', batch, claim: 'raw heads agree before anything is sorted' } as const;
  const head = network.layers.at(-1)!;
  const names = head.kind === 'detect' ? [...head.boxes, ...head.classes].map(({ name }) => name) : [];
  const differences = await compareTensors(engine, peer, images, names);
  const unnamed = names.length - differences.length;
  if (unnamed > 0) return [{ ...check, status: 'skipped', detail: `the file names ${unnamed} of ${names.length} heads otherwise` }];
  const worst = differences.reduce((most, other) => (other.difference > most.difference ? other : most));
  const wrong = worst.difference > layerLimit;
  const detail = wrong ? `${worst.tensor} is ${roughly(worst.difference)} of its largest value apart` : `within ${roughly(worst.difference)} of the largest value`;
  return [{ ...check, status: wrong ? 'failed' : 'passed', detail }];
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
