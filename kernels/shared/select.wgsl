// The `wanted` best of `count` candidates, by descending score, then ascending index, by one workgroup.
// A kernel defines `fn candidate(index: u32) -> u32`: the bits of a score in 0..1, which order as the scores do.
// Radix selection finds the exact cut, byte by byte: four bytes of score, then three of index among equal scores; the
// survivors are sorted in workgroup memory. Counts are exact whatever the order of atomics, so a run repeats exactly.
const SELECT_THREADS = 256u;
const SLOTS = 512u;

var<workgroup> histogram: array<atomic<u32>, 256>;
var<workgroup> cutByte: u32;
var<workgroup> above: u32;
var<workgroup> taken: atomic<u32>;
var<workgroup> slotScores: array<u32, SLOTS>;
var<workgroup> slotIndices: array<u32, SLOTS>;

// Byte `step` of the 56-bit sort key: the score's four bytes, then the inverted index's three.
fn keyByte(score: u32, index: u32, step: u32) -> u32 {
  if (step < 4) { return (score >> (24 - 8 * step)) & 255; }
  return ((0xffffff - index) >> (16 - 8 * (step - 4))) & 255;
}

// One step: among candidates that agree with the cut so far, finds the byte at which `missing` of them are reached.
fn refine(thread: u32, count: u32, step: u32, cutScore: u32, cutIndex: u32, missing: u32) {
  atomicStore(&histogram[thread], 0);
  workgroupBarrier();
  for (var index = thread; index < count; index += SELECT_THREADS) {
    let score = candidate(index);
    if (agrees(score, index, step, cutScore, cutIndex)) { atomicAdd(&histogram[keyByte(score, index, step)], 1); }
  }
  workgroupBarrier();
  // Each thread adds up the bins beyond its own: more additions than a scan, but no barriers, of which each costs a
  // software adapter much code.
  var beyond = 0u;
  for (var bin = thread + 1; bin < 256; bin++) { beyond += atomicLoad(&histogram[bin]); }
  if (beyond < missing && beyond + atomicLoad(&histogram[thread]) >= missing) {
    cutByte = thread;
    above = beyond;
  }
  workgroupBarrier();
}

// Whether a candidate shares the cut's first `step` bytes.
fn agrees(score: u32, index: u32, step: u32, cutScore: u32, cutIndex: u32) -> bool {
  if (step == 0) { return true; }
  if (step < 4) { return (score >> (32 - 8 * step)) == (cutScore >> (32 - 8 * step)); }
  if (score != cutScore) { return false; }
  if (step == 4) { return true; }
  return ((0xffffff - index) >> (24 - 8 * (step - 4))) == (cutIndex >> (24 - 8 * (step - 4)));
}

// Leaves the best `wanted` (at most SLOTS, at most `count`) in slotScores and slotIndices, in order.
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

// Bitonic sort of all SLOTS; unfilled ones sort last.
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
