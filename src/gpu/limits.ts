import { InputError } from '../core/errors.ts';
import { type Plan, type Step, stepsOf } from '../plan/plan.ts';

const RUN_LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize', 'maxComputeWorkgroupsPerDimension'] as const;

/** Limits that decide how many images fit into one run. */
export type RunLimits = Readonly<Record<(typeof RUN_LIMITS)[number], number>>;

/** The most images that one run takes, and what it is that takes no more. */
export interface ImageBound {
  images: number;
  /** E.g. `step "model.14"`. */
  where: string;
  limit: keyof RunLimits;
}

/** A device's limits as plain numbers: asking the device itself takes a call each time. */
export function runLimits({ limits }: GPUDevice): RunLimits {
  return Object.fromEntries(RUN_LIMITS.map((name) => [name, limits[name]])) as RunLimits;
}

/**
 * The most images that one run of a plan can take, 0 where there is no room for any, and what allows no more: the memory
 * of all activations, or what a step binds or how many workgroups it takes. Pictures do not count: their size is not the plan's.
 */
export function imageBound(plan: Plan, limits: RunLimits): ImageBound {
  const bounds: ImageBound[] = [{ images: Math.floor(limits.maxBufferSize / plan.activationBytes), where: 'the memory of all feature maps', limit: 'maxBufferSize' }];
  for (const step of [plan.entry.pictures, ...stepsOf(plan, 'tensor')]) {
    const where = `step "${step.label}"`;
    bounds.push({ images: imagesByBindings(step, limits), where, limit: 'maxStorageBufferBindingSize' });
    bounds.push({ images: imagesByWorkgroups(step, limits), where, limit: 'maxComputeWorkgroupsPerDimension' });
  }
  return bounds.reduce((least, bound) => (bound.images < least.images ? bound : least));
}

/**
 * Floating-point operations of one run at most. Operating systems and browsers reset a GPU that has been at one piece of
 * work for some two seconds, and modest ones compute half of this in one. Scales n and s at 640×640 stay below it with 32
 * images (0.7e12 at most), and larger scales fill any GPU with the six images or more of it that they take.
 */
const MAX_RUN_FLOPS = 1e12;

/** The most images of one run that a modest GPU is done with in time, 1 at least. */
export function imagesByWork({ steps }: Plan): number {
  const perImage = steps.reduce((sum, { flops }) => sum + flops, 0);
  return Math.max(1, Math.floor(MAX_RUN_FLOPS / perImage));
}

/** What to tell a user whose run of so many images there is no room for. */
export function noRoom(plan: Plan, batch: number, limits: RunLimits): InputError {
  const { images, where, limit } = imageBound(plan, limits);
  return new InputError('out-of-memory', {
    expected: "a run within the GPU's limits",
    found: `${batch} images of ${plan.width}×${plan.height}, for which ${where} goes beyond ${limit}, here ${limits[limit]}`,
    remedy: images > 0 ? `Use a batch of at most ${images}, or a smaller input size.` : 'Use a smaller input size.',
  });
}

function imagesByBindings(step: Step, limits: RunLimits): number {
  const sizes = Object.values(step.buffers).filter((range) => range.space !== 'weights' && range.size > 0).map((range) => range.size);
  return Math.floor(limits.maxStorageBufferBindingSize / Math.max(1, ...sizes));
}

/** The batch along x may go on in z (see `workgroups`), so that it has room for the square of what one dimension takes. */
function imagesByWorkgroups({ grid: { items, perGroup, y, batchAxis } }: Step, { maxComputeWorkgroupsPerDimension: most }: RunLimits): number {
  if (y > most) return 0;
  if (batchAxis === 'z') return items <= most * perGroup ? most : 0;
  return Math.floor((most * most * perGroup) / items);
}

/** What an adapter is asked for: everything it has of the limits that bound batch and picture size. */
export function wantedLimits(supported: GPUSupportedLimits): Record<string, number> {
  return {
    maxBufferSize: supported.maxBufferSize,
    maxStorageBufferBindingSize: supported.maxStorageBufferBindingSize,
  };
}

/** Optional features that kernels make use of where they are there. */
export function wantedFeatures(supported: ReadonlySet<string>): GPUFeatureName[] {
  return (['subgroups'] as const).filter((feature) => supported.has(feature));
}
