import { describe, expect, it } from 'vitest';
import type { Detection } from '../../src/image/detection.ts';
import { layoutLabels, placePlates, withDefaults } from '../../src/image/labels.ts';
import type { Box } from '../../src/image/letterbox.ts';

const picture = { width: 400, height: 300 };
const plate = { width: 60, height: 20 };
const box = (xmin: number, ymin: number, xmax: number, ymax: number): Box => ({ xmin, ymin, xmax, ymax });
const place = (...boxes: Box[]): Box[] => placePlates(boxes, boxes.map(() => plate), picture);

const overlaps = (a: Box, b: Box): boolean => a.xmin < b.xmax && b.xmin < a.xmax && a.ymin < b.ymax && b.ymin < a.ymax;

describe('placing labels', () => {
  it('puts a label on its box, at the left', () => {
    expect(place(box(100, 100, 200, 200))).toEqual([box(100, 80, 160, 100)]);
  });

  it.each([
    ['top left', box(0, 0, 50, 50)], ['bottom right', box(350, 250, 400, 300)], ['all', box(0, 0, 400, 300)], ['beyond', box(-90, -90, 900, 900)],
  ])('keeps it in the picture at the %s', (_name, target) => {
    const [found] = place(target);
    expect(found!.xmin).toBeGreaterThanOrEqual(0);
    expect(found!.ymin).toBeGreaterThanOrEqual(0);
    expect(found!.xmax).toBeLessThanOrEqual(picture.width);
    expect(found!.ymax).toBeLessThanOrEqual(picture.height);
  });

  it('finds room for eight labels of one box', () => {
    const plates = place(...Array.from({ length: 8 }, () => box(120, 100, 280, 200)));
    for (const [index, found] of plates.entries()) {
      for (const other of plates.slice(0, index)) expect(overlaps(found, other)).toBe(false);
    }
  });

  it('starts a label wider than the picture at its left edge', () => {
    expect(placePlates([box(5, 5, 10, 10)], [{ width: 90, height: 20 }], { width: 30, height: 10 })).toEqual([box(0, 0, 90, 20)]);
  });
});

describe('label texts and sizes', () => {
  const detection: Detection = { label: 'qr', classId: 1, score: 0.926, box: box(100, 100, 200, 200) };

  it('writes label and score, or what the caller wants', () => {
    const labels = layoutLabels([detection], picture, withDefaults({}, picture), () => 40);
    expect(labels).toMatchObject([{ text: 'qr 0.93' }]);
    expect(labels[0]!.textLeft).toBeGreaterThan(labels[0]!.plate.xmin);
    const only = withDefaults({ text: ({ label }) => (label === 'qr' ? '' : label) }, picture);
    expect(layoutLabels([detection, { ...detection, label: 'aztec' }], picture, only, () => 40).map(({ text }) => text)).toEqual(['aztec']);
  });

  it('grows with the picture and stays legible on small ones', () => {
    expect(withDefaults({}, { width: 64, height: 64 })).toMatchObject({ lineWidth: 2, capHeight: 8 });
    expect(withDefaults({}, { width: 4000, height: 3000 }).capHeight).toBeGreaterThan(40);
    expect(withDefaults({ lineWidth: 9, capHeight: 11 }, picture)).toMatchObject({ lineWidth: 9, capHeight: 11 });
  });
});
