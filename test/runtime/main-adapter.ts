/** Opens an adapter, forgets all but the device, collects garbage, computes; prints what it was, or the error's code. */
import { requestAdapter } from '../../src/platform/node.ts';

declare const gc: () => void;

async function openDevice(): Promise<{ device: GPUDevice; name: string; software: boolean }> {
  const { adapter, description } = await requestAdapter();
  return { device: await adapter.requestDevice(), name: description.description, software: description.software };
}

try {
  const { device, name, software } = await openDevice();
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const buffer = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, Uint32Array.of(42));
  await buffer.mapAsync(GPUMapMode.READ);
  console.log(JSON.stringify({ name, software, value: new Uint32Array(buffer.getMappedRange())[0] }));
} catch (error) {
  console.log(JSON.stringify({ code: (error as { code?: string }).code, message: String(error) }));
}
