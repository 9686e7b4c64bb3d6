import { InputError } from '../core/errors.ts';
import { type Kernel, type KernelName, kernels } from '../kernels.gen.ts';
import type { Step } from '../plan/plan.ts';
import { STAGE_COMPUTE } from './usage.ts';

type Constants = Step['constants'];

/** Kernel and constants, and nothing else, decide a pipeline; this is its cache key and its label. */
export function pipelineKey(kernel: KernelName, constants: Constants): string {
  const chosen = Object.keys(constants).sort().map((name) => `${name}=${constants[name]}`);
  return chosen.length > 0 ? `${kernel} ${chosen.join(' ')}` : kernel;
}

/** A kernel's WGSL with the literals of its constants replaced. */
export function specialise(name: KernelName, constants: Constants): string {
  const kernel: Kernel = kernels[name];
  let { source } = kernel;
  for (const [constant, value] of Object.entries(constants)) {
    const declared = kernel.constants[constant];
    if (!declared) throw new Error(`kernel ${name} has no constant ${constant}`);
    const declaration = new RegExp(`^const ${constant}\\s*:[^;]*;`, 'm');
    source = source.replace(declaration, `const ${constant}: ${declared.type} = ${value};`);
  }
  return source;
}

/** Compiled pipelines of one device, shared by all plans. */
export class PipelineCache {
  private readonly device: GPUDevice;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  private readonly layouts = new Map<KernelName, GPUBindGroupLayout>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /**
   * Compiles in the background on first use, so that a page stays responsive; after a failure, again on the next.
   * @throws InputError 'no-webgpu' where the driver does not compile the kernel
   */
  get(kernel: KernelName, constants: Constants): Promise<GPUComputePipeline> {
    const key = pipelineKey(kernel, constants);
    let pipeline = this.pipelines.get(key);
    if (!pipeline) {
      pipeline = this.compile(key, kernel, constants);
      this.pipelines.set(key, pipeline);
      pipeline.catch(() => this.pipelines.delete(key));
    }
    return pipeline;
  }

  /** A step's pipeline, as `get` does. */
  of({ kernel, constants }: Step): Promise<GPUComputePipeline> {
    return this.get(kernel, constants);
  }

  /** Bind group layout of a kernel, from the bindings its WGSL declares. */
  layoutOf(name: KernelName): GPUBindGroupLayout {
    let layout = this.layouts.get(name);
    if (!layout) {
      layout = this.device.createBindGroupLayout({ label: name, entries: kernels[name].bindings.map(layoutEntry) });
      this.layouts.set(name, layout);
    }
    return layout;
  }

  private async compile(label: string, kernel: KernelName, constants: Constants): Promise<GPUComputePipeline> {
    const module = this.device.createShaderModule({ label, code: specialise(kernel, constants) });
    const layout = this.device.createPipelineLayout({ label, bindGroupLayouts: [this.layoutOf(kernel)] });
    try {
      return await this.device.createComputePipelineAsync({ label, layout, compute: { module, entryPoint: 'main' } });
    } catch (cause) {
      throw notCompiled(label, this.device.adapterInfo, cause);
    }
  }
}

const BUFFER_TYPES = { uniform: 'uniform', read: 'read-only-storage', read_write: 'storage' } as const;

function layoutEntry({ binding, access }: Kernel['bindings'][number]): GPUBindGroupLayoutEntry {
  return { binding, visibility: STAGE_COMPUTE, buffer: { type: BUFFER_TYPES[access] } };
}

/** Callers may bring devices that do not say which adapter they are of. */
function notCompiled(label: string, info: GPUAdapterInfo | undefined, cause: unknown): InputError {
  const adapter = [info?.vendor, info?.architecture, info?.device, info?.description].filter(Boolean).join(' ') || 'the adapter';
  return new InputError('no-webgpu', {
    expected: `a driver that compiles the kernel "${label}"`,
    found: `${adapter} failing at it: ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: 'Update the GPU driver, or choose another adapter.',
  }, { cause });
}
