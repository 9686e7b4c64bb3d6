import { constants } from 'node:os';
import { InputError } from '../core/errors.ts';
import type { AdapterChoice, AdapterGrant, AdapterRequest } from './contract.ts';
import { describeAdapter } from './description.ts';
import { adapterChoice, lavapipeDriver, noAdapter, withVulkanDriver } from './drivers.ts';
import { unpackSwiftShader } from './swiftshader.ts';

type Dawn = typeof import('webgpu');
type Attempt = (request: AdapterRequest) => Promise<AdapterGrant | undefined>;

const RTLD_NODELETE = 0x1000; // Linux's <dlfcn.h>; Node does not name it
const instances = new Map<string, GPU>(); // never emptied: Dawn crashes where an instance is collected before its devices
let dawn: Dawn | undefined;

/**
 * An adapter through Dawn (npm `webgpu`): a GPU, else lavapipe, else SwiftShader. `globalThis` gains WebGPU's constants
 * such as `GPUBufferUsage`.
 */
export async function requestAdapter(request: AdapterRequest = {}): Promise<AdapterGrant> {
  const choice = adapterChoice(request.choice);
  dawn ??= await loadDawn();
  Object.assign(globalThis, dawn.globals);
  for (const attempt of ATTEMPTS[choice]) {
    const grant = await attempt(request);
    if (grant && !(choice === 'gpu' && grant.description.software)) return grant;
  }
  throw noAdapter(choice, 'none that Dawn accepts');
}

/** The system's own drivers: Dawn sorts a GPU before lavapipe. */
const fromSystem: Attempt = (request) => open(undefined, request);

const fromLavapipe: Attempt = async (request) => {
  const driver = lavapipeDriver();
  return driver ? open(driver, request) : undefined;
};

const fromSwiftShader: Attempt = async (request) => {
  const files = await unpackSwiftShader();
  if (!files) return undefined;
  const grant = await open(files.icd, request);
  if (grant) return grant;
  holdLibrary(files.loader); // no loader on this system: Dawn finds this one, already loaded, by its name
  return open(files.icd, request);
};

const ATTEMPTS: Record<AdapterChoice, Attempt[]> = {
  auto: [fromSystem, fromSwiftShader],
  gpu: [fromSystem],
  lavapipe: [fromLavapipe],
  swiftshader: [fromSwiftShader],
};

async function loadDawn(): Promise<Dawn> {
  try {
    return await import('webgpu');
  } catch (cause) {
    const found = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new InputError('no-webgpu', {
      expected: 'the npm package "webgpu", which gives Node WebGPU',
      found: `an error loading it (${found})`,
      remedy: 'Run `npm install webgpu`; it has binaries for Linux (glibc), macOS and Windows.',
    }, { cause });
  }
}

async function open(icd: string | undefined, request: AdapterRequest): Promise<AdapterGrant | undefined> {
  const flag = `enable-dawn-features=${['vulkan_enable_f16_on_nvidia', ...(request.toggles ?? [])].join(',')}`;
  const key = `${icd} ${flag}`;
  const gpu = instances.get(key) ?? (dawn as Dawn).create([flag]);
  const powerPreference = request.powerPreference ?? 'high-performance';
  // Dawn looks for drivers inside this call, so the variable need not stay set for the promise.
  const adapter = await withVulkanDriver(icd, () => gpu.requestAdapter({ powerPreference }));
  if (!adapter) return undefined;
  instances.set(key, gpu); // an instance that found no loader would not look again, so only a good one is kept
  return { adapter, description: describeAdapter(adapter), keep: gpu };
}

/** Loads a shared library for good; it is no Node addon, which Node finds out after loading it and says so. */
function holdLibrary(path: string): void {
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch {
    // `Module did not self-register`
  }
}
