// Nearest-neighbour upsampling by two: y[b, 2h + i, 2w + j, c] = x[b, h, w, c] for i, j in {0, 1}.
// input [batch, inHeight·inWidth, channels], output [batch, outHeight·outWidth, channels], both possibly channel ranges of
// wider maps. One thread: four channels of one output pixel, neighbours in channel order, so reads and writes coalesce.
//! use shared/geometry.wgsl

const THREADS: u32 = 64;

@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = id.x / geometry.outChannels4;
  let channel4 = id.x - pixel * geometry.outChannels4;
  let at = locate(pixel, geometry.outWidth, geometry.outHeight);
  if (at.x >= geometry.batch) { return; }
  let source = (at.x * geometry.inHeight + at.y / 2) * geometry.inWidth + at.z / 2;
  output[pixel * geometry.outPixel + geometry.outOffset + channel4] = input[source * geometry.inPixel + geometry.inOffset + channel4];
}
