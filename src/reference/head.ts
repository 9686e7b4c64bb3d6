import type { Dispatch } from './dispatch.ts';

/** The uniforms of shared/head.wgsl. */
export type Head = Record<
  'anchors' | 'width8' | 'width16' | 'width32' | 'cells8' | 'cells16' | 'classes' | 'bins' | 'anchor4' | 'rows', number>;

export const headOf = ({ uniforms }: Dispatch): Head => uniforms as Head;

/** Logistic function; beyond ±80 it stays what it is there, as in the kernels. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-Math.min(80, Math.max(-80, x))));
}

/** Indices of the `wanted` highest scores, highest first; of equal scores the lower index first. */
export function bestOf(scores: Float32Array, wanted: number): number[] {
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, wanted);
}
