import { expect } from 'vitest';
import type { Yolov10 } from '../../src/yolov10/read.ts';

/** Largest difference of any weight or bias from the network the file was made of. */
export function weightError(read: Yolov10, expected: Yolov10['weights']): number {
  expect([...read.weights.keys()]).toEqual([...expected.keys()]);
  let worst = 0;
  for (const [path, { weight, bias }] of expected) {
    const found = read.weights.get(path)!;
    expect([found.weight.length, found.bias.length]).toEqual([weight.length, bias.length]);
    for (let i = 0; i < weight.length; i++) worst = Math.max(worst, Math.abs(weight[i]! - found.weight[i]!));
    for (let i = 0; i < bias.length; i++) worst = Math.max(worst, Math.abs(bias[i]! - found.bias[i]!));
  }
  return worst;
}
