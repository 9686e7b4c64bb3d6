import { dirname } from 'node:path';
import { lavapipeDriver } from '../src/platform/drivers.ts';
import type { AdapterChoice, AdapterDescription } from '../src/platform/contract.ts';
import { requestAdapter } from '../src/platform/node.ts';
import { unpackSwiftShader } from '../src/platform/swiftshader.ts';
import { measureFmaPeak } from './fma-peak.ts';

/** The adapter both engines use, its measured peak, and the variables by which another process gets the same. */
export interface BenchAdapter {
  description: AdapterDescription;
  /** Floating-point operations per second. */
  fmaPeak: number;
  environment: Record<string, string>;
}

/** Opens the adapter, measures its peak and works out how to hand it to other processes. */
export async function benchAdapter(choice: AdapterChoice | undefined): Promise<BenchAdapter> {
  const { adapter, description } = await requestAdapter({ ...(choice && { choice }) });
  const device = await adapter.requestDevice();
  const fmaPeak = await measureFmaPeak(device);
  device.destroy();
  return { description, fmaPeak, environment: await environmentFor(description) };
}

async function environmentFor({ architecture, device, description }: AdapterDescription): Promise<Record<string, string>> {
  const name = `${architecture} ${device} ${description}`;
  const lavapipe = /llvmpipe/i.test(name) ? lavapipeDriver() : undefined;
  if (lavapipe) return { YOLOV10_ADAPTER: 'lavapipe', VK_ICD_FILENAMES: lavapipe };
  const swiftshader = /swiftshader/i.test(name) ? await unpackSwiftShader() : undefined;
  if (!swiftshader) return {};
  const folders = [dirname(swiftshader.loader), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
  return { YOLOV10_ADAPTER: 'swiftshader', VK_ICD_FILENAMES: swiftshader.icd, LD_LIBRARY_PATH: folders };
}
