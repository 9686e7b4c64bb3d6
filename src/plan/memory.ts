/** Something that needs memory from its first to its last step, both included. */
export interface Lifetime {
  bytes: number;
  first: number;
  last: number;
}

/** The most bytes alive at once: what no layout can go below. */
export function livenessBound(lifetimes: readonly Lifetime[]): number {
  const changes = new Map<number, number>();
  const change = (step: number, bytes: number): void => void changes.set(step, (changes.get(step) ?? 0) + bytes);
  for (const { bytes, first, last } of lifetimes) {
    change(first, bytes);
    change(last + 1, -bytes);
  }
  let alive = 0;
  let peak = 0;
  for (const step of [...changes.keys()].sort((a, b) => a - b)) {
    alive += changes.get(step)!;
    peak = Math.max(peak, alive);
  }
  return peak;
}

/**
 * Offsets such that things alive at the same time do not overlap. Several orders of placement are tried, each thing at
 * the lowest gap that fits, and the smallest layout is kept.
 */
export function packLifetimes(lifetimes: readonly Lifetime[]): { offsets: number[]; bytes: number } {
  const indices = lifetimes.map((_, i) => i);
  const span = (i: number): number => lifetimes[i]!.last - lifetimes[i]!.first + 1;
  const bytes = (i: number): number => lifetimes[i]!.bytes;
  const orders: ((a: number, b: number) => number)[] = [
    (a, b) => bytes(b) - bytes(a),
    (a, b) => bytes(b) * span(b) - bytes(a) * span(a),
    (a, b) => span(b) - span(a) || bytes(b) - bytes(a),
    (a, b) => lifetimes[a]!.first - lifetimes[b]!.first || bytes(b) - bytes(a),
  ];
  const layouts = orders.map((order) => packInOrder(lifetimes, [...indices].sort(order)));
  return layouts.reduce((best, layout) => (layout.bytes < best.bytes ? layout : best));
}

function packInOrder(lifetimes: readonly Lifetime[], order: number[]): { offsets: number[]; bytes: number } {
  const offsets: number[] = new Array(lifetimes.length);
  const placed: number[] = [];
  let bytes = 0;
  for (const index of order) {
    const item = lifetimes[index]!;
    const neighbours = placed
      .filter((other) => lifetimes[other]!.first <= item.last && item.first <= lifetimes[other]!.last)
      .sort((a, b) => offsets[a]! - offsets[b]!);
    let offset = 0;
    for (const other of neighbours) {
      if (offset + item.bytes <= offsets[other]!) break;
      offset = Math.max(offset, offsets[other]! + lifetimes[other]!.bytes);
    }
    offsets[index] = offset;
    placed.push(index);
    bytes = Math.max(bytes, offset + item.bytes);
  }
  return { offsets, bytes };
}
