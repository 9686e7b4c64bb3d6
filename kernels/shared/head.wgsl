// The head's three levels stacked: logits [batch, anchors, 4·bins4 + classes4] in vec4, the bins of four sides, then classes.
struct Head {
  batch: u32,
  anchors: u32,
  // Cells per row and cells in all of the levels of stride 8, 16 and 32.
  width8: u32,
  width16: u32,
  width32: u32,
  cells8: u32,
  cells16: u32,
  classes: u32,
  // vec4 per side, and per anchor.
  bins4: u32,
  anchor4: u32,
  rows: u32,
}

fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}
