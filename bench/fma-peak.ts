const THREADS = 64;
const STEPS = 512;
/** Vector accumulators per thread: more hide the latency of a multiply-add, too many spill out of the registers. */
const SHAPES = [1, 2, 3, 4, 6, 8];

/** Seconds a measured run takes at the least, so that submitting it does not count. */
const LEAST_SECONDS = 0.02;
/** The most workgroups of a dispatch, for the memory they write, and the most dispatches, should a clock stand still. */
const MOST_GROUPS = 16384;
const MOST_DISPATCHES = 4096;

interface Loop {
  pipeline: GPUComputePipeline;
  groups: number;
  dispatches: number;
  flops: number;
}

/**
 * The adapter's peak in floating-point operations per second, as plain WGSL can reach it: loops of vector multiply-adds
 * in registers only, the best of several shapes and rounds.
 */
export async function measureFmaPeak(device: GPUDevice, rounds = 5): Promise<number> {
  const loops: Loop[] = [];
  for (const accumulators of SHAPES) loops.push(await prepare(device, accumulators)); // in turn: a run that waits for others seems long
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    for (const loop of loops) best = Math.max(best, loop.flops / (await timeRun(device, loop)));
  }
  return best;
}

/** A loop with enough workgroups, then dispatches, to take its time. */
async function prepare(device: GPUDevice, accumulators: number): Promise<Loop> {
  const module = device.createShaderModule({ code: source(accumulators) });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const loop = { pipeline, groups: 64, dispatches: 1, flops: 0 };
  while ((await timeRun(device, loop)) < LEAST_SECONDS && loop.dispatches < MOST_DISPATCHES) {
    if (loop.groups < MOST_GROUPS) loop.groups *= 4;
    else loop.dispatches *= 2;
  }
  loop.flops = loop.dispatches * loop.groups * THREADS * STEPS * accumulators * 4 * 2;
  return loop;
}

function source(accumulators: number): string {
  const names = Array.from({ length: accumulators }, (_, index) => `a${index}`);
  return `
@group(0) @binding(0) var<storage, read_write> result: array<vec4f>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = vec4f(0.999 + 1e-9 * f32(id.x));
  let y = vec4f(1e-3);
  ${names.map((name, index) => `var ${name} = x * ${index + 1}.0;`).join('\n  ')}
  for (var step = 0; step < ${STEPS}; step++) {
    ${names.map((name) => `${name} = fma(${name}, x, y);`).join('\n    ')}
  }
  result[id.x] = ${names.join(' + ')};
}`;
}

async function timeRun(device: GPUDevice, { pipeline, groups, dispatches }: Loop): Promise<number> {
  const buffer = device.createBuffer({ size: groups * THREADS * 16, usage: GPUBufferUsage.STORAGE });
  const entries = [{ binding: 0, resource: { buffer } }];
  const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  await device.queue.onSubmittedWorkDone();
  const start = performance.now();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  for (let i = 0; i < dispatches; i++) pass.dispatchWorkgroups(groups);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  const seconds = (performance.now() - start) / 1000;
  buffer.destroy();
  return seconds;
}
