// The anchors with the highest class score, as select_anchors.wgsl finds them, by one thread per image.
// scores [batch, anchors], chosen [batch, rows] of anchor indices, which are the heap's slots as well.
//! use shared/head.wgsl
//! use shared/heap.wgsl
//! use shared/unfold.wgsl

@group(0) @binding(0) var<uniform> head: Head;
@group(0) @binding(1) var<storage, read_write> scores: array<f32>;
@group(0) @binding(2) var<storage, read_write> chosen: array<u32>;

var<private> image: u32;

fn candidate(index: u32) -> u32 {
  return bitcast<u32>(scores[image * head.anchors + index]);
}

fn slotIndex(slot: u32) -> u32 {
  return chosen[image * head.rows + slot];
}

fn slotScore(slot: u32) -> u32 {
  let index = slotIndex(slot);
  if (index == head.anchors) { return 0; }
  return candidate(index);
}

fn putSlot(slot: u32, _score: u32, index: u32) {
  chosen[image * head.rows + slot] = index;
}

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  image = unfold(group, groups.x);
  if (image >= head.batch) { return; }
  selectBest(head.anchors, head.rows);
}
