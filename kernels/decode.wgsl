// Head, per anchor: distances d_s = Σ_k k · softmax_k(bins of side s); box = (x − d_l, y − d_t, x + d_r, y + d_b) · stride
// with (x, y) the cell's centre; score = sigmoid of the highest class logit (paper, section 3.1; DFL: arXiv 2006.04388).
// logits as in shared/head.wgsl; boxes [batch, anchors] vec4 in input pixels; scores [batch, anchors].
// One thread: one anchor. It reads the bins of a side twice, for the highest and for the sums, and every class once.
//! use shared/head.wgsl
//! use shared/unfold.wgsl

const THREADS: u32 = 64;

@group(0) @binding(0) var<uniform> head: Head;
@group(0) @binding(1) var<storage, read_write> logits: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> boxes: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;

// Number of the bin in each of the four channels of the `vector`th vec4, where a side's bins begin at channel `first`: below
// zero or `bins` and more where the channel belongs to another side.
fn binsOf(vector: u32, first: u32) -> vec4f {
  return vec4f(0.0, 1.0, 2.0, 3.0) + f32(i32(4 * vector) - i32(first));
}

// Expectation over the bins of one side of the anchor at `base`.
fn distance(base: u32, side: u32) -> f32 {
  let first = side * head.bins;
  let end = (first + head.bins + 3) / 4;
  var highest = vec4f(-3.4028234e38);
  for (var i = first / 4; i < end; i++) {
    let bin = binsOf(i, first);
    highest = max(highest, select(vec4f(-3.4028234e38), logits[base + i], (bin >= vec4f()) & (bin < vec4f(f32(head.bins)))));
  }
  let peak = max(max(highest.x, highest.y), max(highest.z, highest.w));
  var total = 0.0;
  var sum = 0.0;
  for (var i = first / 4; i < end; i++) {
    let bin = binsOf(i, first);
    // Of another side's logits the exponential might overflow.
    let power = exp(min(logits[base + i] - peak, vec4f()));
    let weight = select(vec4f(), power, (bin >= vec4f()) & (bin < vec4f(f32(head.bins))));
    total += dot(weight, vec4f(1.0));
    sum += dot(weight, bin);
  }
  return sum / total;
}

fn bestLogit(first: u32) -> f32 {
  var best = -3.4028234e38;
  for (var c = 0u; c < head.classes; c++) { best = max(best, logits[first + c / 4][c % 4]); }
  return best;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let anchor = unfold(id, groups.x * THREADS);
  if (anchor >= head.batch * head.anchors) { return; }
  var cell = anchor % head.anchors;
  var width = head.width8;
  var stride = 8.0;
  if (cell >= head.cells8 + head.cells16) {
    cell -= head.cells8 + head.cells16;
    width = head.width32;
    stride = 32.0;
  } else if (cell >= head.cells8) {
    cell -= head.cells8;
    width = head.width16;
    stride = 16.0;
  }
  let centre = vec2f(f32(cell % width), f32(cell / width)) + 0.5;
  let base = anchor * head.anchor4;
  var sides = vec4f();
  for (var side = 0u; side < 4; side++) { sides[side] = distance(base, side); }
  boxes[anchor] = vec4f(centre - sides.xy, centre + sides.zw) * stride;
  scores[anchor] = sigmoid(bestLogit(base + head.bins));
}
