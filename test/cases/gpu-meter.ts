/** How often an engine called WebGPU, and the bytes of the buffers it created. */
export interface GpuCounts {
  dispatches: number;
  submits: number;
  buffers: number;
  bufferBytes: number;
  bindGroups: number;
  pipelines: number;
  shaderModules: number;
}

export interface GpuMeter {
  /** Counts since the meter was made or last read. */
  read(): GpuCounts;
  /** Bytes of the buffers created and not destroyed yet. */
  liveBytes(): number;
  /** Takes the meter out again. */
  remove(): void;
}

type Method = (...args: never[]) => unknown;

/**
 * Counts WebGPU calls of everything in this process, by wrapping the methods of WebGPU's classes: what an engine does,
 * not what it says it does. The classes must be global (in Node, those of the package `webgpu`).
 */
export function meterGpu(): GpuMeter {
  const undo: (() => void)[] = [];
  const counts = zero();
  const live = new Map<GPUBuffer, number>();
  const wrap = (owner: { prototype: object }, name: string, after: (self: unknown, result: unknown) => void): void => {
    const methods = owner.prototype as Record<string, Method>;
    const original = methods[name] as Method;
    methods[name] = function wrapped(this: unknown, ...args: never[]): unknown {
      const result = original.apply(this, args);
      after(this, result);
      return result;
    };
    undo.push(() => (methods[name] = original));
  };
  const tally = (owner: { prototype: object }, name: string, key: keyof GpuCounts): void => wrap(owner, name, () => (counts[key] += 1));

  tally(GPUComputePassEncoder, 'dispatchWorkgroups', 'dispatches');
  tally(GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', 'dispatches');
  tally(GPUQueue, 'submit', 'submits');
  tally(GPUDevice, 'createBindGroup', 'bindGroups');
  tally(GPUDevice, 'createComputePipeline', 'pipelines');
  tally(GPUDevice, 'createComputePipelineAsync', 'pipelines');
  tally(GPUDevice, 'createShaderModule', 'shaderModules');
  wrap(GPUDevice, 'createBuffer', (_device, result) => {
    const buffer = result as GPUBuffer;
    counts.buffers += 1;
    counts.bufferBytes += buffer.size;
    live.set(buffer, buffer.size);
  });
  wrap(GPUBuffer, 'destroy', (buffer) => live.delete(buffer as GPUBuffer));

  return {
    read() {
      const now = { ...counts };
      Object.assign(counts, zero());
      return now;
    },
    liveBytes: () => [...live.values()].reduce((sum, bytes) => sum + bytes, 0),
    remove: () => undo.forEach((restore) => restore()),
  };
}

function zero(): GpuCounts {
  return { dispatches: 0, submits: 0, buffers: 0, bufferBytes: 0, bindGroups: 0, pipelines: 0, shaderModules: 0 };
}
