// Letterbox: each picture scaled to fit with its aspect kept, bilinear with half-pixel centres and clamped edges (as
// OpenCV's INTER_LINEAR), centred on grey 114, as RGB in 0..1.
// pixels: RGBA8 packed in u32, picture after picture; placements: one per image; output [batch, height·width] vec4 (RGB0).
// One thread: one output pixel. Pictures differ in size, so each brings its own placement.
//! use shared/unfold.wgsl

const THREADS: u32 = 256;

struct Letterbox {
  batch: u32,
  width: u32,
  height: u32,
}

struct Placement {
  firstPixel: u32,
  width: u32,
  height: u32,
  newWidth: u32,
  newHeight: u32,
  left: u32,
  top: u32,
  unused: u32,
}

@group(0) @binding(0) var<uniform> letterbox: Letterbox;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> placements: array<Placement>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;

fn colour(place: Placement, x: u32, y: u32) -> vec4f {
  return unpack4x8unorm(pixels[place.firstPixel + y * place.width + x]);
}

// Source coordinate of target coordinate `to`, clamped to the picture.
fn source(to: u32, size: u32, newSize: u32) -> f32 {
  return clamp((f32(to) + 0.5) * (f32(size) / f32(newSize)) - 0.5, 0.0, f32(size - 1));
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = unfold(id, groups.x * THREADS);
  let area = letterbox.width * letterbox.height;
  if (pixel >= letterbox.batch * area) { return; }
  let image = pixel / area;
  let rest = pixel - image * area;
  let place = placements[image];
  // Left of or above the picture this wraps to a large number, beyond its size.
  let column = rest % letterbox.width - place.left;
  let row = rest / letterbox.width - place.top;
  if (column >= place.newWidth || row >= place.newHeight) {
    output[pixel] = vec4f(vec3f(114.0 / 255.0), 0.0);
    return;
  }

  let x = source(column, place.width, place.newWidth);
  let y = source(row, place.height, place.newHeight);
  let x0 = u32(x);
  let y0 = u32(y);
  let x1 = min(x0 + 1, place.width - 1);
  let y1 = min(y0 + 1, place.height - 1);
  let above = mix(colour(place, x0, y0), colour(place, x1, y0), fract(x));
  let below = mix(colour(place, x0, y1), colour(place, x1, y1), fract(x));
  output[pixel] = vec4f(mix(above, below, fract(y)).rgb, 0.0);
}
