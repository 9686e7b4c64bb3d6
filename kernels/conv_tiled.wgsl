// Convolution as a tiled implicit matrix product: the same sum as conv.wgsl, same buffers, same weight layout.
// A workgroup computes a tile of ROWS·4 pixels × COLUMNS·8 channels; per step it brings DEPTH input blocks (four channels
// each) of the tile's pixels and weights into workgroup memory, so that each is read once per tile, not once per thread.
// One thread: four pixels × two blocks of four channels, in eight named accumulators that stay in registers. For GPUs.
// COLUMNS must be a multiple of four: then THREADS is one of PIXELS, and a thread always loads the same pixel of the tile.
//! use shared/geometry.wgsl
//! use shared/silu.wgsl
//! use shared/conv_ends.wgsl
//! use shared/unfold.wgsl

const KERNEL: u32 = 3;
const ROWS: u32 = 16;
const COLUMNS: u32 = 8;
const DEPTH: u32 = 4;

const THREADS = ROWS * COLUMNS;
const PIXELS = ROWS * 4;
const BLOCKS = COLUMNS * 2;
const_assert THREADS % PIXELS == 0;

@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<mat4x4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;

var<workgroup> pixels: array<vec4f, DEPTH * PIXELS>;
var<workgroup> filters: array<mat4x4f, DEPTH * BLOCKS>;

fn loadPixel(at: vec3u, valid: bool, tap: u32, channel4: u32) -> vec4f {
  let y = i32(at.y * geometry.stride + tap / KERNEL) - i32(KERNEL / 2);
  let x = i32(at.z * geometry.stride + tap % KERNEL) - i32(KERNEL / 2);
  // Negative coordinates wrap to large unsigned ones, so one comparison covers both edges.
  let outside = u32(y) >= geometry.inHeight || u32(x) >= geometry.inWidth;
  if (!valid || outside || channel4 >= geometry.inChannels4) { return vec4f(); }
  let pixel = (at.x * geometry.inHeight + u32(y)) * geometry.inWidth + u32(x);
  return input[pixel * geometry.inPixel + geometry.inOffset + channel4];
}

fn loadFilter(block: u32, tap: u32, channel4: u32) -> mat4x4f {
  if (block >= geometry.outChannels4 || channel4 >= geometry.inChannels4) { return mat4x4f(); }
  return weights[(block * KERNEL * KERNEL + tap) * geometry.inChannels4 + channel4];
}

fn finish(index: u32, block: u32, a: vec4f, b: vec4f) {
  let at = locate(index, geometry.outWidth, geometry.outHeight);
  store(at, block, a);
  store(at, block + COLUMNS, b);
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let total = geometry.batch * geometry.outWidth * geometry.outHeight;
  let firstPixel = unfold(group, groups.x) * PIXELS;
  let firstBlock = group.y * BLOCKS;
  let row = thread % ROWS;
  let column = thread / ROWS;
  // Each thread always loads the same pixel of the tile: its coordinates are found once.
  let loadIndex = firstPixel + thread % PIXELS;
  let loadAt = locate(min(loadIndex, total - 1), geometry.outWidth, geometry.outHeight);

  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  var b0 = vec4f();
  var b1 = vec4f();
  var b2 = vec4f();
  var b3 = vec4f();

  for (var tap = 0u; tap < KERNEL * KERNEL; tap++) {
    for (var channel = 0u; channel < geometry.inChannels4; channel += DEPTH) {
      for (var i = thread; i < DEPTH * PIXELS; i += THREADS) {
        pixels[i] = loadPixel(loadAt, loadIndex < total, tap, channel + i / PIXELS);
      }
      for (var i = thread; i < DEPTH * BLOCKS; i += THREADS) {
        filters[i] = loadFilter(firstBlock + i / DEPTH, tap, channel + i % DEPTH);
      }
      workgroupBarrier();
      for (var depth = 0u; depth < DEPTH; depth++) {
        let x0 = pixels[depth * PIXELS + row];
        let x1 = pixels[depth * PIXELS + row + ROWS];
        let x2 = pixels[depth * PIXELS + row + 2 * ROWS];
        let x3 = pixels[depth * PIXELS + row + 3 * ROWS];
        let wa = filters[column * DEPTH + depth];
        let wb = filters[(column + COLUMNS) * DEPTH + depth];
        a0 += wa * x0;
        a1 += wa * x1;
        a2 += wa * x2;
        a3 += wa * x3;
        b0 += wb * x0;
        b1 += wb * x1;
        b2 += wb * x2;
        b3 += wb * x3;
      }
      workgroupBarrier();
    }
  }

  let block = firstBlock + column;
  finish(firstPixel + row, block, a0, b0);
  finish(firstPixel + row + ROWS, block, a1, b1);
  finish(firstPixel + row + 2 * ROWS, block, a2, b2);
  finish(firstPixel + row + 3 * ROWS, block, a3, b3);
}
