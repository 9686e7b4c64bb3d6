// Where a convolution reads and writes. Maps are [batch, pixels, channels] in units of vec4 (four channels); a map may
// be a channel range of a wider one: `pixel` is the step from one pixel to the next, `offset` the first vec4.
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
  // Pixels per image in the output buffer, and the first of them this map owns (the head stacks its three levels).
  outImagePixels: u32,
  outFirstPixel: u32,
  residualOffset: u32,
  // Side of the filter and step between its centres; whether SiLU and a shortcut follow (1) or not (0). Uniforms rather
  // than constants: they cost nothing beside the sum, and each pipeline less is time off the first result.
  kernel: u32,
  stride: u32,
  silu: u32,
  residual: u32,
}

// Output pixel `index`, counted over the whole batch, as image, row and column.
fn locate(index: u32, width: u32, height: u32) -> vec3u {
  let pixels = width * height;
  let image = index / pixels;
  let rest = index - image * pixels;
  let row = rest / width;
  return vec3u(image, row, rest - row * width);
}
