// Self-attention: out[b,n,h,:] = Σ_m softmax_m(q[b,n,h]·k[b,m,h] · scale) · v[b,m,h,:].
// qkv is [batch, cells, heads·(2·key + value)]: all queries, then all keys, then all values, head after head; output is
// [batch, cells, heads·value]; all counted in elements, which are vec4 or single channels as the kernel binds them.
// One thread: sixteen channels of one query's output, in named sums. Keys and values are the same for all threads of a
// workgroup. One pass: the sums are relative to the highest similarity so far and shrink where a higher one comes (Milakov
// and Gimelshein, arXiv 1805.02867), which it does for a few keys only. The threads that share a query repeat its dot
// products, which buys four times the parallelism for few operations.
// A kernel defines FOUR, the elements that four channels take, `fn dotProduct(query: u32, key: u32) -> f32`,
// `fn fourValues(at: u32) -> vec4f` and `fn storeFour(at: u32, end: u32, values: vec4f)`, which stores nothing from `end` on.

const THREADS: u32 = 64;

struct Attention {
  batch: u32,
  cells: u32,
  heads: u32,
  // Elements per query or key, and per value, of one head.
  key: u32,
  value: u32,
  scale: f32,
}

fn attend(cell: u32, group: vec3u) {
  let cells = attention.cells;
  let heads = attention.heads;
  let parts = (attention.value + 4 * FOUR - 1) / (4 * FOUR);
  let head = group.y / parts;
  let part = (group.y - head * parts) * 4 * FOUR;
  let image = group.z;
  if (cell >= cells) { return; }
  let step = heads * (2 * attention.key + attention.value);
  let first = image * cells * step;
  let query = first + cell * step + head * attention.key;
  let keys = first + (heads + head) * attention.key;
  let values = first + 2 * heads * attention.key + head * attention.value + part;

  var highest = -3.4028234e38;
  var total = 0.0;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var m = 0u; m < cells; m++) {
    let similarity = dotProduct(query, keys + m * step) * attention.scale;
    if (similarity > highest) {
      let shrink = exp(highest - similarity);
      highest = similarity;
      total *= shrink;
      s0 *= shrink;
      s1 *= shrink;
      s2 *= shrink;
      s3 *= shrink;
    }
    let weight = exp(similarity - highest);
    let value = values + m * step;
    total += weight;
    s0 += weight * fourValues(value);
    s1 += weight * fourValues(value + FOUR);
    s2 += weight * fourValues(value + 2 * FOUR);
    s3 += weight * fourValues(value + 3 * FOUR);
  }

  // Where a head is no multiple of sixteen channels wide, the last thread's sums beyond it are not stored.
  let out = ((image * cells + cell) * heads + head) * attention.value;
  let end = out + attention.value;
  storeFour(out + part, end, s0 / total);
  storeFour(out + part + FOUR, end, s1 / total);
  storeFour(out + part + 2 * FOUR, end, s2 / total);
  storeFour(out + part + 3 * FOUR, end, s3 / total);
}
