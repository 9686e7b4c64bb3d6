// Head, per anchor: distances d_s = Σ_k k · softmax_k(bins of side s); box = (x − d_l, y − d_t, x + d_r, y + d_b) · stride
// with (x, y) the cell's centre; score = sigmoid of the highest class logit (paper, section 3.1; DFL: arXiv 2006.04388).
// logits as in shared/head.wgsl; boxes [batch, anchors] vec4 in input pixels; scores [batch, anchors].
// One thread: one anchor. Sixty-four bins and all classes are read once.
//! use shared/head.wgsl

const THREADS: u32 = 64;

@group(0) @binding(0) var<uniform> head: Head;
@group(0) @binding(1) var<storage, read_write> logits: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> boxes: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;

// Expectation over the bins of one side.
fn distance(first: u32) -> f32 {
  var highest = logits[first];
  for (var i = 1u; i < head.bins4; i++) { highest = max(highest, logits[first + i]); }
  let peak = max(max(highest.x, highest.y), max(highest.z, highest.w));
  var total = 0.0;
  var sum = 0.0;
  for (var i = 0u; i < head.bins4; i++) {
    let weight = exp(logits[first + i] - peak);
    total += dot(weight, vec4f(1.0));
    sum += dot(weight, vec4f(0.0, 1.0, 2.0, 3.0) + f32(4 * i));
  }
  return sum / total;
}

fn bestLogit(first: u32) -> f32 {
  var best = -3.4028234e38;
  for (var c = 0u; c < head.classes; c++) { best = max(best, logits[first + c / 4][c % 4]); }
  return best;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= head.batch * head.anchors) { return; }
  var cell = id.x % head.anchors;
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
  let base = id.x * head.anchor4;
  var sides = vec4f();
  for (var side = 0u; side < 4; side++) { sides[side] = distance(base + side * head.bins4); }
  boxes[id.x] = vec4f(centre - sides.xy, centre + sides.zw) * stride;
  scores[id.x] = sigmoid(bestLogit(base + 4 * head.bins4));
}
