// Generated from kernels/*.wgsl by tools/generate-kernels.ts. Do not edit.

/** A buffer a kernel takes, all in @group(0). */
export interface KernelBinding {
  readonly name: string;
  readonly binding: number;
  readonly access: 'uniform' | 'read' | 'read_write';
}

/** Byte layout of a kernel's uniform struct. */
export interface UniformLayout {
  readonly size: number;
  readonly fields: readonly { readonly name: string; readonly offset: number; readonly type: string }[];
}

/** A module-scope constant whose literal may be replaced before compilation. */
export interface KernelConstant {
  readonly type: 'u32' | 'i32' | 'f32' | 'bool';
  readonly value: number | boolean;
}

/** One kernel: WGSL text with the entry point `main`, and what was derived from it. */
export interface Kernel {
  readonly source: string;
  readonly bindings: readonly KernelBinding[];
  readonly uniforms: UniformLayout | null;
  readonly constants: Readonly<Record<string, KernelConstant>>;
}

export const kernels = {
  "attention": {
    bindings: [
      { name: 'attention', binding: 0, access: 'uniform' },
      { name: 'qkv', binding: 1, access: 'read_write' },
      { name: 'output', binding: 2, access: 'read_write' },
    ],
    uniforms: { size: 24, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'cells', offset: 4, type: 'u32' },
      { name: 'heads', offset: 8, type: 'u32' },
      { name: 'key', offset: 12, type: 'u32' },
      { name: 'value', offset: 16, type: 'u32' },
      { name: 'scale', offset: 20, type: 'f32' },
    ] },
    constants: {
      THREADS: { type: 'u32', value: 64 },
      FOUR: { type: 'u32', value: 1 },
    },
    source: `const THREADS: u32 = 64;
struct Attention {
  batch: u32,
  cells: u32,
  heads: u32,
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
  let out = ((image * cells + cell) * heads + head) * attention.value;
  let end = out + attention.value;
  storeFour(out + part, end, s0 / total);
  storeFour(out + part + FOUR, end, s1 / total);
  storeFour(out + part + 2 * FOUR, end, s2 / total);
  storeFour(out + part + 3 * FOUR, end, s3 / total);
}
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
` as string,
  },
  "attention_any": {
    bindings: [
      { name: 'attention', binding: 0, access: 'uniform' },
      { name: 'qkv', binding: 1, access: 'read_write' },
      { name: 'output', binding: 2, access: 'read_write' },
    ],
    uniforms: { size: 24, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'cells', offset: 4, type: 'u32' },
      { name: 'heads', offset: 8, type: 'u32' },
      { name: 'key', offset: 12, type: 'u32' },
      { name: 'value', offset: 16, type: 'u32' },
      { name: 'scale', offset: 20, type: 'f32' },
    ] },
    constants: {
      THREADS: { type: 'u32', value: 64 },
      FOUR: { type: 'u32', value: 4 },
    },
    source: `const THREADS: u32 = 64;
struct Attention {
  batch: u32,
  cells: u32,
  heads: u32,
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
  let out = ((image * cells + cell) * heads + head) * attention.value;
  let end = out + attention.value;
  storeFour(out + part, end, s0 / total);
  storeFour(out + part + FOUR, end, s1 / total);
  storeFour(out + part + 2 * FOUR, end, s2 / total);
  storeFour(out + part + 3 * FOUR, end, s3 / total);
}
const FOUR: u32 = 4;
@group(0) @binding(0) var<uniform> attention: Attention;
@group(0) @binding(1) var<storage, read_write> qkv: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
fn dotProduct(query: u32, key: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < attention.key; i++) { sum += qkv[query + i] * qkv[key + i]; }
  return sum;
}
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
` as string,
  },
  "conv": {
    bindings: [
      { name: 'geometry', binding: 0, access: 'uniform' },
      { name: 'input', binding: 1, access: 'read_write' },
      { name: 'weights', binding: 2, access: 'read' },
      { name: 'bias', binding: 3, access: 'read' },
      { name: 'output', binding: 4, access: 'read_write' },
    ],
    uniforms: { size: 72, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'inWidth', offset: 4, type: 'u32' },
      { name: 'inHeight', offset: 8, type: 'u32' },
      { name: 'inPixel', offset: 12, type: 'u32' },
      { name: 'inOffset', offset: 16, type: 'u32' },
      { name: 'inChannels4', offset: 20, type: 'u32' },
      { name: 'outWidth', offset: 24, type: 'u32' },
      { name: 'outHeight', offset: 28, type: 'u32' },
      { name: 'outPixel', offset: 32, type: 'u32' },
      { name: 'outOffset', offset: 36, type: 'u32' },
      { name: 'outChannels4', offset: 40, type: 'u32' },
      { name: 'outImagePixels', offset: 44, type: 'u32' },
      { name: 'outFirstPixel', offset: 48, type: 'u32' },
      { name: 'residualOffset', offset: 52, type: 'u32' },
      { name: 'kernel', offset: 56, type: 'u32' },
      { name: 'stride', offset: 60, type: 'u32' },
      { name: 'silu', offset: 64, type: 'u32' },
      { name: 'residual', offset: 68, type: 'u32' },
    ] },
    constants: {
      THREADS: { type: 'u32', value: 64 },
      PIXELS: { type: 'u32', value: 4 },
    },
    source: `struct Geometry {
  batch: u32,
  inWidth: u32,
  inHeight: u32,
  inPixel: u32,
  inOffset: u32,
  inChannels4: u32,
  outWidth: u32,
  outHeight: u32,
  outPixel: u32,
  outOffset: u32,
  outChannels4: u32,
  outImagePixels: u32,
  outFirstPixel: u32,
  residualOffset: u32,
  kernel: u32,
  stride: u32,
  silu: u32,
  residual: u32,
}
fn locate(index: u32, width: u32, height: u32) -> vec3u {
  let pixels = width * height;
  let image = index / pixels;
  let rest = index - image * pixels;
  let row = rest / width;
  return vec3u(image, row, rest - row * width);
}
fn silu(x: vec4f) -> vec4f {
  return x / (1.0 + exp(-max(x, vec4f(-80.0))));
}
struct Tap {
  base: u32,
  inside: f32,
}
fn tap(at: vec3u, ky: u32, kx: u32) -> Tap {
  let y = i32(at.y * geometry.stride + ky) - i32(geometry.kernel / 2);
  let x = i32(at.z * geometry.stride + kx) - i32(geometry.kernel / 2);
  let height = i32(geometry.inHeight);
  let width = i32(geometry.inWidth);
  let inside = u32(y) < geometry.inHeight && u32(x) < geometry.inWidth;
  let pixel = (i32(at.x) * height + clamp(y, 0, height - 1)) * width + clamp(x, 0, width - 1);
  return Tap(u32(pixel) * geometry.inPixel + geometry.inOffset, select(0.0, 1.0, inside));
}
fn pick(index: u32, s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f) -> vec4f {
  return select(select(s0, s1, index == 1), select(s2, s3, index == 3), index >= 2);
}
fn store(at: vec3u, block: u32, sum: vec4f) {
  if (at.x >= geometry.batch || block >= geometry.outChannels4) { return; }
  let rest = at.y * geometry.outWidth + at.z;
  let pixel = (at.x * geometry.outImagePixels + geometry.outFirstPixel + rest) * geometry.outPixel;
  var value = sum + bias[block];
  if (geometry.silu == 1) { value = silu(value); }
  if (geometry.residual == 1) { value += output[pixel + geometry.residualOffset + block]; }
  output[pixel + geometry.outOffset + block] = value;
}
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
const THREADS: u32 = 64;
const PIXELS: u32 = 4;
@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<mat4x4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;
@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let total = geometry.batch * geometry.outWidth * geometry.outHeight;
  let block = group.y;
  let first = unfold(group, groups.x) * THREADS * PIXELS + thread;
  if (first >= total) { return; }
  let p0 = locate(first, geometry.outWidth, geometry.outHeight);
  let p1 = locate(min(first + THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  let p2 = locate(min(first + 2 * THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  let p3 = locate(min(first + 3 * THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  let channels4 = geometry.inChannels4;
  var weight = block * geometry.kernel * geometry.kernel * channels4;
  for (var ky = 0u; ky < geometry.kernel; ky++) {
    for (var kx = 0u; kx < geometry.kernel; kx++) {
      let t0 = tap(p0, ky, kx);
      let t1 = tap(p1, ky, kx);
      let t2 = tap(p2, ky, kx);
      let t3 = tap(p3, ky, kx);
      for (var c = 0u; c < channels4; c++) {
        let w = weights[weight + c];
        s0 += w * (input[t0.base + c] * t0.inside);
        s1 += w * (input[t1.base + c] * t1.inside);
        s2 += w * (input[t2.base + c] * t2.inside);
        s3 += w * (input[t3.base + c] * t3.inside);
      }
      weight += channels4;
    }
  }
  let end = min(first + PIXELS * THREADS, total);
  for (var index = first; index < end; index += THREADS) {
    let at = locate(index, geometry.outWidth, geometry.outHeight);
    store(at, block, pick((index - first) / THREADS, s0, s1, s2, s3));
  }
}
` as string,
  },
  "conv_subgroup": {
    bindings: [
      { name: 'geometry', binding: 0, access: 'uniform' },
      { name: 'input', binding: 1, access: 'read_write' },
      { name: 'weights', binding: 2, access: 'read' },
      { name: 'bias', binding: 3, access: 'read' },
      { name: 'output', binding: 4, access: 'read_write' },
    ],
    uniforms: { size: 72, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'inWidth', offset: 4, type: 'u32' },
      { name: 'inHeight', offset: 8, type: 'u32' },
      { name: 'inPixel', offset: 12, type: 'u32' },
      { name: 'inOffset', offset: 16, type: 'u32' },
      { name: 'inChannels4', offset: 20, type: 'u32' },
      { name: 'outWidth', offset: 24, type: 'u32' },
      { name: 'outHeight', offset: 28, type: 'u32' },
      { name: 'outPixel', offset: 32, type: 'u32' },
      { name: 'outOffset', offset: 36, type: 'u32' },
      { name: 'outChannels4', offset: 40, type: 'u32' },
      { name: 'outImagePixels', offset: 44, type: 'u32' },
      { name: 'outFirstPixel', offset: 48, type: 'u32' },
      { name: 'residualOffset', offset: 52, type: 'u32' },
      { name: 'kernel', offset: 56, type: 'u32' },
      { name: 'stride', offset: 60, type: 'u32' },
      { name: 'silu', offset: 64, type: 'u32' },
      { name: 'residual', offset: 68, type: 'u32' },
    ] },
    constants: {
      LANES: { type: 'u32', value: 8 },
      THREADS: { type: 'u32', value: 64 },
      PIXELS: { type: 'u32', value: 4 },
    },
    source: `enable subgroups;
struct Geometry {
  batch: u32,
  inWidth: u32,
  inHeight: u32,
  inPixel: u32,
  inOffset: u32,
  inChannels4: u32,
  outWidth: u32,
  outHeight: u32,
  outPixel: u32,
  outOffset: u32,
  outChannels4: u32,
  outImagePixels: u32,
  outFirstPixel: u32,
  residualOffset: u32,
  kernel: u32,
  stride: u32,
  silu: u32,
  residual: u32,
}
fn locate(index: u32, width: u32, height: u32) -> vec3u {
  let pixels = width * height;
  let image = index / pixels;
  let rest = index - image * pixels;
  let row = rest / width;
  return vec3u(image, row, rest - row * width);
}
fn silu(x: vec4f) -> vec4f {
  return x / (1.0 + exp(-max(x, vec4f(-80.0))));
}
struct Tap {
  base: u32,
  inside: f32,
}
fn tap(at: vec3u, ky: u32, kx: u32) -> Tap {
  let y = i32(at.y * geometry.stride + ky) - i32(geometry.kernel / 2);
  let x = i32(at.z * geometry.stride + kx) - i32(geometry.kernel / 2);
  let height = i32(geometry.inHeight);
  let width = i32(geometry.inWidth);
  let inside = u32(y) < geometry.inHeight && u32(x) < geometry.inWidth;
  let pixel = (i32(at.x) * height + clamp(y, 0, height - 1)) * width + clamp(x, 0, width - 1);
  return Tap(u32(pixel) * geometry.inPixel + geometry.inOffset, select(0.0, 1.0, inside));
}
fn pick(index: u32, s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f) -> vec4f {
  return select(select(s0, s1, index == 1), select(s2, s3, index == 3), index >= 2);
}
fn store(at: vec3u, block: u32, sum: vec4f) {
  if (at.x >= geometry.batch || block >= geometry.outChannels4) { return; }
  let rest = at.y * geometry.outWidth + at.z;
  let pixel = (at.x * geometry.outImagePixels + geometry.outFirstPixel + rest) * geometry.outPixel;
  var value = sum + bias[block];
  if (geometry.silu == 1) { value = silu(value); }
  if (geometry.residual == 1) { value += output[pixel + geometry.residualOffset + block]; }
  output[pixel + geometry.outOffset + block] = value;
}
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
const LANES: u32 = 8;
const THREADS: u32 = 64;
const PIXELS: u32 = 4;
const SECOND = select(0u, 4u, LANES == 8);
@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;
@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let total = geometry.batch * geometry.outWidth * geometry.outHeight;
  let first = unfold(group, groups.x) * THREADS * PIXELS + thread;
  let p0 = locate(min(first, total - 1), geometry.outWidth, geometry.outHeight);
  let p1 = locate(min(first + THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  let p2 = locate(min(first + 2 * THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  let p3 = locate(min(first + 3 * THREADS, total - 1), geometry.outWidth, geometry.outHeight);
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  var b0 = vec4f();
  var b1 = vec4f();
  var b2 = vec4f();
  var b3 = vec4f();
  let channels4 = geometry.inChannels4;
  let taps = geometry.kernel * geometry.kernel;
  let blockA = group.y * 2;
  let blockB = min(blockA + 1, geometry.outChannels4 - 1);
  let mine = select(blockA, blockB, lane >= 4);
  var weightA = mine * taps * channels4 * 4 + lane % 4;
  var weightB = blockB * taps * channels4 * 4 + lane % 4;
  for (var ky = 0u; ky < geometry.kernel; ky++) {
    for (var kx = 0u; kx < geometry.kernel; kx++) {
      let t0 = tap(p0, ky, kx);
      let t1 = tap(p1, ky, kx);
      let t2 = tap(p2, ky, kx);
      let t3 = tap(p3, ky, kx);
      for (var c = 0u; c < channels4; c++) {
        let held = weights[weightA];
        var heldB = held;
        if (LANES == 4) { heldB = weights[weightB]; }
        weightA += 4;
        weightB += 4;
        let wa = mat4x4f(subgroupBroadcast(held, 0), subgroupBroadcast(held, 1), subgroupBroadcast(held, 2), subgroupBroadcast(held, 3));
        let wb = mat4x4f(
          subgroupBroadcast(heldB, SECOND), subgroupBroadcast(heldB, SECOND + 1),
          subgroupBroadcast(heldB, SECOND + 2), subgroupBroadcast(heldB, SECOND + 3),
        );
        let x0 = input[t0.base + c] * t0.inside;
        let x1 = input[t1.base + c] * t1.inside;
        let x2 = input[t2.base + c] * t2.inside;
        let x3 = input[t3.base + c] * t3.inside;
        a0 += wa * x0;
        a1 += wa * x1;
        a2 += wa * x2;
        a3 += wa * x3;
        b0 += wb * x0;
        b1 += wb * x1;
        b2 += wb * x2;
        b3 += wb * x3;
      }
    }
  }
  let end = min(first + PIXELS * THREADS, total);
  for (var index = first; index < end; index += THREADS) {
    let at = locate(index, geometry.outWidth, geometry.outHeight);
    let i = (index - first) / THREADS;
    store(at, blockA, pick(i, a0, a1, a2, a3));
    store(at, blockA + 1, pick(i, b0, b1, b2, b3));
  }
}
` as string,
  },
  "conv_tiled": {
    bindings: [
      { name: 'geometry', binding: 0, access: 'uniform' },
      { name: 'input', binding: 1, access: 'read_write' },
      { name: 'weights', binding: 2, access: 'read' },
      { name: 'bias', binding: 3, access: 'read' },
      { name: 'output', binding: 4, access: 'read_write' },
    ],
    uniforms: { size: 72, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'inWidth', offset: 4, type: 'u32' },
      { name: 'inHeight', offset: 8, type: 'u32' },
      { name: 'inPixel', offset: 12, type: 'u32' },
      { name: 'inOffset', offset: 16, type: 'u32' },
      { name: 'inChannels4', offset: 20, type: 'u32' },
      { name: 'outWidth', offset: 24, type: 'u32' },
      { name: 'outHeight', offset: 28, type: 'u32' },
      { name: 'outPixel', offset: 32, type: 'u32' },
      { name: 'outOffset', offset: 36, type: 'u32' },
      { name: 'outChannels4', offset: 40, type: 'u32' },
      { name: 'outImagePixels', offset: 44, type: 'u32' },
      { name: 'outFirstPixel', offset: 48, type: 'u32' },
      { name: 'residualOffset', offset: 52, type: 'u32' },
      { name: 'kernel', offset: 56, type: 'u32' },
      { name: 'stride', offset: 60, type: 'u32' },
      { name: 'silu', offset: 64, type: 'u32' },
      { name: 'residual', offset: 68, type: 'u32' },
    ] },
    constants: {
      KERNEL: { type: 'u32', value: 3 },
      ROWS: { type: 'u32', value: 16 },
      COLUMNS: { type: 'u32', value: 8 },
      DEPTH: { type: 'u32', value: 4 },
    },
    source: `struct Geometry {
  batch: u32,
  inWidth: u32,
  inHeight: u32,
  inPixel: u32,
  inOffset: u32,
  inChannels4: u32,
  outWidth: u32,
  outHeight: u32,
  outPixel: u32,
  outOffset: u32,
  outChannels4: u32,
  outImagePixels: u32,
  outFirstPixel: u32,
  residualOffset: u32,
  kernel: u32,
  stride: u32,
  silu: u32,
  residual: u32,
}
fn locate(index: u32, width: u32, height: u32) -> vec3u {
  let pixels = width * height;
  let image = index / pixels;
  let rest = index - image * pixels;
  let row = rest / width;
  return vec3u(image, row, rest - row * width);
}
fn silu(x: vec4f) -> vec4f {
  return x / (1.0 + exp(-max(x, vec4f(-80.0))));
}
struct Tap {
  base: u32,
  inside: f32,
}
fn tap(at: vec3u, ky: u32, kx: u32) -> Tap {
  let y = i32(at.y * geometry.stride + ky) - i32(geometry.kernel / 2);
  let x = i32(at.z * geometry.stride + kx) - i32(geometry.kernel / 2);
  let height = i32(geometry.inHeight);
  let width = i32(geometry.inWidth);
  let inside = u32(y) < geometry.inHeight && u32(x) < geometry.inWidth;
  let pixel = (i32(at.x) * height + clamp(y, 0, height - 1)) * width + clamp(x, 0, width - 1);
  return Tap(u32(pixel) * geometry.inPixel + geometry.inOffset, select(0.0, 1.0, inside));
}
fn pick(index: u32, s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f) -> vec4f {
  return select(select(s0, s1, index == 1), select(s2, s3, index == 3), index >= 2);
}
fn store(at: vec3u, block: u32, sum: vec4f) {
  if (at.x >= geometry.batch || block >= geometry.outChannels4) { return; }
  let rest = at.y * geometry.outWidth + at.z;
  let pixel = (at.x * geometry.outImagePixels + geometry.outFirstPixel + rest) * geometry.outPixel;
  var value = sum + bias[block];
  if (geometry.silu == 1) { value = silu(value); }
  if (geometry.residual == 1) { value += output[pixel + geometry.residualOffset + block]; }
  output[pixel + geometry.outOffset + block] = value;
}
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
const KERNEL: u32 = 3;
const ROWS: u32 = 16;
const COLUMNS: u32 = 8;
const DEPTH: u32 = 4;
const THREADS = ROWS * COLUMNS;
const PIXELS = ROWS * 4;
const BLOCKS = COLUMNS * 2;
const_assert THREADS % PIXELS == 0;
@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<mat4x4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;
var<workgroup> pixels: array<vec4f, DEPTH * PIXELS>;
var<workgroup> filters: array<mat4x4f, DEPTH * BLOCKS>;
fn loadPixel(at: vec3u, valid: bool, tap: u32, channel4: u32) -> vec4f {
  let y = i32(at.y * geometry.stride + tap / KERNEL) - i32(KERNEL / 2);
  let x = i32(at.z * geometry.stride + tap % KERNEL) - i32(KERNEL / 2);
  let outside = u32(y) >= geometry.inHeight || u32(x) >= geometry.inWidth;
  if (!valid || outside || channel4 >= geometry.inChannels4) { return vec4f(); }
  let pixel = (at.x * geometry.inHeight + u32(y)) * geometry.inWidth + u32(x);
  return input[pixel * geometry.inPixel + geometry.inOffset + channel4];
}
fn loadFilter(block: u32, tap: u32, channel4: u32) -> mat4x4f {
  if (block >= geometry.outChannels4 || channel4 >= geometry.inChannels4) { return mat4x4f(); }
  return weights[(block * KERNEL * KERNEL + tap) * geometry.inChannels4 + channel4];
}
fn finish(index: u32, block: u32, a: vec4f, b: vec4f) {
  let at = locate(index, geometry.outWidth, geometry.outHeight);
  store(at, block, a);
  store(at, block + COLUMNS, b);
}
@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let total = geometry.batch * geometry.outWidth * geometry.outHeight;
  let firstPixel = unfold(group, groups.x) * PIXELS;
  let firstBlock = group.y * BLOCKS;
  let row = thread % ROWS;
  let column = thread / ROWS;
  let loadIndex = firstPixel + thread % PIXELS;
  let loadAt = locate(min(loadIndex, total - 1), geometry.outWidth, geometry.outHeight);
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  var b0 = vec4f();
  var b1 = vec4f();
  var b2 = vec4f();
  var b3 = vec4f();
  for (var tap = 0u; tap < KERNEL * KERNEL; tap++) {
    for (var channel = 0u; channel < geometry.inChannels4; channel += DEPTH) {
      for (var i = thread; i < DEPTH * PIXELS; i += THREADS) {
        pixels[i] = loadPixel(loadAt, loadIndex < total, tap, channel + i / PIXELS);
      }
      for (var i = thread; i < DEPTH * BLOCKS; i += THREADS) {
        filters[i] = loadFilter(firstBlock + i / DEPTH, tap, channel + i % DEPTH);
      }
      workgroupBarrier();
      for (var depth = 0u; depth < DEPTH; depth++) {
        let x0 = pixels[depth * PIXELS + row];
        let x1 = pixels[depth * PIXELS + row + ROWS];
        let x2 = pixels[depth * PIXELS + row + 2 * ROWS];
        let x3 = pixels[depth * PIXELS + row + 3 * ROWS];
        let wa = filters[column * DEPTH + depth];
        let wb = filters[(column + COLUMNS) * DEPTH + depth];
        a0 += wa * x0;
        a1 += wa * x1;
        a2 += wa * x2;
        a3 += wa * x3;
        b0 += wb * x0;
        b1 += wb * x1;
        b2 += wb * x2;
        b3 += wb * x3;
      }
      workgroupBarrier();
    }
  }
  let block = firstBlock + column;
  finish(firstPixel + row, block, a0, b0);
  finish(firstPixel + row + ROWS, block, a1, b1);
  finish(firstPixel + row + 2 * ROWS, block, a2, b2);
  finish(firstPixel + row + 3 * ROWS, block, a3, b3);
}
` as string,
  },
  "decode": {
    bindings: [
      { name: 'head', binding: 0, access: 'uniform' },
      { name: 'logits', binding: 1, access: 'read_write' },
      { name: 'boxes', binding: 2, access: 'read_write' },
      { name: 'scores', binding: 3, access: 'read_write' },
    ],
    uniforms: { size: 44, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'anchors', offset: 4, type: 'u32' },
      { name: 'width8', offset: 8, type: 'u32' },
      { name: 'width16', offset: 12, type: 'u32' },
      { name: 'width32', offset: 16, type: 'u32' },
      { name: 'cells8', offset: 20, type: 'u32' },
      { name: 'cells16', offset: 24, type: 'u32' },
      { name: 'classes', offset: 28, type: 'u32' },
      { name: 'bins', offset: 32, type: 'u32' },
      { name: 'anchor4', offset: 36, type: 'u32' },
      { name: 'rows', offset: 40, type: 'u32' },
    ] },
    constants: {
      THREADS: { type: 'u32', value: 64 },
    },
    source: `struct Head {
  batch: u32,
  anchors: u32,
  width8: u32,
  width16: u32,
  width32: u32,
  cells8: u32,
  cells16: u32,
  classes: u32,
  bins: u32,
  anchor4: u32,
  rows: u32,
}
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
const THREADS: u32 = 64;
@group(0) @binding(0) var<uniform> head: Head;
@group(0) @binding(1) var<storage, read_write> logits: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> boxes: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
fn binsOf(vector: u32, first: u32) -> vec4f {
  return vec4f(0.0, 1.0, 2.0, 3.0) + f32(i32(4 * vector) - i32(first));
}
fn distance(base: u32, side: u32) -> f32 {
  let first = side * head.bins;
  let end = (first + head.bins + 3) / 4;
  var highest = vec4f(-3.4028234e38);
  for (var i = first / 4; i < end; i++) {
    let bin = binsOf(i, first);
    highest = max(highest, select(vec4f(-3.4028234e38), logits[base + i], (bin >= vec4f()) & (bin < vec4f(f32(head.bins)))));
  }
  let peak = max(max(highest.x, highest.y), max(highest.z, highest.w));
  var total = 0.0;
  var sum = 0.0;
  for (var i = first / 4; i < end; i++) {
    let bin = binsOf(i, first);
    let power = exp(min(logits[base + i] - peak, vec4f()));
    let weight = select(vec4f(), power, (bin >= vec4f()) & (bin < vec4f(f32(head.bins))));
    total += dot(weight, vec4f(1.0));
    sum += dot(weight, bin);
  }
  return sum / total;
}
fn bestLogit(first: u32) -> f32 {
  var best = -3.4028234e38;
  for (var c = 0u; c < head.classes; c++) { best = max(best, logits[first + c / 4][c % 4]); }
  return best;
}
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let anchor = unfold(id, groups.x * THREADS);
  if (anchor >= head.batch * head.anchors) { return; }
  var cell = anchor % head.anchors;
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
  let base = anchor * head.anchor4;
  var sides = vec4f();
  for (var side = 0u; side < 4; side++) { sides[side] = distance(base, side); }
  boxes[anchor] = vec4f(centre - sides.xy, centre + sides.zw) * stride;
  scores[anchor] = sigmoid(bestLogit(base + head.bins));
}
` as string,
  },
  "depthwise": {
    bindings: [
      { name: 'geometry', binding: 0, access: 'uniform' },
      { name: 'input', binding: 1, access: 'read_write' },
      { name: 'weights', binding: 2, access: 'read' },
      { name: 'bias', binding: 3, access: 'read' },
      { name: 'output', binding: 4, access: 'read_write' },
    ],
    uniforms: { size: 72, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'inWidth', offset: 4, type: 'u32' },
      { name: 'inHeight', offset: 8, type: 'u32' },
      { name: 'inPixel', offset: 12, type: 'u32' },
      { name: 'inOffset', offset: 16, type: 'u32' },
      { name: 'inChannels4', offset: 20, type: 'u32' },
      { name: 'outWidth', offset: 24, type: 'u32' },
      { name: 'outHeight', offset: 28, type: 'u32' },
      { name: 'outPixel', offset: 32, type: 'u32' },
      { name: 'outOffset', offset: 36, type: 'u32' },
      { name: 'outChannels4', offset: 40, type: 'u32' },
      { name: 'outImagePixels', offset: 44, type: 'u32' },
      { name: 'outFirstPixel', offset: 48, type: 'u32' },
      { name: 'residualOffset', offset: 52, type: 'u32' },
      { name: 'kernel', offset: 56, type: 'u32' },
      { name: 'stride', offset: 60, type: 'u32' },
      { name: 'silu', offset: 64, type: 'u32' },
      { name: 'residual', offset: 68, type: 'u32' },
    ] },
    constants: {
      THREADS: { type: 'u32', value: 64 },
    },
    source: `struct Geometry {
  batch: u32,
  inWidth: u32,
  inHeight: u32,
  inPixel: u32,
  inOffset: u32,
  inChannels4: u32,
  outWidth: u32,
  outHeight: u32,
  outPixel: u32,
  outOffset: u32,
  outChannels4: u32,
  outImagePixels: u32,
  outFirstPixel: u32,
  residualOffset: u32,
  kernel: u32,
  stride: u32,
  silu: u32,
  residual: u32,
}
fn locate(index: u32, width: u32, height: u32) -> vec3u {
  let pixels = width * height;
  let image = index / pixels;
  let rest = index - image * pixels;
  let row = rest / width;
  return vec3u(image, row, rest - row * width);
}
fn silu(x: vec4f) -> vec4f {
  return x / (1.0 + exp(-max(x, vec4f(-80.0))));
}
struct Tap {
  base: u32,
  inside: f32,
}
fn tap(at: vec3u, ky: u32, kx: u32) -> Tap {
  let y = i32(at.y * geometry.stride + ky) - i32(geometry.kernel / 2);
  let x = i32(at.z * geometry.stride + kx) - i32(geometry.kernel / 2);
  let height = i32(geometry.inHeight);
  let width = i32(geometry.inWidth);
  let inside = u32(y) < geometry.inHeight && u32(x) < geometry.inWidth;
  let pixel = (i32(at.x) * height + clamp(y, 0, height - 1)) * width + clamp(x, 0, width - 1);
  return Tap(u32(pixel) * geometry.inPixel + geometry.inOffset, select(0.0, 1.0, inside));
}
fn pick(index: u32, s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f) -> vec4f {
  return select(select(s0, s1, index == 1), select(s2, s3, index == 3), index >= 2);
}
fn store(at: vec3u, block: u32, sum: vec4f) {
  if (at.x >= geometry.batch || block >= geometry.outChannels4) { return; }
  let rest = at.y * geometry.outWidth + at.z;
  let pixel = (at.x * geometry.outImagePixels + geometry.outFirstPixel + rest) * geometry.outPixel;
  var value = sum + bias[block];
  if (geometry.silu == 1) { value = silu(value); }
  if (geometry.residual == 1) { value += output[pixel + geometry.residualOffset + block]; }
  output[pixel + geometry.outOffset + block] = value;
}
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
const THREADS: u32 = 64;
@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;
fn load(row: u32, x: i32, channel4: u32) -> vec4f {
  let width = i32(geometry.inWidth);
  let value = input[(row + u32(clamp(x, 0, width - 1))) * geometry.inPixel + geometry.inOffset + channel4];
  return select(vec4f(), value, x >= 0 && x < width);
}
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = unfold(id, groups.x * THREADS);
  let channels4 = geometry.outChannels4;
  let quads = (geometry.outWidth + 3) / 4;
  let strip = index / channels4;
  let channel4 = index - strip * channels4;
  let at = locate(strip, quads, geometry.outHeight);
  if (at.x >= geometry.batch) { return; }
  let x = at.z * 4;
  let left = i32(x * geometry.stride) - i32(geometry.kernel / 2);
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var ky = 0u; ky < geometry.kernel; ky++) {
    let y = i32(at.y * geometry.stride + ky) - i32(geometry.kernel / 2);
    if (y < 0 || y >= i32(geometry.inHeight)) { continue; }
    let row = (at.x * geometry.inHeight + u32(y)) * geometry.inWidth;
    for (var kx = 0u; kx < geometry.kernel; kx++) {
      let w = weights[(ky * geometry.kernel + kx) * channels4 + channel4];
      let first = left + i32(kx);
      s0 += w * load(row, first, channel4);
      s1 += w * load(row, first + i32(geometry.stride), channel4);
      s2 += w * load(row, first + i32(2 * geometry.stride), channel4);
      s3 += w * load(row, first + i32(3 * geometry.stride), channel4);
    }
  }
  let end = min(x + 4, geometry.outWidth);
  for (var column = x; column < end; column++) {
    store(vec3u(at.xy, column), channel4, pick(column - x, s0, s1, s2, s3));
  }
}
` as string,
  },
  "letterbox": {
    bindings: [
      { name: 'letterbox', binding: 0, access: 'uniform' },
      { name: 'pixels', binding: 1, access: 'read' },
      { name: 'placements', binding: 2, access: 'read' },
      { name: 'output', binding: 3, access: 'read_write' },
    ],
    uniforms: { size: 12, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'width', offset: 4, type: 'u32' },
      { name: 'height', offset: 8, type: 'u32' },
    ] },
    constants: {
      THREADS: { type: 'u32', value: 256 },
    },
    source: `fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
const THREADS: u32 = 256;
struct Letterbox {
  batch: u32,
  width: u32,
  height: u32,
}
struct Placement {
  firstPixel: u32,
  width: u32,
  height: u32,
  newWidth: u32,
  newHeight: u32,
  left: u32,
  top: u32,
  unused: u32,
}
@group(0) @binding(0) var<uniform> letterbox: Letterbox;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> placements: array<Placement>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;
fn colour(place: Placement, x: u32, y: u32) -> vec4f {
  return unpack4x8unorm(pixels[place.firstPixel + y * place.width + x]);
}
fn source(to: u32, size: u32, newSize: u32) -> f32 {
  return clamp((f32(to) + 0.5) * (f32(size) / f32(newSize)) - 0.5, 0.0, f32(size - 1));
}
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = unfold(id, groups.x * THREADS);
  let area = letterbox.width * letterbox.height;
  if (pixel >= letterbox.batch * area) { return; }
  let image = pixel / area;
  let rest = pixel - image * area;
  let place = placements[image];
  let column = rest % letterbox.width - place.left;
  let row = rest / letterbox.width - place.top;
  if (column >= place.newWidth || row >= place.newHeight) {
    output[pixel] = vec4f(vec3f(114.0 / 255.0), 0.0);
    return;
  }
  let x = source(column, place.width, place.newWidth);
  let y = source(row, place.height, place.newHeight);
  let x0 = u32(x);
  let y0 = u32(y);
  let x1 = min(x0 + 1, place.width - 1);
  let y1 = min(y0 + 1, place.height - 1);
  let above = mix(colour(place, x0, y0), colour(place, x1, y0), fract(x));
  let below = mix(colour(place, x0, y1), colour(place, x1, y1), fract(x));
  output[pixel] = vec4f(mix(above, below, fract(y)).rgb, 0.0);
}
` as string,
  },
  "pack_tensor": {
    bindings: [
      { name: 'pack', binding: 0, access: 'uniform' },
      { name: 'tensor', binding: 1, access: 'read' },
      { name: 'output', binding: 2, access: 'read_write' },
    ],
    uniforms: { size: 8, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'pixels', offset: 4, type: 'u32' },
    ] },
    constants: {
      THREADS: { type: 'u32', value: 256 },
    },
    source: `fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
const THREADS: u32 = 256;
struct Pack {
  batch: u32,
  pixels: u32,
}
@group(0) @binding(0) var<uniform> pack: Pack;
@group(0) @binding(1) var<storage, read> tensor: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = unfold(id, groups.x * THREADS);
  if (pixel >= pack.batch * pack.pixels) { return; }
  let image = pixel / pack.pixels;
  let red = image * 3 * pack.pixels + pixel - image * pack.pixels;
  output[pixel] = vec4f(tensor[red], tensor[red + pack.pixels], tensor[red + 2 * pack.pixels], 0.0);
}
` as string,
  },
  "select_anchors": {
    bindings: [
      { name: 'head', binding: 0, access: 'uniform' },
      { name: 'scores', binding: 1, access: 'read_write' },
      { name: 'chosen', binding: 2, access: 'read_write' },
    ],
    uniforms: { size: 44, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'anchors', offset: 4, type: 'u32' },
      { name: 'width8', offset: 8, type: 'u32' },
      { name: 'width16', offset: 12, type: 'u32' },
      { name: 'width32', offset: 16, type: 'u32' },
      { name: 'cells8', offset: 20, type: 'u32' },
      { name: 'cells16', offset: 24, type: 'u32' },
      { name: 'classes', offset: 28, type: 'u32' },
      { name: 'bins', offset: 32, type: 'u32' },
      { name: 'anchor4', offset: 36, type: 'u32' },
      { name: 'rows', offset: 40, type: 'u32' },
    ] },
    constants: {},
    source: `struct Head {
  batch: u32,
  anchors: u32,
  width8: u32,
  width16: u32,
  width32: u32,
  cells8: u32,
  cells16: u32,
  classes: u32,
  bins: u32,
  anchor4: u32,
  rows: u32,
}
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}
const SELECT_THREADS = 256u;
const SLOTS = 512u;
var<workgroup> histogram: array<atomic<u32>, 256>;
var<workgroup> cutByte: u32;
var<workgroup> above: u32;
var<workgroup> taken: atomic<u32>;
var<workgroup> slotScores: array<u32, SLOTS>;
var<workgroup> slotIndices: array<u32, SLOTS>;
fn keyByte(score: u32, index: u32, step: u32) -> u32 {
  if (step < 4) { return (score >> (24 - 8 * step)) & 255; }
  return ((0xffffff - index) >> (16 - 8 * (step - 4))) & 255;
}
fn refine(thread: u32, count: u32, step: u32, cutScore: u32, cutIndex: u32, missing: u32) {
  atomicStore(&histogram[thread], 0);
  workgroupBarrier();
  for (var index = thread; index < count; index += SELECT_THREADS) {
    let score = candidate(index);
    if (agrees(score, index, step, cutScore, cutIndex)) { atomicAdd(&histogram[keyByte(score, index, step)], 1); }
  }
  workgroupBarrier();
  var beyond = 0u;
  for (var bin = thread + 1; bin < 256; bin++) { beyond += atomicLoad(&histogram[bin]); }
  if (beyond < missing && beyond + atomicLoad(&histogram[thread]) >= missing) {
    cutByte = thread;
    above = beyond;
  }
  workgroupBarrier();
}
fn agrees(score: u32, index: u32, step: u32, cutScore: u32, cutIndex: u32) -> bool {
  if (step == 0) { return true; }
  if (step < 4) { return (score >> (32 - 8 * step)) == (cutScore >> (32 - 8 * step)); }
  if (score != cutScore) { return false; }
  if (step == 4) { return true; }
  return ((0xffffff - index) >> (24 - 8 * (step - 4))) == (cutIndex >> (24 - 8 * (step - 4)));
}
fn selectBest(thread: u32, count: u32, wanted: u32) {
  var cutScore = 0u;
  var cutIndex = 0u;
  var missing = wanted;
  for (var step = 0u; step < 7; step++) {
    refine(thread, count, step, cutScore, cutIndex, missing);
    missing -= above;
    if (step < 4) {
      cutScore |= cutByte << (24 - 8 * step);
    } else {
      cutIndex |= cutByte << (16 - 8 * (step - 4));
    }
    workgroupBarrier();
  }
  for (var slot = thread; slot < SLOTS; slot += SELECT_THREADS) {
    slotScores[slot] = 0;
    slotIndices[slot] = 0xffffffff;
  }
  if (thread == 0) { atomicStore(&taken, 0); }
  workgroupBarrier();
  for (var index = thread; index < count; index += SELECT_THREADS) {
    let score = candidate(index);
    if (score > cutScore || (score == cutScore && 0xffffff - index >= cutIndex)) {
      let slot = atomicAdd(&taken, 1);
      slotScores[slot] = score;
      slotIndices[slot] = index;
    }
  }
  workgroupBarrier();
  sortSlots(thread);
}
fn comesBefore(a: u32, b: u32) -> bool {
  if (slotScores[a] != slotScores[b]) { return slotScores[a] > slotScores[b]; }
  return slotIndices[a] < slotIndices[b];
}
fn sortSlots(thread: u32) {
  for (var size = 2u; size <= SLOTS; size *= 2) {
    for (var stride = size / 2; stride > 0; stride /= 2) {
      let low = 2 * thread - (thread & (stride - 1));
      let high = low + stride;
      let ascending = (low & size) == 0;
      if (comesBefore(high, low) == ascending) {
        let score = slotScores[low];
        let index = slotIndices[low];
        slotScores[low] = slotScores[high];
        slotIndices[low] = slotIndices[high];
        slotScores[high] = score;
        slotIndices[high] = index;
      }
      workgroupBarrier();
    }
  }
}
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
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
` as string,
  },
  "select_anchors_serial": {
    bindings: [
      { name: 'head', binding: 0, access: 'uniform' },
      { name: 'scores', binding: 1, access: 'read_write' },
      { name: 'chosen', binding: 2, access: 'read_write' },
    ],
    uniforms: { size: 44, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'anchors', offset: 4, type: 'u32' },
      { name: 'width8', offset: 8, type: 'u32' },
      { name: 'width16', offset: 12, type: 'u32' },
      { name: 'width32', offset: 16, type: 'u32' },
      { name: 'cells8', offset: 20, type: 'u32' },
      { name: 'cells16', offset: 24, type: 'u32' },
      { name: 'classes', offset: 28, type: 'u32' },
      { name: 'bins', offset: 32, type: 'u32' },
      { name: 'anchor4', offset: 36, type: 'u32' },
      { name: 'rows', offset: 40, type: 'u32' },
    ] },
    constants: {},
    source: `struct Head {
  batch: u32,
  anchors: u32,
  width8: u32,
  width16: u32,
  width32: u32,
  cells8: u32,
  cells16: u32,
  classes: u32,
  bins: u32,
  anchor4: u32,
  rows: u32,
}
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}
fn isBetter(score: u32, index: u32, slot: u32) -> bool {
  let other = slotScore(slot);
  return score > other || (score == other && index < slotIndex(slot));
}
fn replaceWorst(score: u32, index: u32, size: u32) {
  var slot = 0u;
  for (var child = 1u; child < size; child = 2 * slot + 1) {
    if (child + 1 < size && isBetter(slotScore(child), slotIndex(child), child + 1)) { child += 1; }
    if (!isBetter(score, index, child)) { break; }
    putSlot(slot, slotScore(child), slotIndex(child));
    slot = child;
  }
  putSlot(slot, score, index);
}
fn selectBest(count: u32, wanted: u32) {
  for (var slot = 0u; slot < wanted; slot++) { putSlot(slot, 0, count); }
  var size = wanted;
  for (var step = 0u; step < count || size > 1; step++) {
    var score = 0u;
    var index = step;
    if (step < count) {
      score = candidate(index);
      if (!isBetter(score, index, 0)) { continue; }
    } else {
      size -= 1;
      score = slotScore(size);
      index = slotIndex(size);
      putSlot(size, slotScore(0), slotIndex(0));
    }
    replaceWorst(score, index, size);
  }
}
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
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
` as string,
  },
  "select_rows": {
    bindings: [
      { name: 'head', binding: 0, access: 'uniform' },
      { name: 'logits', binding: 1, access: 'read_write' },
      { name: 'boxes', binding: 2, access: 'read_write' },
      { name: 'chosen', binding: 3, access: 'read_write' },
      { name: 'detections', binding: 4, access: 'read_write' },
    ],
    uniforms: { size: 44, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'anchors', offset: 4, type: 'u32' },
      { name: 'width8', offset: 8, type: 'u32' },
      { name: 'width16', offset: 12, type: 'u32' },
      { name: 'width32', offset: 16, type: 'u32' },
      { name: 'cells8', offset: 20, type: 'u32' },
      { name: 'cells16', offset: 24, type: 'u32' },
      { name: 'classes', offset: 28, type: 'u32' },
      { name: 'bins', offset: 32, type: 'u32' },
      { name: 'anchor4', offset: 36, type: 'u32' },
      { name: 'rows', offset: 40, type: 'u32' },
    ] },
    constants: {},
    source: `struct Head {
  batch: u32,
  anchors: u32,
  width8: u32,
  width16: u32,
  width32: u32,
  cells8: u32,
  cells16: u32,
  classes: u32,
  bins: u32,
  anchor4: u32,
  rows: u32,
}
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}
var<private> image: u32;
fn anchorOf(index: u32) -> u32 {
  return image * head.anchors + chosen[image * head.rows + index / head.classes];
}
fn candidate(index: u32) -> u32 {
  return bitcast<u32>(sigmoid(logits[(anchorOf(index) * head.anchor4 + head.bins) * 4 + index % head.classes]));
}
const SELECT_THREADS = 256u;
const SLOTS = 512u;
var<workgroup> histogram: array<atomic<u32>, 256>;
var<workgroup> cutByte: u32;
var<workgroup> above: u32;
var<workgroup> taken: atomic<u32>;
var<workgroup> slotScores: array<u32, SLOTS>;
var<workgroup> slotIndices: array<u32, SLOTS>;
fn keyByte(score: u32, index: u32, step: u32) -> u32 {
  if (step < 4) { return (score >> (24 - 8 * step)) & 255; }
  return ((0xffffff - index) >> (16 - 8 * (step - 4))) & 255;
}
fn refine(thread: u32, count: u32, step: u32, cutScore: u32, cutIndex: u32, missing: u32) {
  atomicStore(&histogram[thread], 0);
  workgroupBarrier();
  for (var index = thread; index < count; index += SELECT_THREADS) {
    let score = candidate(index);
    if (agrees(score, index, step, cutScore, cutIndex)) { atomicAdd(&histogram[keyByte(score, index, step)], 1); }
  }
  workgroupBarrier();
  var beyond = 0u;
  for (var bin = thread + 1; bin < 256; bin++) { beyond += atomicLoad(&histogram[bin]); }
  if (beyond < missing && beyond + atomicLoad(&histogram[thread]) >= missing) {
    cutByte = thread;
    above = beyond;
  }
  workgroupBarrier();
}
fn agrees(score: u32, index: u32, step: u32, cutScore: u32, cutIndex: u32) -> bool {
  if (step == 0) { return true; }
  if (step < 4) { return (score >> (32 - 8 * step)) == (cutScore >> (32 - 8 * step)); }
  if (score != cutScore) { return false; }
  if (step == 4) { return true; }
  return ((0xffffff - index) >> (24 - 8 * (step - 4))) == (cutIndex >> (24 - 8 * (step - 4)));
}
fn selectBest(thread: u32, count: u32, wanted: u32) {
  var cutScore = 0u;
  var cutIndex = 0u;
  var missing = wanted;
  for (var step = 0u; step < 7; step++) {
    refine(thread, count, step, cutScore, cutIndex, missing);
    missing -= above;
    if (step < 4) {
      cutScore |= cutByte << (24 - 8 * step);
    } else {
      cutIndex |= cutByte << (16 - 8 * (step - 4));
    }
    workgroupBarrier();
  }
  for (var slot = thread; slot < SLOTS; slot += SELECT_THREADS) {
    slotScores[slot] = 0;
    slotIndices[slot] = 0xffffffff;
  }
  if (thread == 0) { atomicStore(&taken, 0); }
  workgroupBarrier();
  for (var index = thread; index < count; index += SELECT_THREADS) {
    let score = candidate(index);
    if (score > cutScore || (score == cutScore && 0xffffff - index >= cutIndex)) {
      let slot = atomicAdd(&taken, 1);
      slotScores[slot] = score;
      slotIndices[slot] = index;
    }
  }
  workgroupBarrier();
  sortSlots(thread);
}
fn comesBefore(a: u32, b: u32) -> bool {
  if (slotScores[a] != slotScores[b]) { return slotScores[a] > slotScores[b]; }
  return slotIndices[a] < slotIndices[b];
}
fn sortSlots(thread: u32) {
  for (var size = 2u; size <= SLOTS; size *= 2) {
    for (var stride = size / 2; stride > 0; stride /= 2) {
      let low = 2 * thread - (thread & (stride - 1));
      let high = low + stride;
      let ascending = (low & size) == 0;
      if (comesBefore(high, low) == ascending) {
        let score = slotScores[low];
        let index = slotIndices[low];
        slotScores[low] = slotScores[high];
        slotIndices[low] = slotIndices[high];
        slotScores[high] = score;
        slotIndices[high] = index;
      }
      workgroupBarrier();
    }
  }
}
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
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
` as string,
  },
  "select_rows_serial": {
    bindings: [
      { name: 'head', binding: 0, access: 'uniform' },
      { name: 'logits', binding: 1, access: 'read_write' },
      { name: 'boxes', binding: 2, access: 'read_write' },
      { name: 'chosen', binding: 3, access: 'read_write' },
      { name: 'detections', binding: 4, access: 'read_write' },
    ],
    uniforms: { size: 44, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'anchors', offset: 4, type: 'u32' },
      { name: 'width8', offset: 8, type: 'u32' },
      { name: 'width16', offset: 12, type: 'u32' },
      { name: 'width32', offset: 16, type: 'u32' },
      { name: 'cells8', offset: 20, type: 'u32' },
      { name: 'cells16', offset: 24, type: 'u32' },
      { name: 'classes', offset: 28, type: 'u32' },
      { name: 'bins', offset: 32, type: 'u32' },
      { name: 'anchor4', offset: 36, type: 'u32' },
      { name: 'rows', offset: 40, type: 'u32' },
    ] },
    constants: {},
    source: `struct Head {
  batch: u32,
  anchors: u32,
  width8: u32,
  width16: u32,
  width32: u32,
  cells8: u32,
  cells16: u32,
  classes: u32,
  bins: u32,
  anchor4: u32,
  rows: u32,
}
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}
var<private> image: u32;
fn anchorOf(index: u32) -> u32 {
  return image * head.anchors + chosen[image * head.rows + index / head.classes];
}
fn candidate(index: u32) -> u32 {
  return bitcast<u32>(sigmoid(logits[(anchorOf(index) * head.anchor4 + head.bins) * 4 + index % head.classes]));
}
fn isBetter(score: u32, index: u32, slot: u32) -> bool {
  let other = slotScore(slot);
  return score > other || (score == other && index < slotIndex(slot));
}
fn replaceWorst(score: u32, index: u32, size: u32) {
  var slot = 0u;
  for (var child = 1u; child < size; child = 2 * slot + 1) {
    if (child + 1 < size && isBetter(slotScore(child), slotIndex(child), child + 1)) { child += 1; }
    if (!isBetter(score, index, child)) { break; }
    putSlot(slot, slotScore(child), slotIndex(child));
    slot = child;
  }
  putSlot(slot, score, index);
}
fn selectBest(count: u32, wanted: u32) {
  for (var slot = 0u; slot < wanted; slot++) { putSlot(slot, 0, count); }
  var size = wanted;
  for (var step = 0u; step < count || size > 1; step++) {
    var score = 0u;
    var index = step;
    if (step < count) {
      score = candidate(index);
      if (!isBetter(score, index, 0)) { continue; }
    } else {
      size -= 1;
      score = slotScore(size);
      index = slotIndex(size);
      putSlot(size, slotScore(0), slotIndex(0));
    }
    replaceWorst(score, index, size);
  }
}
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
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
` as string,
  },
  "sppf": {
    bindings: [
      { name: 'pool', binding: 0, access: 'uniform' },
      { name: 'map', binding: 1, access: 'read_write' },
    ],
    uniforms: { size: 16, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'width', offset: 4, type: 'u32' },
      { name: 'height', offset: 8, type: 'u32' },
      { name: 'channels4', offset: 12, type: 'u32' },
    ] },
    constants: {
      THREADS: { type: 'u32', value: 64 },
    },
    source: `fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
const THREADS: u32 = 64;
struct Pool {
  batch: u32,
  width: u32,
  height: u32,
  channels4: u32,
}
@group(0) @binding(0) var<uniform> pool: Pool;
@group(0) @binding(1) var<storage, read_write> map: array<vec4f>;
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = unfold(id, groups.x * THREADS);
  let channels4 = pool.channels4;
  let pixel = index / channels4;
  let channel4 = index - pixel * channels4;
  let pixels = pool.width * pool.height;
  if (pixel >= pool.batch * pixels) { return; }
  let image = pixel / pixels;
  let rest = pixel - image * pixels;
  let y = i32(rest / pool.width);
  let x = i32(rest % pool.width);
  var small = vec4f(-3.4028234e38);
  var middle = small;
  var large = small;
  for (var row = max(y - 6, 0); row <= min(y + 6, i32(pool.height) - 1); row++) {
    for (var column = max(x - 6, 0); column <= min(x + 6, i32(pool.width) - 1); column++) {
      let value = map[(image * pixels + u32(row) * pool.width + u32(column)) * channels4 * 4 + channel4];
      let distance = max(abs(row - y), abs(column - x));
      large = max(large, value);
      if (distance <= 4) { middle = max(middle, value); }
      if (distance <= 2) { small = max(small, value); }
    }
  }
  let base = pixel * channels4 * 4 + channel4;
  map[base + channels4] = small;
  map[base + 2 * channels4] = middle;
  map[base + 3 * channels4] = large;
}
` as string,
  },
  "upsample": {
    bindings: [
      { name: 'geometry', binding: 0, access: 'uniform' },
      { name: 'input', binding: 1, access: 'read_write' },
      { name: 'output', binding: 2, access: 'read_write' },
    ],
    uniforms: { size: 72, fields: [
      { name: 'batch', offset: 0, type: 'u32' },
      { name: 'inWidth', offset: 4, type: 'u32' },
      { name: 'inHeight', offset: 8, type: 'u32' },
      { name: 'inPixel', offset: 12, type: 'u32' },
      { name: 'inOffset', offset: 16, type: 'u32' },
      { name: 'inChannels4', offset: 20, type: 'u32' },
      { name: 'outWidth', offset: 24, type: 'u32' },
      { name: 'outHeight', offset: 28, type: 'u32' },
      { name: 'outPixel', offset: 32, type: 'u32' },
      { name: 'outOffset', offset: 36, type: 'u32' },
      { name: 'outChannels4', offset: 40, type: 'u32' },
      { name: 'outImagePixels', offset: 44, type: 'u32' },
      { name: 'outFirstPixel', offset: 48, type: 'u32' },
      { name: 'residualOffset', offset: 52, type: 'u32' },
      { name: 'kernel', offset: 56, type: 'u32' },
      { name: 'stride', offset: 60, type: 'u32' },
      { name: 'silu', offset: 64, type: 'u32' },
      { name: 'residual', offset: 68, type: 'u32' },
    ] },
    constants: {
      THREADS: { type: 'u32', value: 64 },
    },
    source: `struct Geometry {
  batch: u32,
  inWidth: u32,
  inHeight: u32,
  inPixel: u32,
  inOffset: u32,
  inChannels4: u32,
  outWidth: u32,
  outHeight: u32,
  outPixel: u32,
  outOffset: u32,
  outChannels4: u32,
  outImagePixels: u32,
  outFirstPixel: u32,
  residualOffset: u32,
  kernel: u32,
  stride: u32,
  silu: u32,
  residual: u32,
}
fn locate(index: u32, width: u32, height: u32) -> vec3u {
  let pixels = width * height;
  let image = index / pixels;
  let rest = index - image * pixels;
  let row = rest / width;
  return vec3u(image, row, rest - row * width);
}
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
const THREADS: u32 = 64;
@group(0) @binding(0) var<uniform> geometry: Geometry;
@group(0) @binding(1) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = unfold(id, groups.x * THREADS);
  let pixel = index / geometry.outChannels4;
  let channel4 = index - pixel * geometry.outChannels4;
  let at = locate(pixel, geometry.inWidth, geometry.inHeight);
  if (at.x >= geometry.batch) { return; }
  let value = input[pixel * geometry.inPixel + geometry.inOffset + channel4];
  let corner = (at.x * geometry.outHeight + 2 * at.y) * geometry.outWidth + 2 * at.z;
  let above = corner * geometry.outPixel + geometry.outOffset + channel4;
  let below = above + geometry.outWidth * geometry.outPixel;
  output[above] = value;
  output[above + geometry.outPixel] = value;
  output[below] = value;
  output[below + geometry.outPixel] = value;
}
` as string,
  },
} as const satisfies Record<string, Kernel>;

export type KernelName = keyof typeof kernels;

/** Names of the buffers of kernel K, its uniform struct among them. */
export type BindingName<K extends KernelName> = (typeof kernels)[K]['bindings'][number]['name'];

/** Names of the buffers of kernel K that the plan fills: all but the uniform struct. */
export type StorageName<K extends KernelName> =
  Exclude<(typeof kernels)[K]['bindings'][number], { access: 'uniform' }>['name'];

/** Names of the fields of kernel K's uniform struct; never where it has none. */
export type UniformName<K extends KernelName> =
  (typeof kernels)[K]['uniforms'] extends { fields: readonly { name: infer Name }[] } ? Name : never;

/** Names of the constants of kernel K that a variant may replace. */
export type ConstantName<K extends KernelName> = keyof (typeof kernels)[K]['constants'];
