import { describe, expect, test } from 'vitest';
import { BatchLimits } from '../../src/batch-limits.ts';

const size = { height: 32, width: 64 };

describe('limits of batches', () => {
  test('are none before a batch fails', () => {
    const limits = new BatchLimits();
    expect([limits.of(size), limits.timesLowered]).toEqual([Infinity, 0]);
  });

  test('fall to half of a batch that failed, the larger one where it is odd', () => {
    const limits = new BatchLimits();
    const seen = [16, 8, 3].map((failed) => {
      limits.lower(size, failed);
      return limits.of(size);
    });
    expect([seen, limits.timesLowered]).toEqual([[8, 4, 2], 3]);
  });

  test('neither rise nor count again when a batch begun before them fails', () => {
    const limits = new BatchLimits();
    for (const failed of [8, 8, 7, 16, 100]) limits.lower(size, failed);
    expect([limits.of(size), limits.timesLowered]).toEqual([4, 1]);
  });

  test('are kept by size, and counted together', () => {
    const limits = new BatchLimits();
    const [turned, same] = [{ height: 64, width: 32 }, { height: 32, width: 64 }];
    limits.lower(size, 8);
    limits.lower(turned, 6);
    expect([limits.of(same), limits.of(turned), limits.of({ height: 64, width: 64 }), limits.timesLowered]).toEqual([4, 3, Infinity, 2]);
  });
});
