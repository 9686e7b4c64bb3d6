// silu(x) = x · sigmoid(x); the clamp keeps exp finite, since WGSL may assume that no infinity occurs.
fn silu(x: vec4f) -> vec4f {
  return x / (1.0 + exp(-max(x, vec4f(-80.0))));
}
