// Self-attention: out[b,n,h,:] = Σ_m softmax_m(q[b,n,h]·k[b,m,h] · scale) · v[b,m,h,:].
// qkv is [batch, cells, heads·(2·key4 + value4)] in vec4: all queries, then all keys, then all values, head after head;
// output is [batch, cells, heads·value4].
// One thread: sixteen channels (four vec4) of one query's output, in named sums. Keys and values are the same for all
// threads of a workgroup. Two passes, maximum first: cheaper than rescaling the sums at every key. The threads that share
// a query repeat its dot products, which buys four times the parallelism for few operations.

const THREADS: u32 = 64;

struct Attention {
  batch: u32,
  cells: u32,
  heads: u32,
  // vec4 per query or key, and per value, of one head.
  key4: u32,
  value4: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> attention: Attention;
@group(0) @binding(1) var<storage, read_write> qkv: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

fn similarity(query: u32, key: u32) -> f32 {
  var sum = vec4f();
  for (var i = 0u; i < attention.key4; i++) { sum += qkv[query + i] * qkv[key + i]; }
  return (sum.x + sum.y + sum.z + sum.w) * attention.scale;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let cells = attention.cells;
  let heads = attention.heads;
  let quarters = (attention.value4 + 3) / 4;
  let head = group.y / quarters;
  let quarter = (group.y - head * quarters) * 4;
  let image = group.z;
  if (id.x >= cells) { return; }
  let cell4 = heads * (2 * attention.key4 + attention.value4);
  let first = image * cells * cell4;
  let query = first + id.x * cell4 + head * attention.key4;
  let keys = first + (heads + head) * attention.key4;
  let values = first + 2 * heads * attention.key4 + head * attention.value4 + quarter;

  var highest = -3.4028234e38;
  for (var m = 0u; m < cells; m++) { highest = max(highest, similarity(query, keys + m * cell4)); }

  var total = 0.0;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var m = 0u; m < cells; m++) {
    let weight = exp(similarity(query, keys + m * cell4) - highest);
    let value = values + m * cell4;
    total += weight;
    s0 += weight * qkv[value];
    s1 += weight * qkv[value + 1];
    s2 += weight * qkv[value + 2];
    s3 += weight * qkv[value + 3];
  }

  // Where a head is no multiple of sixteen channels wide, the last thread's sums beyond it are not stored.
  let out = ((image * cells + id.x) * heads + head) * attention.value4 + quarter;
  output[out] = s0 / total;
  if (quarter + 1 < attention.value4) { output[out + 1] = s1 / total; }
  if (quarter + 2 < attention.value4) { output[out + 2] = s2 / total; }
  if (quarter + 3 < attention.value4) { output[out + 3] = s3 / total; }
}
