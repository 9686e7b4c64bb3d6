// The best `rows` of all classes of the chosen anchors, as select_rows.wgsl finds them, by one thread per image.
// Buffers as there. While it selects, columns 4 and 5 of `detections` are the heap's slots: score and candidate; a float
// holds every candidate's index exactly, being below 2²⁴.
//! use shared/head.wgsl
//! use shared/row_candidates.wgsl
//! use shared/heap.wgsl
//! use shared/unfold.wgsl

@group(0) @binding(0) var<uniform> head: Head;
@group(0) @binding(1) var<storage, read_write> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> boxes: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> chosen: array<u32>;
@group(0) @binding(4) var<storage, read_write> detections: array<f32>;

fn slotScore(slot: u32) -> u32 {
  return bitcast<u32>(detections[(image * head.rows + slot) * 6 + 4]);
}

fn slotIndex(slot: u32) -> u32 {
  return u32(detections[(image * head.rows + slot) * 6 + 5]);
}

fn putSlot(slot: u32, score: u32, index: u32) {
  let base = (image * head.rows + slot) * 6;
  detections[base + 4] = bitcast<f32>(score);
  detections[base + 5] = f32(index);
}

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  image = unfold(group, groups.x);
  if (image >= head.batch) { return; }
  selectBest(head.rows * head.classes, head.rows);
  for (var row = 0u; row < head.rows; row++) {
    let index = slotIndex(row);
    let box = boxes[anchorOf(index)];
    let base = (image * head.rows + row) * 6;
    detections[base] = box.x;
    detections[base + 1] = box.y;
    detections[base + 2] = box.z;
    detections[base + 3] = box.w;
    detections[base + 5] = f32(index % head.classes);
  }
}
