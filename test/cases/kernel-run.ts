import type { PipelineCache } from '../../src/gpu/pipelines.ts';
import { readRange } from '../../src/gpu/readback.ts';
import { UniformBlock } from '../../src/gpu/uniforms.ts';
import { kernels } from '../../src/kernels.gen.ts';
import { type Step, workgroups } from '../../src/plan/plan.ts';
import { twins } from '../../src/reference/twins.ts';
import type { KernelCase } from './kernel-case.ts';

/** Content of the result buffers, by name. */
export type Results = Record<string, Float32Array | Uint32Array>;

/** What the kernel's twin leaves in the result buffers. */
export function runTwin({ step: { kernel, uniforms, constants }, batch, memory, results }: KernelCase): Results {
  const copies: Results = Object.fromEntries(Object.entries(memory).map(([name, content]) => [name, content.slice()]));
  twins[kernel]({
    batch, uniforms, constants,
    floats: (name) => copies[name] as Float32Array,
    words: (name) => copies[name] as Uint32Array,
  });
  return Object.fromEntries(results.map((name) => [name, copies[name]!]));
}

/** A case on a device, ready to be dispatched any number of times. */
export interface BoundKernel {
  encode(pass: GPUComputePassEncoder): void;
  read(): Promise<Results>;
  destroy(): void;
}

export async function bindKernel(device: GPUDevice, cache: PipelineCache, { step, batch, memory, results }: KernelCase): Promise<BoundKernel> {
  const upload = (content: BufferSource & { byteLength: number }, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: content.byteLength, usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC });
    device.queue.writeBuffer(buffer, 0, content as ArrayBuffer);
    return buffer;
  };
  const block = new UniformBlock([step as unknown as Step]);
  block.setBatch(batch);
  const uniforms = upload(block.data, GPUBufferUsage.UNIFORM);
  const buffers = Object.fromEntries(Object.entries(memory).map(([name, content]) => [name, upload(content as Float32Array<ArrayBuffer>, GPUBufferUsage.STORAGE)]));
  const pipeline = await cache.get(step.kernel, step.constants);
  const entries = kernels[step.kernel].bindings.map(({ name, binding, access }) => ({ binding, resource: { buffer: access === 'uniform' ? uniforms : buffers[name]! } }));
  const bindGroup = device.createBindGroup({ layout: cache.layoutOf(step.kernel), entries });
  return {
    encode(pass) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...workgroups(step.grid, batch, device.limits.maxComputeWorkgroupsPerDimension));
    },
    async read() {
      const read = await Promise.all(results.map(async (name) => {
        const values = await readRange(device, buffers[name]!, 0, buffers[name]!.size);
        return [name, memory[name] instanceof Uint32Array ? new Uint32Array(values.buffer) : values] as const;
      }));
      return Object.fromEntries(read);
    },
    destroy: () => [uniforms, ...Object.values(buffers)].forEach((buffer) => buffer.destroy()),
  };
}

/** Runs a case once; a mistake that WebGPU's validation finds is thrown. */
export async function runKernel(device: GPUDevice, cache: PipelineCache, kernelCase: KernelCase): Promise<Results> {
  device.pushErrorScope('validation');
  const bound = await bindKernel(device, cache, kernelCase);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  bound.encode(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const results = await bound.read();
  bound.destroy();
  const error = await device.popErrorScope();
  if (error) throw new Error(error.message);
  return results;
}

/** Largest difference between two results as a share of the largest magnitude expected, and where it is; infinite at a NaN. */
export function apart(found: Results[string], expected: Results[string]): { difference: number; at: number } {
  let magnitude = 0;
  let difference = 0;
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    magnitude = Math.max(magnitude, Math.abs(expected[i]!));
    const here = Math.abs(found[i]! - expected[i]!);
    if (here <= difference) continue;
    at = i;
    difference = here;
  }
  return { difference: Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / (magnitude || 1), at };
}
