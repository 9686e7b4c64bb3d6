// Convolution, direct, weights shared through subgroups: the same sum as conv.wgsl, same buffers, same weight layout.
// One thread: four pixels, a workgroup width apart, times eight output channels. The eight columns of weights that a step
// needs are the same for all threads: each lane of the subgroup loads one (of four lanes: two) and broadcasts it.
// For software adapters, where every lane's load is a scalar load (docs/architecture.md has figures).
// LANES must be the subgroup size, 4 or 8. Threads beyond the last pixel compute it again, for broadcasts need all lanes.
enable subgroups;
//! use shared/geometry.wgsl
//! use shared/silu.wgsl
//! use shared/conv_ends.wgsl
//! use shared/unfold.wgsl

const LANES: u32 = 8;
const THREADS: u32 = 64;
const PIXELS: u32 = 4;

// Lane that holds the first column of the second block of four channels.
const SECOND = select(0u, 4u, LANES == 8);

@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let total = geometry.batch * geometry.outWidth * geometry.outHeight;
  let first = unfold(group, groups.x) * THREADS * PIXELS + thread;
  let p0 = locate(min(first, total - 1), geometry.outWidth, geometry.outHeight);
  let p1 = locate(min(first + THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  let p2 = locate(min(first + 2 * THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  let p3 = locate(min(first + 3 * THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  var b0 = vec4f();
  var b1 = vec4f();
  var b2 = vec4f();
  var b3 = vec4f();

  let channels4 = geometry.inChannels4;
  let taps = geometry.kernel * geometry.kernel;
  let blockA = group.y * 2;
  let blockB = min(blockA + 1, geometry.outChannels4 - 1);
  // Lanes 0..3 load the columns of block A; lanes 4..7, where there are any, those of block B.
  let mine = select(blockA, blockB, lane >= 4);
  var weightA = mine * taps * channels4 * 4 + lane % 4;
  var weightB = blockB * taps * channels4 * 4 + lane % 4;
  for (var ky = 0u; ky < geometry.kernel; ky++) {
    for (var kx = 0u; kx < geometry.kernel; kx++) {
      let t0 = tap(p0, ky, kx);
      let t1 = tap(p1, ky, kx);
      let t2 = tap(p2, ky, kx);
      let t3 = tap(p3, ky, kx);
      for (var c = 0u; c < channels4; c++) {
        let held = weights[weightA];
        var heldB = held;
        if (LANES == 4) { heldB = weights[weightB]; }
        weightA += 4;
        weightB += 4;
        let wa = mat4x4f(subgroupBroadcast(held, 0), subgroupBroadcast(held, 1), subgroupBroadcast(held, 2), subgroupBroadcast(held, 3));
        let wb = mat4x4f(
          subgroupBroadcast(heldB, SECOND), subgroupBroadcast(heldB, SECOND + 1),
          subgroupBroadcast(heldB, SECOND + 2), subgroupBroadcast(heldB, SECOND + 3),
        );
        let x0 = input[t0.base + c] * t0.inside;
        let x1 = input[t1.base + c] * t1.inside;
        let x2 = input[t2.base + c] * t2.inside;
        let x3 = input[t3.base + c] * t3.inside;
        a0 += wa * x0;
        a1 += wa * x1;
        a2 += wa * x2;
        a3 += wa * x3;
        b0 += wb * x0;
        b1 += wb * x1;
        b2 += wb * x2;
        b3 += wb * x3;
      }
    }
  }

  let end = min(first + PIXELS * THREADS, total);
  for (var index = first; index < end; index += THREADS) {
    let at = locate(index, geometry.outWidth, geometry.outHeight);
    let i = (index - first) / THREADS;
    store(at, blockA, pick(i, a0, a1, a2, a3));
    store(at, blockA + 1, pick(i, b0, b1, b2, b3));
  }
}
