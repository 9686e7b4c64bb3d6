import { slotOf, stack } from './batches.ts';
import type { NumberTensor } from './engine.ts';
import { checkIndependence } from './independence.ts';
import { firstDifferingTensor } from './layers.ts';
import { ROW } from './match.ts';
import { checkRounding } from './rounding.ts';
import { tryPeer } from './try-peer.ts';
import type { Check, ShownBox, ShownPicture, ValidationReport } from './validation-report.ts';
import { type Task, type ValidateOptions, prepareTask } from './validation-task.ts';

export type { ValidateOptions } from './validation-task.ts';

/**
 * Proves, or disproves, that a file's result does not depend on the batch: this engine at each batch size against itself
 * at batch 1, and the file run by another engine against this one. Nothing is taken from the file's wiring but by that
 * other engine.
 * @throws InputError 'not-onnx', 'not-yolov10', 'bad-weights' for the file, 'bad-argument' or 'bad-tensor' for options
 */
export async function validate(modelBytes: Uint8Array, options: ValidateOptions): Promise<ValidationReport> {
  const started = performance.now();
  const task = prepareTask(modelBytes, options);
  const checks: Check[] = [];
  const add = (check: Check): void => {
    checks.push(check);
    task.onCheck?.(check);
  };
  const alone = await runAlone(task);
  let peerRows: NumberTensor | null = null;
  for (const batch of task.batches) {
    (await checkIndependence(task.engine, task.slots, alone, batch)).forEach(add);
    task.signal?.throwIfAborted();
    const tried = await tryPeer(task, alone, batch);
    tried.checks.forEach(add);
    peerRows = tried.rows;
  }
  (await checkRounding(task, alone, checks)).forEach(add);
  return {
    passed: checks.every(({ status }) => status !== 'failed'),
    ...describe(task, modelBytes.length),
    checks,
    firstDifference: await findFirstDifference(task, checks),
    pictures: showPictures(task, alone, peerRows),
    milliseconds: performance.now() - started,
  };
}

/** Rows of every picture, run alone. */
async function runAlone({ engine, slots, signal }: Task): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (const pixels of slots.pixels) {
    signal?.throwIfAborted();
    rows.push((await engine.run(stack([pixels], slots.height, slots.width))).data);
  }
  return rows;
}

/** Looked for at the smallest batch where the file's detections differ; null too where the other engine shows no tensors. */
async function findFirstDifference({ engine, peer, slots, layerLimit }: Task, checks: Check[]): Promise<ValidationReport['firstDifference']> {
  const failed = checks.find(({ group, status, figures }) => group === 'detections' && status === 'failed' && figures !== undefined);
  if (!failed || !engine.trace || !peer?.tensors) return null;
  return firstDifferingTensor(engine, peer, stack(slots.pixels.slice(0, failed.batch), slots.height, slots.width), layerLimit).catch(() => null);
}

type Description = Pick<ValidationReport, 'model' | 'input' | 'engine' | 'peer' | 'withoutPeer' | 'tolerance'>;

function describe({ model, network, slots, engine, peer, withoutPeer, tolerance }: Task, bytes: number): Description {
  return {
    model: { scale: network.scale ?? 'custom', classCount: network.config.head.classCount, opset: model.opset, producer: model.producer, bytes },
    input: { height: slots.height, width: slots.width },
    engine: engine.name,
    peer: peer?.name ?? null,
    withoutPeer: peer ? null : (withoutPeer ?? 'no other engine was given'),
    tolerance,
  };
}

/** A report shows the boxes of at least this score; not more than `most`, and the best `least` in any case. */
const SHOWN = { score: 0.25, least: 5, most: 30 };

function showPictures({ slots, network }: Task, alone: Float32Array[], peerRows: NumberTensor | null): ShownPicture[] {
  return slots.pixels.map((pixels, slot) => ({
    name: slots.names[slot]!, slot, pixels,
    alone: showBoxes(alone[slot]!, network.labels),
    peer: peerRows && showBoxes(slotOf(peerRows, slot), network.labels),
  }));
}

function showBoxes(rows: Float32Array, labels: readonly string[]): ShownBox[] {
  const boxes = Array.from({ length: Math.min(SHOWN.most, rows.length / ROW) }, (_, row): ShownBox => {
    const [x1, y1, x2, y2, score, classId] = rows.subarray(row * ROW) as unknown as [number, number, number, number, number, number];
    return { label: labels[classId] ?? `class ${classId}`, classId, score, corners: [x1, y1, x2, y2] };
  });
  return boxes.filter(({ score }, row) => row < SHOWN.least || score >= SHOWN.score);
}
