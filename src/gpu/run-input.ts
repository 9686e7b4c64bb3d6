import type { PlanInput } from '../plan/executor.ts';
import type { Plan } from '../plan/plan.ts';
import type { SpaceBuffers } from './bind.ts';
import { USAGE } from './usage.ts';

export type Kind = PlanInput['kind'];

/** Smallest buffer for pictures: one of 1024×512. */
const LEAST_PIXEL_BYTES = 1024 * 512 * 4;
const PLACEMENT_BYTES = 32;

/** Buffers for so many images of one kind of input; those for pictures have room for these bytes of pixels in all. */
export function inputBuffers(device: GPUDevice, plan: Plan, kind: Kind, images: number, pixelBytes: number): SpaceBuffers {
  const create = (label: string, size: number): GPUBuffer => device.createBuffer({ label, size, usage: USAGE.STORAGE | USAGE.COPY_DST });
  if (kind === 'tensor') return { tensor: create('tensor', plan.entry.tensor.buffers['tensor']!.size * images) };
  return { pixels: create('pixels', roomForPixels(device, pixelBytes)), placements: create('placements', PLACEMENT_BYTES * images) };
}

/** Puts a run's input on the queue. */
export function writeInput(queue: GPUQueue, input: PlanInput, buffers: SpaceBuffers): void {
  if (input.kind === 'tensor') {
    queue.writeBuffer(buffers.tensor!, 0, input.data as Float32Array<ArrayBuffer>);
  } else {
    queue.writeBuffer(buffers.pixels!, 0, input.pixels as Uint32Array<ArrayBuffer>);
    queue.writeBuffer(buffers.placements!, 0, input.placements as Uint32Array<ArrayBuffer>);
  }
}

/** A power of two, so that pictures that grow little by little need few new buffers, as far as a binding may hold it. */
function roomForPixels({ limits }: GPUDevice, bytes: number): number {
  const most = Math.floor(limits.maxStorageBufferBindingSize / 4) * 4;
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(LEAST_PIXEL_BYTES, bytes)));
  return Math.max(bytes, Math.min(wanted, most));
}
