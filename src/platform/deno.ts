/** Deno's side of the contract in contract.ts. */
import type { AdapterChoice, AdapterGrant, AdapterRequest } from './contract.ts';
import { describeAdapter } from './description.ts';
import { adapterChoice, hasGpuNode, lavapipeDriver, noAdapter, setVariable } from './drivers.ts';
import { unpackSwiftShader } from './swiftshader.ts';

export { locateSource, readBytes } from './node-bytes.ts';

declare const Deno: { dlopen(path: string, symbols: object): unknown };

/**
 * An adapter through Deno's own WebGPU. Deno looks for drivers once per process, so the first call's choice holds.
 *
 * @throws InputError `no-webgpu`, with what to do on this system.
 */
export async function requestAdapter(request: AdapterRequest = {}): Promise<AdapterGrant> {
  const choice = adapterChoice(request.choice);
  if (!navigator.gpu) throw noAdapter(choice, 'a Deno without WebGPU');
  prepared ??= selectDriver(choice).catch((cause: unknown) => {
    prepared = undefined; // the next call tries again
    throw cause;
  });
  await prepared;
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: request.powerPreference ?? 'high-performance' });
  const description = adapter && describeAdapter(adapter);
  if (!adapter || !description || !fits(choice, description.software, description.device + description.description)) {
    throw noAdapter(choice, description ? description.description : 'none');
  }
  return { adapter, description, keep: undefined };
}

let prepared: Promise<void> | undefined;
const held: unknown[] = []; // collecting a library unloads it

async function selectDriver(choice: AdapterChoice): Promise<void> {
  if (process.platform !== 'linux' || process.env['VK_ICD_FILENAMES']) return;
  const lavapipe = lavapipeDriver();
  if (choice === 'lavapipe' && lavapipe) setVariable('VK_ICD_FILENAMES', lavapipe);
  if (choice === 'swiftshader' || (choice === 'auto' && !lavapipe && !hasGpuNode())) await useSwiftShader();
}

async function useSwiftShader(): Promise<void> {
  const files = await unpackSwiftShader();
  if (!files) return;
  setVariable('VK_ICD_FILENAMES', files.icd);
  try {
    held.push(Deno.dlopen('libvulkan.so.1', {}));
  } catch {
    held.push(Deno.dlopen(files.loader, {})); // once loaded, Deno's WebGPU finds it by its name
  }
}

function fits(choice: AdapterChoice, software: boolean, name: string): boolean {
  if (choice === 'gpu') return !software;
  if (choice === 'lavapipe') return /llvmpipe/i.test(name);
  return choice === 'auto' || /swiftshader/i.test(name);
}
