// Nearest-neighbour upsampling by two: y[b, 2h + i, 2w + j, c] = x[b, h, w, c] for i, j in {0, 1}.
// input [batch, inHeight·inWidth, channels], output [batch, outHeight·outWidth, channels], both possibly channel ranges of
// wider maps. One thread: four channels of one input pixel, which it reads once for the four output pixels they go to;
// neighbours in channel order, so reads and writes coalesce.
//! use shared/geometry.wgsl
//! use shared/unfold.wgsl

const THREADS: u32 = 64;

@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = unfold(id, groups.x * THREADS);
  let pixel = index / geometry.outChannels4;
  let channel4 = index - pixel * geometry.outChannels4;
  let at = locate(pixel, geometry.inWidth, geometry.inHeight);
  if (at.x >= geometry.batch) { return; }
  let value = input[pixel * geometry.inPixel + geometry.inOffset + channel4];
  let corner = (at.x * geometry.outHeight + 2 * at.y) * geometry.outWidth + 2 * at.z;
  let above = corner * geometry.outPixel + geometry.outOffset + channel4;
  let below = above + geometry.outWidth * geometry.outPixel;
  output[above] = value;
  output[above + geometry.outPixel] = value;
  output[below] = value;
  output[below + geometry.outPixel] = value;
}
