import { described } from './core/described.ts';
import { InputError } from './core/errors.ts';
import { wantedFeatures, wantedLimits } from './gpu/limits.ts';
import type { AdapterDescription, AdapterRequest, Platform } from './platform/contract.ts';
import { describeAdapter } from './platform/description.ts';

/** A device and what is known of its adapter. */
export interface DeviceGrant {
  device: GPUDevice;
  description: AdapterDescription;
  /** Whether the engine may destroy and replace it; false for a device the caller brought. */
  own: boolean;
  /** Invocations per subgroup where the device has subgroups of one fixed size. */
  lanes: number | undefined;
  /** Held for as long as the device lives; see AdapterGrant. */
  keep: unknown;
}

/** Requests an adapter and a device with all the room the adapter has for batches and pictures. */
export async function requestDevice(platform: Platform, request: AdapterRequest): Promise<DeviceGrant> {
  const { adapter, description, keep } = await platform.requestAdapter(request);
  try {
    const device = await adapter.requestDevice({
      label: 'yolov10',
      requiredLimits: wantedLimits(adapter.limits),
      requiredFeatures: wantedFeatures(adapter.features),
    });
    return { device, description, own: true, lanes: fixedLanes(adapter.info, device), keep: [keep, adapter] };
  } catch (cause) {
    throw new InputError('no-webgpu', {
      expected: 'a device of the adapter',
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Update the GPU driver, or close other programs that use the GPU.',
    }, { cause });
  }
}

/** Wraps a device that the caller made and keeps. @throws InputError 'bad-argument' for what is none */
export function adoptDevice(device: GPUDevice): DeviceGrant {
  if (typeof device.createBuffer !== 'function') {
    throw new InputError('bad-argument', { expected: 'device as a GPUDevice', found: described(device), remedy: 'Pass what requestDevice() of an adapter resolves to.' });
  }
  const description = describeAdapter({ info: device.adapterInfo, features: device.features, limits: device.limits } as unknown as GPUAdapter);
  return { device, description, own: false, lanes: fixedLanes(device.adapterInfo, device), keep: undefined };
}

/** Invocations per subgroup, if the device has subgroups and only one size of them. */
function fixedLanes(info: GPUAdapterInfo | undefined, { features }: GPUDevice): number | undefined {
  const { subgroupMinSize, subgroupMaxSize } = info ?? {};
  return features.has('subgroups') && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : undefined;
}
