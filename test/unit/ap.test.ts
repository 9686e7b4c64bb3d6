import { describe, expect, test } from 'vitest';
import { AREAS, averagePrecision, meanPrecision, overlapOf, precisionByClass, type Edges, type Judged } from '../../models/codes/eval/ap.ts';
import { isRight, sharesByClass } from '../../models/codes/eval/photos.ts';

const box: Edges = [0, 0, 10, 10];
const found = (score: number, edges: Edges = box, classId = 0): Judged['found'][number] => ({ classId, score, edges });
const wanted = (edges: Edges = box, classId = 0): Judged['wanted'][number] => ({ classId, edges });

describe('overlap', () => {
  test.each<[Edges, number]>([[box, 1], [[0, 0, 10, 5], 0.5], [[5, 5, 15, 15], 25 / 175], [[10, 0, 20, 10], 0], [[4, 4, 4, 4], 0]])(
    'with %j is %d', (other, expected) => expect(overlapOf(box, other)).toBeCloseTo(expected, 12));
});

describe('average precision', () => {
  test('is 1 for all found and nothing else', () => {
    expect(precisionByClass([{ found: [found(0.9)], wanted: [wanted()] }], 1)[0]).toEqual({ targets: 1, ap50: 1, ap: 1 });
  });

  test('is 0 where nothing is found, and undefined for a class that never occurs', () => {
    const [first, second] = precisionByClass([{ found: [], wanted: [wanted()] }], 2);
    expect(first).toEqual({ targets: 1, ap50: 0, ap: 0 });
    expect(second!.ap50).toBeUndefined();
  });

  test('reads 101 recalls: one of two found gives 51/101', () => {
    expect(averagePrecision([{ score: 0.9, hit: true }], 2)).toBeCloseTo(51 / 101, 12);
  });

  test('a false alarm counts only where it outranks hits', () => {
    expect(averagePrecision([{ score: 0.9, hit: true }, { score: 0.1, hit: false }], 1)).toBe(1);
    expect(averagePrecision([{ score: 0.1, hit: true }, { score: 0.9, hit: false }], 1)).toBe(0.5);
  });

  test('a second box on the same code is a false alarm', () => {
    const [only] = precisionByClass([{ found: [found(0.9), found(0.8)], wanted: [wanted(), wanted([50, 0, 60, 10])] }], 1);
    expect(only!.ap50).toBeCloseTo(51 / 101, 12);
  });

  test('looser boxes match at fewer overlaps: 0.8 passes seven of ten', () => {
    const [only] = precisionByClass([{ found: [found(0.9, [0, 0, 10, 8.0001])], wanted: [wanted()] }], 1);
    expect(only!.ap50).toBe(1);
    expect(only!.ap).toBeCloseTo(0.7, 12);
  });

  test('classes are kept apart and averaged over those that occur', () => {
    const classes = precisionByClass([{ found: [found(0.9), found(0.9, box, 1)], wanted: [wanted(), wanted([20, 0, 30, 10], 1)] }], 3);
    expect(meanPrecision(classes)).toEqual({ ap50: 0.5, ap: 0.5 });
  });

  test('a range of areas leaves codes of other areas out, with what matches them and what is of another area itself', () => {
    const large: Edges = [100, 100, 220, 220];
    const pictures: Judged[] = [{
      found: [found(0.9), found(0.8, large), found(0.7, [300, 300, 420, 420]), found(0.6, [40, 40, 50, 50])], wanted: [wanted(), wanted(large)],
    }];
    expect(precisionByClass(pictures, 1, AREAS.small)[0]).toEqual({ targets: 1, ap50: 1, ap: 1 });
    expect(precisionByClass(pictures, 1, AREAS.large)[0]).toEqual({ targets: 1, ap50: 1, ap: 1 });
    expect(precisionByClass(pictures, 1, AREAS.medium)[0]!.targets).toBe(0);
  });

  test('in a range of areas a false alarm of that area still counts', () => {
    const pictures: Judged[] = [{ found: [found(0.9, [40, 40, 50, 50]), found(0.8)], wanted: [wanted(), wanted([100, 100, 220, 220])] }];
    expect(precisionByClass(pictures, 1, AREAS.small)[0]!.ap50).toBe(0.5);
    expect(precisionByClass(pictures, 1, AREAS.large)[0]!.ap50).toBe(0);
  });

  test('each picture is matched on its own', () => {
    const pictures = [{ found: [found(0.9)], wanted: [] }, { found: [], wanted: [wanted()] }];
    expect(precisionByClass(pictures, 1)[0]!.ap50).toBe(0);
  });
});

describe('photos', () => {
  const quad = [[0, 0], [10, 0], [10, 10], [0, 10]] as const;
  const photo = (name: string, quads: readonly (typeof quad)[] = []): Parameters<typeof isRight>[0] =>
    ({ file: 'a.jpg', class: name, found: quads.map((q) => ({ format: name, quad: q })) });
  const detection = (label: string, score = 0.5, edges: Edges = box): Parameters<typeof isRight>[1][number] => ({ label, score, edges });

  test('a detection of the class is enough where no corners are known', () => {
    expect(isRight(photo('qr'), [detection('qr', 0.25)])).toBe(true);
    expect(isRight(photo('qr'), [detection('qr', 0.249)])).toBe(false);
    expect(isRight(photo('qr'), [detection('aztec')])).toBe(false);
  });

  test('known corners of a 2-D code ask for half of overlap, a scan line does not', () => {
    const elsewhere = detection('qr', 0.9, [20, 20, 30, 30]);
    expect(isRight(photo('qr', [quad]), [elsewhere])).toBe(false);
    expect(isRight(photo('qr', [quad]), [elsewhere, detection('qr', 0.3, [0, 0, 10, 6])])).toBe(true);
    expect(isRight(photo('linear', [quad]), [detection('linear', 0.9, [20, 20, 30, 30])])).toBe(true);
  });

  test('a picture without codes is clean when nothing reaches the score', () => {
    expect(isRight(photo('none'), [detection('qr', 0.2)])).toBe(true);
    expect(isRight(photo('none'), [detection('qr', 0.3)])).toBe(false);
  });

  test('shares are counted per class and over all codes', () => {
    const shares = sharesByClass([{ class: 'qr', right: true }, { class: 'qr', right: false }, { class: 'none', right: true }]);
    expect(Object.fromEntries(shares)).toEqual({ qr: { right: 1, of: 2 }, codes: { right: 1, of: 2 }, none: { right: 1, of: 1 } });
  });
});
