// The anchors with the highest class score: the best `rows` of `anchors` per image, by score, then index.
// scores [batch, anchors], chosen [batch, rows] of anchor indices. One workgroup: one image.
//! use shared/head.wgsl
//! use shared/select.wgsl
//! use shared/unfold.wgsl

@group(0) @binding(0) var<uniform> head: Head;
@group(0) @binding(1) var<storage, read_write> scores: array<f32>;
@group(0) @binding(2) var<storage, read_write> chosen: array<u32>;

var<private> firstScore: u32;

fn candidate(index: u32) -> u32 {
  return bitcast<u32>(scores[firstScore + index]);
}

@compute @workgroup_size(SELECT_THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let image = unfold(group, groups.x);
  if (image >= head.batch) { return; }
  firstScore = image * head.anchors;
  selectBest(thread, head.anchors, head.rows);
  for (var row = thread; row < head.rows; row += SELECT_THREADS) {
    chosen[image * head.rows + row] = slotIndices[row];
  }
}
