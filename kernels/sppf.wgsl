// Three chained 5×5 max pools, stride 1, in one pass: chaining widens the window, so they are the maxima over 5×5, 9×9
// and 13×13 around each pixel. `map` is [batch, height·width, 4·channels]: the first quarter of the channels is read, the
// other three are written, which is the concatenation that follows.
// One thread: four channels of one pixel. The 169 reads are neighbours' reads too and come from cache.
//! use shared/unfold.wgsl

const THREADS: u32 = 64;

struct Pool {
  batch: u32,
  width: u32,
  height: u32,
  channels4: u32,
}

@group(0) @binding(0) var<uniform> pool: Pool;
@group(0) @binding(1) var<storage, read_write> map: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = unfold(id, groups.x * THREADS);
  let channels4 = pool.channels4;
  let pixel = index / channels4;
  let channel4 = index - pixel * channels4;
  let pixels = pool.width * pool.height;
  if (pixel >= pool.batch * pixels) { return; }
  let image = pixel / pixels;
  let rest = pixel - image * pixels;
  let y = i32(rest / pool.width);
  let x = i32(rest % pool.width);

  var small = vec4f(-3.4028234e38);
  var middle = small;
  var large = small;
  for (var row = max(y - 6, 0); row <= min(y + 6, i32(pool.height) - 1); row++) {
    for (var column = max(x - 6, 0); column <= min(x + 6, i32(pool.width) - 1); column++) {
      let value = map[(image * pixels + u32(row) * pool.width + u32(column)) * channels4 * 4 + channel4];
      let distance = max(abs(row - y), abs(column - x));
      large = max(large, value);
      if (distance <= 4) { middle = max(middle, value); }
      if (distance <= 2) { small = max(small, value); }
    }
  }
  let base = pixel * channels4 * 4 + channel4;
  map[base + channels4] = small;
  map[base + 2 * channels4] = middle;
  map[base + 3 * channels4] = large;
}
