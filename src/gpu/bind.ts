import { kernels } from '../kernels.gen.ts';
import type { BufferRange, Space, Step } from '../plan/plan.ts';

export type SpaceBuffers = Partial<Record<Space, GPUBuffer>>;

/** Binds a step's ranges in buffers that hold so many images one after the other, and its slot of the block of uniforms. */
export function bindGroupOf(device: GPUDevice, layout: GPUBindGroupLayout, step: Step, buffers: SpaceBuffers, images: number, uniforms: GPUBufferBinding): GPUBindGroup {
  const entries = kernels[step.kernel].bindings.map(({ name, binding, access }): GPUBindGroupEntry => ({
    binding,
    resource: access === 'uniform' ? uniforms : rangeOf(buffers, step.buffers[name]!, images),
  }));
  return device.createBindGroup({ label: step.label, layout, entries });
}

function rangeOf(buffers: SpaceBuffers, { space, offset, size }: BufferRange, images: number): GPUBufferBinding {
  const buffer = buffers[space]!;
  if (size === 0) return { buffer };
  const times = space === 'weights' ? 1 : images;
  return { buffer, offset: offset * times, size: size * times };
}
