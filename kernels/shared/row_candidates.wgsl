// All classes of the chosen anchors as candidates for the result's rows. For kernels that name their bindings head, logits
// and chosen, and that set `image` first.
var<private> image: u32;

fn anchorOf(index: u32) -> u32 {
  return image * head.anchors + chosen[image * head.rows + index / head.classes];
}

fn candidate(index: u32) -> u32 {
  return bitcast<u32>(sigmoid(logits[(anchorOf(index) * head.anchor4 + head.bins) * 4 + index % head.classes]));
}
