// The `wanted` best of `count` candidates, by descending score, then ascending index, by one thread: a heap of the best so
// far with the worst of them at its root, then sorted where it lies. For software adapters, which take a hundred times
// longer to compile the barriers of select.wgsl than to run them.
// A kernel defines `fn candidate(index: u32) -> u32`, the bits of a score in 0..1, which order as the scores do; and the
// slots that hold the result: `fn slotScore(slot: u32) -> u32`, `fn slotIndex(slot: u32) -> u32` and
// `fn putSlot(slot: u32, score: u32, index: u32)`. A slot that nothing was put into yet has score 0 and index `count`.

fn isBetter(score: u32, index: u32, slot: u32) -> bool {
  let other = slotScore(slot);
  return score > other || (score == other && index < slotIndex(slot));
}

// Puts a candidate in place of the root of the heap of `size` slots and restores its order.
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

// Leaves the best `wanted` (at most `count`) in the slots, in order.
fn selectBest(count: u32, wanted: u32) {
  for (var slot = 0u; slot < wanted; slot++) { putSlot(slot, 0, count); }
  var size = wanted;
  // One loop for choosing and for sorting: every call is compiled as a copy of what it calls.
  for (var step = 0u; step < count || size > 1; step++) {
    var score = 0u;
    var index = step;
    if (step < count) {
      score = candidate(index);
      if (!isBetter(score, index, 0)) { continue; }
    } else {
      // All have been seen: the worst goes behind the heap, and what was there into it.
      size -= 1;
      score = slotScore(size);
      index = slotIndex(size);
      putSlot(size, slotScore(0), slotIndex(0));
    }
    replaceWorst(score, index, size);
  }
}
