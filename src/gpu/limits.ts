import { type Plan, type Step, stepsOf, workgroups } from '../plan/plan.ts';

/** Limits that decide how many images fit into one run. */
export type RunLimits = Pick<GPUSupportedLimits, 'maxBufferSize' | 'maxStorageBufferBindingSize' | 'maxComputeWorkgroupsPerDimension'>;

/** Bytes of RGBA8 pictures in one run are bounded by what one binding may hold; see `GpuExecutor.run`. */
export function largestBatch(plan: Plan, limits: RunLimits): number {
  const steps = [...stepsOf(plan, 'tensor'), plan.entry.pictures];
  const perStep = steps.map((step) => Math.min(batchByBindings(step, limits), batchByWorkgroups(step, limits)));
  return Math.max(1, Math.min(...perStep, Math.floor(limits.maxBufferSize / plan.activationBytes)));
}

function batchByBindings(step: Step, limits: RunLimits): number {
  const sizes = Object.values(step.buffers).filter((range) => range.space !== 'weights' && range.size > 0).map((range) => range.size);
  return Math.floor(limits.maxStorageBufferBindingSize / Math.max(1, ...sizes));
}

function batchByWorkgroups({ grid }: Step, limits: RunLimits): number {
  const most = limits.maxComputeWorkgroupsPerDimension;
  if (grid.batchAxis === 'z') return most;
  const batch = Math.floor((most * grid.perGroup) / grid.items);
  return workgroups(grid, batch)[0] <= most ? batch : batch - 1;
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
