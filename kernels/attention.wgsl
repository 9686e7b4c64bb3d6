// Self-attention (see shared/attend.wgsl) whose heads are multiples of four channels wide: elements are vec4.
//! use shared/attend.wgsl

const FOUR: u32 = 1;

@group(0) @binding(0) var<uniform> attention: Attention;
@group(0) @binding(1) var<storage, read_write> qkv: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

fn dotProduct(query: u32, key: u32) -> f32 {
  var sum = vec4f();
  for (var i = 0u; i < attention.key; i++) { sum += qkv[query + i] * qkv[key + i]; }
  return sum.x + sum.y + sum.z + sum.w;
}

fn fourValues(at: u32) -> vec4f {
  return qkv[at];
}

fn storeFour(at: u32, end: u32, values: vec4f) {
  if (at < end) { output[at] = values; }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  attend(id.x, group);
}
