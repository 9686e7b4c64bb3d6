// Depthwise convolution: y[b,p,c] = act(Σ_{ky,kx} x[b, p·stride + (ky,kx) − pad, c] · w[ky,kx,c] + bias[c]) (+ residual).
// input [batch, inHeight·inWidth, channels], output [batch, outHeight·outWidth, channels]; weights [kernel][kernel][channels/4].
// One thread: four channels of four pixels next to each other in a row, so that a filter tap is read once for the four.
// Neighbouring threads take neighbouring channels, which lie together in memory.
//! use shared/geometry.wgsl
//! use shared/silu.wgsl
//! use shared/conv_ends.wgsl
//! use shared/unfold.wgsl

const THREADS: u32 = 64;

@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;

fn load(row: u32, x: i32, channel4: u32) -> vec4f {
  let width = i32(geometry.inWidth);
  let value = input[(row + u32(clamp(x, 0, width - 1))) * geometry.inPixel + geometry.inOffset + channel4];
  return select(vec4f(), value, x >= 0 && x < width);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = unfold(id, groups.x * THREADS);
  let channels4 = geometry.outChannels4;
  let quads = (geometry.outWidth + 3) / 4;
  let strip = index / channels4;
  let channel4 = index - strip * channels4;
  let at = locate(strip, quads, geometry.outHeight);
  if (at.x >= geometry.batch) { return; }

  let x = at.z * 4;
  let left = i32(x * geometry.stride) - i32(geometry.kernel / 2);
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var ky = 0u; ky < geometry.kernel; ky++) {
    let y = i32(at.y * geometry.stride + ky) - i32(geometry.kernel / 2);
    if (y < 0 || y >= i32(geometry.inHeight)) { continue; }
    let row = (at.x * geometry.inHeight + u32(y)) * geometry.inWidth;
    for (var kx = 0u; kx < geometry.kernel; kx++) {
      let w = weights[(ky * geometry.kernel + kx) * channels4 + channel4];
      let first = left + i32(kx);
      s0 += w * load(row, first, channel4);
      s1 += w * load(row, first + i32(geometry.stride), channel4);
      s2 += w * load(row, first + i32(2 * geometry.stride), channel4);
      s3 += w * load(row, first + i32(3 * geometry.stride), channel4);
    }
  }

  let end = min(x + 4, geometry.outWidth);
  for (var column = x; column < end; column++) {
    store(vec3u(at.xy, column), channel4, pick(column - x, s0, s1, s2, s3));
  }
}
