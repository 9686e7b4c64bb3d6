import { deviation } from '../core/compare.ts';
import type { Executor, PlanInput } from './executor.ts';
import type { Plan, TensorView } from './plan.ts';

/** Where two engines part. */
export interface Difference {
  /** Label of the step that made the tensor. */
  step: string;
  /** Its name in the reference export. */
  tensor: string;
  /** Largest absolute difference within the tensor; infinite where one is NaN or the lengths differ. */
  difference: number;
  /** Largest magnitude in the expected tensor, which the tolerance is a share of. */
  magnitude: number;
  /** The element that differs most. */
  where: { image: number; channel: number; y: number; x: number };
  found: number;
  expected: number;
}

/** Tensors by their ONNX names, each [batch, channels, height, width]. */
export type NamedTensors = ReadonlyMap<string, Float32Array>;

/**
 * The first tensor, in the order of the plan, in which two engines differ by more than `tolerance` times the tensor's
 * largest magnitude; null where none does.
 * @param b another executor, or the tensors of another engine; those it has not got are passed over
 */
export async function firstDifference(plan: Plan, a: Executor, b: Executor | NamedTensors, input: PlanInput, tolerance: number): Promise<Difference | null> {
  const expected = 'trace' in b ? await traceTensors(plan, b, input) : b;
  const found: Difference[] = [];
  await a.trace(plan, input, (view, values, step) => {
    const other = expected.get(view.name);
    if (!other || found.length > 0) return;
    const difference = compareTensor(view, step.label, values, other);
    if (difference.difference > tolerance * difference.magnitude) found.push(difference);
  });
  return found[0] ?? null;
}

/** Every tensor of one run. */
export async function traceTensors(plan: Plan, executor: Executor, input: PlanInput): Promise<Map<string, Float32Array>> {
  const tensors = new Map<string, Float32Array>();
  await executor.trace(plan, input, (view, values) => void tensors.set(view.name, values));
  return tensors;
}

function compareTensor(view: TensorView, step: string, values: Float32Array, other: Float32Array): Difference {
  const { difference, magnitude, at } = deviation(values, other);
  return { step, tensor: view.name, difference, magnitude, where: locate(view, at), found: values[at]!, expected: other[at]! };
}

function locate({ channels, height, width }: TensorView, index: number): Difference['where'] {
  const row = Math.floor(index / width);
  const plane = Math.floor(row / height);
  return { image: Math.floor(plane / channels), channel: plane % channels, y: row % height, x: index % width };
}
