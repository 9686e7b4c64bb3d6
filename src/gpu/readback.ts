import { MAP_MODE_READ, USAGE } from './usage.ts';

/** Frames that may be on their way back at once. */
const RING = 3;

/** Mappable buffers used in turn, so that reading one frame does not wait for the next. */
export class ReadbackRing {
  private readonly ended: AbortSignal;
  private readonly free: GPUBuffer[];
  private readonly all: GPUBuffer[];
  private readonly waiting: ((buffer: GPUBuffer) => void)[] = [];

  /** @param ended aborted when the buffers are about to go: none is used from then on */
  constructor(device: GPUDevice, size: number, ended: AbortSignal) {
    this.ended = ended;
    this.all = Array.from({ length: RING }, (_, i) => device.createBuffer({ label: `readback ${i}`, size, usage: USAGE.MAP_READ | USAGE.COPY_DST }));
    this.free = [...this.all];
  }

  /**
   * Lends a buffer that nobody reads, once there is one, and reads its first `bytes` as float32 as soon as the GPU is done.
   * @param fill puts a copy into the buffer on the queue; whatever it waits for is waited for
   */
  async read(bytes: number, fill: (target: GPUBuffer) => void | Promise<void>): Promise<Float32Array> {
    const buffer = await this.take();
    try {
      this.ended.throwIfAborted();
      await fill(buffer);
      this.ended.throwIfAborted();
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

  private take(): Promise<GPUBuffer> {
    const buffer = this.free.pop();
    return buffer ? Promise.resolve(buffer) : new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** Copies a range of a buffer out, through a buffer made for the purpose: for tracing, not for running. */
export async function readRange(device: GPUDevice, source: GPUBuffer, offset: number, size: number): Promise<Float32Array> {
  const target = device.createBuffer({ label: 'trace', size, usage: USAGE.MAP_READ | USAGE.COPY_DST });
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
  await buffer.mapAsync(MAP_MODE_READ, 0, bytes);
  const values = new Float32Array(buffer.getMappedRange(0, bytes).slice(0));
  buffer.unmap();
  return values;
}
