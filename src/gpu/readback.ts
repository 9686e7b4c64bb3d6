const MAP_READ = 0x01;
const COPY_DST = 0x08;
const READ = 1;

/** Frames that may be on their way back at once. */
const RING = 3;

/** Mappable buffers used in turn, so that reading one frame does not wait for the next. */
export class ReadbackRing {
  private readonly free: GPUBuffer[];
  private readonly all: GPUBuffer[];
  private readonly waiting: ((buffer: GPUBuffer) => void)[] = [];

  constructor(device: GPUDevice, size: number) {
    this.all = Array.from({ length: RING }, (_, i) => device.createBuffer({ label: `readback ${i}`, size, usage: MAP_READ | COPY_DST }));
    this.free = [...this.all];
  }

  /** A buffer nobody reads; waits while all are in flight. */
  take(): Promise<GPUBuffer> {
    const buffer = this.free.pop();
    return buffer ? Promise.resolve(buffer) : new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Reads the first `bytes` as float32 once the GPU is done and gives the buffer back. */
  async read(buffer: GPUBuffer, bytes: number): Promise<Float32Array> {
    try {
      return await readMapped(buffer, bytes);
    } finally {
      const next = this.waiting.shift();
      if (next) next(buffer);
      else this.free.push(buffer);
    }
  }

  destroy(): void {
    for (const buffer of this.all) buffer.destroy();
  }
}

/** Copies a range of a buffer out, through a buffer made for the purpose: for tracing, not for running. */
export async function readRange(device: GPUDevice, source: GPUBuffer, offset: number, size: number): Promise<Float32Array> {
  const target = device.createBuffer({ label: 'trace', size, usage: MAP_READ | COPY_DST });
  const encoder = device.createCommandEncoder({ label: 'trace' });
  encoder.copyBufferToBuffer(source, offset, target, 0, size);
  device.queue.submit([encoder.finish()]);
  try {
    return await readMapped(target, size);
  } finally {
    target.destroy();
  }
}

async function readMapped(buffer: GPUBuffer, bytes: number): Promise<Float32Array> {
  await buffer.mapAsync(READ, 0, bytes);
  const values = new Float32Array(buffer.getMappedRange(0, bytes).slice(0));
  buffer.unmap();
  return values;
}
