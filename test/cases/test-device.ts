import { wantedFeatures, wantedLimits } from '../../src/gpu/limits.ts';
import type { AdapterGrant } from '../../src/platform/contract.ts';
import { requestAdapter } from '../../src/platform/node.ts';

/** A device of the test adapter (YOLOV10_ADAPTER chooses it); hold on to the grant as long as the device lives. */
export async function testDevice(): Promise<{ device: GPUDevice; grant: AdapterGrant }> {
  const grant = await requestAdapter();
  const device = await grant.adapter.requestDevice({
    requiredLimits: wantedLimits(grant.adapter.limits),
    requiredFeatures: wantedFeatures(grant.adapter.features),
  });
  return { device, grant };
}
