// Self-attention (see shared/attend.wgsl) whose heads are of any width: elements are single channels. For custom widths,
// of which the reference makes heads of, say, 78 channels with keys of 39.
//! use shared/attend.wgsl

const FOUR: u32 = 4;

@group(0) @binding(0) var<uniform> attention: Attention;
@group(0) @binding(1) var<storage, read_write> qkv: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

fn dotProduct(query: u32, key: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < attention.key; i++) { sum += qkv[query + i] * qkv[key + i]; }
  return sum;
}

// Beyond a head's end these are the next head's, and beyond the last one's whatever: they are not stored.
fn fourValues(at: u32) -> vec4f {
  return vec4f(qkv[at], qkv[at + 1], qkv[at + 2], qkv[at + 3]);
}

fn storeFour(at: u32, end: u32, values: vec4f) {
  for (var i = 0u; i < min(4, max(at, end) - at); i++) { output[at + i] = values[i]; }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  attend(id.x, group);
}
