// Where x alone would take more workgroups than a device allows, a grid goes on in z: the number of a workgroup or an
// invocation `at`, of which one row of the grid has `across`.
fn unfold(at: vec3u, across: u32) -> u32 {
  return at.x + at.z * across;
}
