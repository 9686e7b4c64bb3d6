// Convolution, direct: y[b,p,o] = act(Σ_{ky,kx,i} x[b, p·stride + (ky,kx) − pad, i] · w[o,ky,kx,i] + bias[o]) (+ residual).
// input [batch, inHeight·inWidth, inChannels], output [batch, outHeight·outWidth, outChannels]; weights as mat4x4 blocks
// [outChannels/4][kernel][kernel][inChannels/4], column l holding input channel l of the block.
// One thread: four pixels, a workgroup width apart, times four output channels; all threads of a workgroup share the
// channels, so weight loads are uniform. Without workgroup memory or barriers it compiles fast and suits software adapters.
// The residual is read through `output`, where the planner puts it: the shortcut always lies in the same buffer.
//! use shared/geometry.wgsl
//! use shared/silu.wgsl
//! use shared/conv_ends.wgsl
//! use shared/unfold.wgsl

const THREADS: u32 = 64;
const PIXELS: u32 = 4;

@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<mat4x4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let total = geometry.batch * geometry.outWidth * geometry.outHeight;
  let block = group.y;
  let first = unfold(group, groups.x) * THREADS * PIXELS + thread;
  if (first >= total) { return; }

  let p0 = locate(first, geometry.outWidth, geometry.outHeight);
  let p1 = locate(min(first + THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  let p2 = locate(min(first + 2 * THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  let p3 = locate(min(first + 3 * THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();

  let channels4 = geometry.inChannels4;
  var weight = block * geometry.kernel * geometry.kernel * channels4;
  for (var ky = 0u; ky < geometry.kernel; ky++) {
    for (var kx = 0u; kx < geometry.kernel; kx++) {
      let t0 = tap(p0, ky, kx);
      let t1 = tap(p1, ky, kx);
      let t2 = tap(p2, ky, kx);
      let t3 = tap(p3, ky, kx);
      for (var c = 0u; c < channels4; c++) {
        let w = weights[weight + c];
        s0 += w * (input[t0.base + c] * t0.inside);
        s1 += w * (input[t1.base + c] * t1.inside);
        s2 += w * (input[t2.base + c] * t2.inside);
        s3 += w * (input[t3.base + c] * t3.inside);
      }
      weight += channels4;
    }
  }

  let end = min(first + PIXELS * THREADS, total);
  for (var index = first; index < end; index += THREADS) {
    let at = locate(index, geometry.outWidth, geometry.outHeight);
    store(at, block, pick((index - first) / THREADS, s0, s1, s2, s3));
  }
}
