import type { DraftStep } from '../../src/plan/draft.ts';
import type { Allocation, Home, Homes } from '../../src/plan/homes.ts';
import { lowerLayers } from '../../src/plan/lower.ts';
import type { LoweringContext } from '../../src/plan/lowering.ts';
import { type Policy, softwarePolicy } from '../../src/plan/policy.ts';
import { layoutWeights, packWeights } from '../../src/plan/weights.ts';
import type { FeatureMap, Layer } from '../../src/yolov10/layers.ts';
import type { ConvWeights } from '../../src/yolov10/weights.ts';
import { randomOf } from './seeded-model.ts';

/** One dispatch with the content of its buffers: what a test compares and a bench times. */
export interface KernelCase {
  title: string;
  step: DraftStep;
  batch: number;
  /** Content of every buffer before the dispatch, by its name in the kernel. */
  memory: Record<string, Float32Array | Uint32Array>;
  /** Buffers compared afterwards, as a whole: what lies beside the result must stay. */
  results: readonly string[];
  /** Largest difference allowed, as a share of the largest magnitude; 0 for the same bits. */
  tolerance: number;
  /** Floating-point operations of the dispatch. */
  flops: number;
}

/** Where maps lie, and how large the picture is that they are maps of. */
export interface Scene {
  height: number;
  width: number;
  homes: ReadonlyMap<FeatureMap, Home>;
  logits?: Allocation;
  policy?: Policy;
  weights?: ReadonlyMap<string, ConvWeights>;
}

/** The steps that the engine makes of these layers, and their packed weights. */
export function lower(layers: readonly Layer[], { height, width, homes, logits, policy = softwarePolicy, weights }: Scene): { steps: DraftStep[]; packed: ArrayBuffer } {
  const layout = layoutWeights(layers);
  const fixed: Homes = { of: (map) => homes.get(map)!, logits: logits! };
  const context: LoweringContext = { layers, height, width, homes: fixed, weights: layout, policy };
  return { steps: lowerLayers(context), packed: weights ? packWeights(layout, weights) : new ArrayBuffer(0) };
}

/** Normally distributed numbers, the same for the same seed. */
export function normal(count: number, seed: number, deviation = 1): Float32Array {
  const random = randomOf(seed);
  return Float32Array.from({ length: count }, () => deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

/** Random content for an allocation. */
export function filled({ pixels, vectors }: Allocation, batch: number, seed: number): Float32Array {
  return normal(pixels * vectors * 4 * batch, seed);
}
