import { deviation } from '../core/compare.ts';
import type { Engine, NumberTensor, Peer } from './engine.ts';

/** One tensor, held against the other engine's. */
export interface TensorDifference {
  tensor: string;
  /** Largest difference, as a share of the other engine's largest magnitude; infinite where lengths or NaNs differ. */
  difference: number;
}

/** Tensors asked of the other engine in one run: bounds memory, as the large networks' activations go into gigabytes. */
const AT_ONCE = 32;

/**
 * The first tensor, in the order this engine computes them, that differs by more than `limit`; null where none does.
 * Tensors that the file names otherwise are passed over.
 */
export async function firstDifferingTensor(engine: Engine, peer: Peer, images: NumberTensor, limit: number): Promise<TensorDifference | null> {
  const names: string[] = [];
  await engine.trace!(images, (name) => void names.push(name));
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const differences = await compareTensors(engine, peer, images, names.slice(start, start + AT_ONCE));
    const first = differences.find(({ difference }) => difference > limit);
    if (first) return first;
  }
  return null;
}

/** Differences of the named tensors, in this engine's order; those that one of the two does not have are left out. */
export async function compareTensors(engine: Engine, peer: Peer, images: NumberTensor, names: readonly string[]): Promise<TensorDifference[]> {
  const theirs = await peer.tensors!(images, names);
  const differences: TensorDifference[] = [];
  await engine.trace!(images, (name, values) => {
    const other = theirs.get(name);
    if (other) differences.push({ tensor: name, difference: relativeDifference(values, other) });
  });
  return differences;
}

function relativeDifference(ours: Float32Array, theirs: Float32Array): number {
  const { difference, magnitude } = deviation(ours, theirs);
  return difference === 0 || difference === Number.POSITIVE_INFINITY ? difference : difference / magnitude;
}
