// Planar to interleaved: y[b, p, 0..3] = (x[b, 0, p], x[b, 1, p], x[b, 2, p], 0).
// tensor [batch, 3, pixels] float32, output [batch, pixels] vec4. One thread: one pixel.

const THREADS: u32 = 256;

struct Pack {
  batch: u32,
  pixels: u32,
}

@group(0) @binding(0) var<uniform> pack: Pack;
@group(0) @binding(1) var<storage, read> tensor: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= pack.batch * pack.pixels) { return; }
  let image = id.x / pack.pixels;
  let red = image * 3 * pack.pixels + id.x - image * pack.pixels;
  output[id.x] = vec4f(tensor[red], tensor[red + pack.pixels], tensor[red + 2 * pack.pixels], 0.0);
}
