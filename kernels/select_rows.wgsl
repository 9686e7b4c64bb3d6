// The best `rows` of all classes of the chosen anchors, by score, then by place among chosen anchors and classes.
// logits as in shared/head.wgsl, boxes [batch, anchors] vec4, chosen [batch, rows]; detections [batch, rows, 6] with
// x1, y1, x2, y2 in input pixels, score, class. One workgroup: one image.
//! use shared/head.wgsl
//! use shared/row_candidates.wgsl
//! use shared/select.wgsl
//! use shared/unfold.wgsl

@group(0) @binding(0) var<uniform> head: Head;
@group(0) @binding(1) var<storage, read_write> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> boxes: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> chosen: array<u32>;
@group(0) @binding(4) var<storage, read_write> detections: array<f32>;

@compute @workgroup_size(SELECT_THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  // A private variable could differ from thread to thread, as far as the compiler knows, and barriers follow.
  let own = unfold(group, groups.x);
  if (own >= head.batch) { return; }
  image = own;
  selectBest(thread, head.rows * head.classes, head.rows);
  for (var row = thread; row < head.rows; row += SELECT_THREADS) {
    let index = slotIndices[row];
    let box = boxes[anchorOf(index)];
    let base = (image * head.rows + row) * 6;
    detections[base] = box.x;
    detections[base + 1] = box.y;
    detections[base + 2] = box.z;
    detections[base + 3] = box.w;
    detections[base + 4] = bitcast<f32>(slotScores[row]);
    detections[base + 5] = f32(index % head.classes);
  }
}
