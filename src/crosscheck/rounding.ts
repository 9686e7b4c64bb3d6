import type { Peer } from './engine.ts';
import { FLOAT32_TOLERANCE } from './match.ts';
import { firstLine, tryPeer } from './try-peer.ts';
import type { Check } from './validation-report.ts';
import { LAYER_LIMIT, type Task } from './validation-task.ts';

/**
 * Where a file with float16 numbers differs from this engine: whether the same graph computed in float32 agrees. If it
 * does, rounding is all that differs, and the wiring is right.
 * @param alone rows of each picture run by this engine at batch 1
 */
export async function checkRounding(task: Task, alone: Float32Array[], checks: readonly Check[]): Promise<Check[]> {
  const failed = checks.find(({ group, status }) => status === 'failed' && (group === 'detections' || group === 'heads'));
  if (!failed || !task.half || !task.peer?.inFloat32) return [];
  let peer: Peer;
  try {
    peer = await task.peer.inFloat32();
  } catch (error) {
    const claim = 'computed in float32: the file finds what this engine finds';
    return [{ id: `rounding/${failed.id}`, group: 'rounding', batch: failed.batch, claim, status: 'skipped', detail: firstLine(error) }];
  }
  try {
    const tried = await tryPeer({ ...task, peer, tolerance: FLOAT32_TOLERANCE, layerLimit: LAYER_LIMIT.float32 }, alone, failed.batch);
    return tried.checks.map((check) => ({ ...check, id: `rounding/${check.id}`, group: 'rounding', claim: `computed in float32: ${check.claim}` }));
  } finally {
    await peer.dispose?.();
  }
}
