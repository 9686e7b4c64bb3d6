import { create, globals } from 'webgpu';
import { type DeviceGrant, adoptDevice } from '../../src/device.ts';
import { wantedLimits } from '../../src/gpu/limits.ts';
import { altered } from './devices.ts';

// Kept on globalThis because Node crashes where the instance is collected before its device.
const gpu = Object.assign(globalThis, globals, { nullDawn: create(['backend=null']) }).nullDawn;

/** A device of Dawn's null backend: it needs no driver and checks everything, but its kernels compute nothing. */
export async function nullDevice(): Promise<GPUDevice> {
  const adapter = (await gpu.requestAdapter())!;
  return adapter.requestDevice({ requiredLimits: wantedLimits(adapter.limits) });
}

/** The device as the engine's own, which it may replace. */
export const ownGrant = (device: GPUDevice): DeviceGrant => ({ ...adoptDevice(device), own: true });

/** Calls in order: buffers by their label, submits, and what the device complained of to nobody in particular. */
export function watchedDevice(device: GPUDevice): { device: GPUDevice; calls: string[] } {
  const calls: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => calls.push(`uncaptured ${error.message}`));
  const createBuffer = (descriptor: GPUBufferDescriptor): GPUBuffer => {
    calls.push(`buffer ${descriptor.label}`);
    return device.createBuffer(descriptor);
  };
  const submit = (buffers: GPUCommandBuffer[]): void => {
    calls.push('submit');
    device.queue.submit(buffers);
  };
  return { device: altered(device, { createBuffer, queue: altered(device.queue, { submit }) }), calls };
}
