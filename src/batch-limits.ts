import type { InputSize } from './requests.ts';

/**
 * How many images to try in one run, by input size: any number at first, then half of each batch that memory refused or
 * that cost the device.
 */
export class BatchLimits {
  private readonly limits = new Map<string, number>();
  private lowered = 0;

  /** How often the limit of any size became lower. */
  get timesLowered(): number {
    return this.lowered;
  }

  /** Infinity before any batch of this size has failed. */
  of(size: InputSize): number {
    return this.limits.get(sizeKey(size)) ?? Infinity;
  }

  /** Allows no more than half of a failed batch from now on; one that was beyond the limit already says nothing new. */
  lower(size: InputSize, failed: number): void {
    const half = Math.ceil(failed / 2);
    if (half >= this.of(size)) return;
    this.limits.set(sizeKey(size), half);
    this.lowered++;
  }
}

/** A size as a key of a map. */
export const sizeKey = ({ height, width }: InputSize): string => `${height}×${width}`;
