import { describe, expect, test } from 'vitest';
import { compilePlan } from '../../src/plan/compile.ts';
import { assignHomes } from '../../src/plan/homes.ts';
import { gpuPolicy } from '../../src/plan/policy.ts';
import { scaleConfig } from '../../src/yolov10/config.ts';
import { anchorCount, drawNetwork } from '../../src/yolov10/network.ts';
import { complaintOf } from '../cases/complaint.ts';
import { tinyConfig } from '../cases/seeded-model.ts';

describe('homes', () => {
  const layers = drawNetwork(scaleConfig('b'));
  const homes = assignHomes(layers, 64, 96);

  test('inputs of a concatenation lie side by side in its output', () => {
    let seen = 0;
    for (const layer of layers) {
      if (layer.kind !== 'concat') continue;
      const whole = homes.of(layer.output);
      let { offset } = whole;
      for (const part of layer.inputs) {
        expect(homes.of(part)).toEqual({ ...whole, offset });
        offset += part.channels / 4;
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(30);
  });

  test('halves of a split are halves of its input', () => {
    for (const layer of layers) {
      if (layer.kind !== 'split') continue;
      const { allocation, offset } = homes.of(layer.input);
      expect(layer.outputs.map((half) => homes.of(half))).toMatchObject([{ offset }, { offset: offset + layer.input.channels / 8 }]);
      for (const half of layer.outputs) expect(homes.of(half).allocation).toBe(allocation);
    }
  });

  test('a shortcut lies in the buffer of its sum', () => {
    const sums = layers.filter((layer) => layer.kind === 'add');
    expect(sums.length).toBeGreaterThan(8);
    for (const { inputs: [shortcut], output } of sums) expect(homes.of(shortcut).allocation).toBe(homes.of(output).allocation);
  });

  test('the levels of the head are stacked without gaps', () => {
    const head = layers.find((layer) => layer.kind === 'detect')!;
    const cells = [8 * 12, 4 * 6, 2 * 3];
    expect(head.boxes.map((map) => homes.of(map).firstPixel)).toEqual([0, cells[0], cells[0]! + cells[1]!]);
    expect(head.classes.map((map) => homes.of(map).firstPixel)).toEqual([0, cells[0], cells[0]! + cells[1]!]);
    expect(homes.logits).toMatchObject({ pixels: anchorCount(64, 96), vectors: 16 + 20 });
  });
});

describe('candidates, which kernels number in 24 bits', () => {
  const plan = (classCount: number, side: number): unknown => compilePlan(drawNetwork(tinyConfig(classCount)), side, side, gpuPolicy);

  test.each([[640, 300, 55_924], [64, 84, 199_728], [32, 21, 798_915]])('allow a size of %i, %i rows, %i classes, and none more', (side, rows, most) => {
    expect((most + 1) * rows).toBeGreaterThan(2 ** 24);
    expect(plan(most, side)).toMatchObject({ rows });
    expect(complaintOf(() => plan(most + 1, side))).toMatchObject({ code: 'unsupported', expected: expect.stringContaining(String(most)) as string, found: String(most + 1) });
  });
});
