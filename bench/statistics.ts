/** The middle of a list of times, and how far the middle half of them lies apart, relative to it. */
export interface Spread {
  median: number;
  /** Interquartile range over the median. */
  spread: number;
}

/** Median and relative interquartile range of at least one number. */
export function summarise(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  return { median, spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / median };
}

function quantile(sorted: number[], at: number): number {
  const place = (sorted.length - 1) * at;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]] as [number, number];
  return below + (above - below) * (place - Math.floor(place));
}
