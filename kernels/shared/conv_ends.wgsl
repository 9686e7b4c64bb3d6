// Where a convolution begins and ends: reading under a filter tap, and finishing a sum. For kernels that name their
// bindings geometry, input, bias and output.

struct Tap {
  base: u32,
  inside: f32,
}

// The input under tap (ky, kx) of the output at `at`; beyond the border some pixel, to be multiplied by zero.
fn tap(at: vec3u, ky: u32, kx: u32) -> Tap {
  let y = i32(at.y * geometry.stride + ky) - i32(geometry.kernel / 2);
  let x = i32(at.z * geometry.stride + kx) - i32(geometry.kernel / 2);
  let height = i32(geometry.inHeight);
  let width = i32(geometry.inWidth);
  let inside = u32(y) < geometry.inHeight && u32(x) < geometry.inWidth; // negative numbers wrap to large ones
  let pixel = (i32(at.x) * height + clamp(y, 0, height - 1)) * width + clamp(x, 0, width - 1);
  return Tap(u32(pixel) * geometry.inPixel + geometry.inOffset, select(0.0, 1.0, inside));
}

// One of four sums. Storing them in a loop whose end only the run knows keeps it from being unrolled: a third of the code
// to compile.
fn pick(index: u32, s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f) -> vec4f {
  return select(select(s0, s1, index == 1), select(s2, s3, index == 3), index >= 2);
}

// Bias, activation and shortcut of four channels, and where they go; nothing for pixels and channels beyond the last.
fn store(at: vec3u, block: u32, sum: vec4f) {
  if (at.x >= geometry.batch || block >= geometry.outChannels4) { return; }
  let rest = at.y * geometry.outWidth + at.z;
  let pixel = (at.x * geometry.outImagePixels + geometry.outFirstPixel + rest) * geometry.outPixel;
  var value = sum + bias[block];
  if (geometry.silu == 1) { value = silu(value); }
  if (geometry.residual == 1) { value += output[pixel + geometry.residualOffset + block]; }
  output[pixel + geometry.outOffset + block] = value;
}
