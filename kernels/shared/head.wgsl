// The head's three levels stacked: logits [batch, anchors, bins + classes4] in vec4, the bins of four sides, then classes.
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
  // Bins per side, so vec4 of the four sides together; and vec4 per anchor.
  bins: u32,
  anchor4: u32,
  rows: u32,
}

fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}
