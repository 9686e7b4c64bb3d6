import type { Platform } from '../../src/platform/contract.ts';
import { check, checkEqual, checkRejects, type ConformanceCase } from './conformance.ts';

const DOUBLE = `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(4)
fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = 2.0 * x[id.x]; }
`;

/** What the platform room promises, in every runtime. */
export const platformCases: ConformanceCase[] = [
  {
    name: 'an adapter says what it is',
    async run({ platform }) {
      const { description } = await platform.requestAdapter();
      const { vendor, architecture, device, description: words, software, features } = description;
      checkEqual([vendor, architecture, device, words].map((text) => typeof text), Array(4).fill('string'), 'types of the names');
      check(typeof software === 'boolean' && Array.isArray(features), 'software or features are missing');
      check((description.limits['maxComputeInvocationsPerWorkgroup'] ?? 0) >= 128, `odd limits: ${JSON.stringify(description.limits)}`);
      const known = /swiftshader|llvmpipe|lavapipe/i.test(`${architecture} ${device} ${words}`);
      check(!known || software, 'a software adapter is not called one');
    },
  },
  {
    name: 'an adapter computes',
    async run({ platform }) {
      checkEqual(await doubled(platform, [1, 2.5, -3, 1e6]), [2, 5, -6, 2e6], 'doubled');
    },
  },
  {
    name: 'a second adapter works beside the first',
    async run({ platform }) {
      const [a, b] = await Promise.all([doubled(platform, [1, 2, 3, 4]), doubled(platform, [5, 6, 7, 8])]);
      checkEqual([a, b], [[2, 4, 6, 8], [10, 12, 14, 16]], 'doubled');
    },
  },
  {
    name: 'an adapter of another kind is refused',
    async run({ platform }) {
      await checkRejects(platform.requestAdapter({ choice: 'GPU' as never }), 'bad-argument');
    },
  },
  {
    name: 'bytes come from arrays and Blobs',
    async run({ platform }) {
      const bytes = Uint8Array.of(1, 2, 3);
      checkEqual([...(await platform.readBytes(bytes))], [1, 2, 3], 'an array');
      checkEqual([...(await platform.readBytes(new Blob([bytes])))], [1, 2, 3], 'a Blob');
    },
  },
  {
    name: 'what is not there is an error with a remedy',
    async run({ platform }) {
      await checkRejects(platform.readBytes('no/such/file.onnx'), 'not-found');
      await checkRejects(platform.readBytes(7 as never), 'bad-argument');
      const stopped = AbortSignal.abort();
      const name = await platform.readBytes('no/such/file.onnx', { signal: stopped }).then(String, (error: Error) => error.name);
      checkEqual(name, 'AbortError', 'an aborted read');
    },
  },
];

async function doubled(platform: Platform, values: number[]): Promise<number[]> {
  const { adapter, keep } = await platform.requestAdapter();
  const device = await adapter.requestDevice();
  const module = device.createShaderModule({ code: DOUBLE });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const size = values.length * 4;
  const x = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
  const y = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const read = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const entries = [x, y].map((buffer, binding) => ({ binding, resource: { buffer } }));
  device.queue.writeBuffer(x, 0, Float32Array.from(values));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(values.length / 4);
  pass.end();
  encoder.copyBufferToBuffer(y, 0, read, 0, size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const result = [...new Float32Array(read.getMappedRange())];
  device.destroy();
  check(keep !== null, 'nothing to hold on to');
  return result;
}
