// Self-attention: out[b,n,h,:] = Σ_m softmax_m(q[b,n,h]·k[b,m,h] · scale) · v[b,m,h,:].
// qkv is [batch, cells, 2·heads·KEY4 + heads·VALUE4] in vec4: all queries, then all keys, then all values, head after head.
// output is [batch, cells, heads·VALUE4]. One thread: one query of one head, its sums in registers; keys and values are the
// same for all threads of a workgroup. Two passes, maximum first: cheaper than rescaling the sums at every key.

const KEY4: u32 = 8;
const VALUE4: u32 = 16;
const THREADS: u32 = 64;

struct Attention {
  batch: u32,
  cells: u32,
  heads: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> attention: Attention;
@group(0) @binding(1) var<storage, read_write> qkv: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

fn similarity(query: array<vec4f, KEY4>, key: u32) -> f32 {
  var sum = vec4f();
  for (var i = 0u; i < KEY4; i++) { sum += query[i] * qkv[key + i]; }
  return sum.x + sum.y + sum.z + sum.w;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let cells = attention.cells;
  let heads = attention.heads;
  let head = group.y;
  let image = group.z;
  if (id.x >= cells) { return; }
  let cell4 = heads * (2 * KEY4 + VALUE4);
  let first = image * cells * cell4;
  let keys = first + (heads + head) * KEY4;
  let values = first + 2 * heads * KEY4 + head * VALUE4;

  var query: array<vec4f, KEY4>;
  for (var i = 0u; i < KEY4; i++) { query[i] = qkv[first + id.x * cell4 + head * KEY4 + i] * attention.scale; }

  var highest = -3.4028234e38;
  for (var m = 0u; m < cells; m++) { highest = max(highest, similarity(query, keys + m * cell4)); }

  var total = 0.0;
  var sums: array<vec4f, VALUE4>;
  for (var m = 0u; m < cells; m++) {
    let weight = exp(similarity(query, keys + m * cell4) - highest);
    total += weight;
    for (var i = 0u; i < VALUE4; i++) { sums[i] += weight * qkv[values + m * cell4 + i]; }
  }

  let out = ((image * cells + id.x) * heads + head) * VALUE4;
  for (var i = 0u; i < VALUE4; i++) { output[out + i] = sums[i] / total; }
}
