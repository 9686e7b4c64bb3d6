// Planar to interleaved: y[b, p, 0..3] = (x[b, 0, p], x[b, 1, p], x[b, 2, p], 0).
// tensor [batch, 3, pixels] float32, output [batch, pixels] vec4. One thread: one pixel.
//! use shared/unfold.wgsl

const THREADS: u32 = 256;

struct Pack {
  batch: u32,
  pixels: u32,
}

@group(0) @binding(0) var<uniform> pack: Pack;
@group(0) @binding(1) var<storage, read> tensor: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = unfold(id, groups.x * THREADS);
  if (pixel >= pack.batch * pack.pixels) { return; }
  let image = pixel / pack.pixels;
  let red = image * 3 * pack.pixels + pixel - image * pack.pixels;
  output[pixel] = vec4f(tensor[red], tensor[red + pack.pixels], tensor[red + 2 * pack.pixels], 0.0);
}
