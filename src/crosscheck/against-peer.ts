import { slotOf } from './batches.ts';
import type { NumberTensor } from './engine.ts';
import { type Judgement, ROW, type Tolerance, judge, matchRows } from './match.ts';
import { type BoxForm, rowsOfRaw } from './raw-rows.ts';
import { type Check, type CheckFigures, roughly } from './validation-report.ts';

/**
 * Whether the file run by another engine finds what this engine finds, image by image. Skipped where most scores are so
 * near each other that it is chance which rows are listed, as with weights that are not trained.
 * @param ours rows of each image, this engine's
 * @param theirs rows [batch, rows, 6] of the other engine
 */
export function judgeDetections(ours: Float32Array[], theirs: NumberTensor, tolerance: Tolerance): Pick<Check, 'status' | 'detail' | 'figures'> {
  const judged = ours.map((rows, slot) => judge(matchRows(rows, slotOf(theirs, slot)), rows, slotOf(theirs, slot), tolerance));
  const wrong = judged.flatMap(({ agrees }, slot) => (agrees ? [] : [slot]));
  const figures = summary(judged, ours);
  const vacuous = figures.matched < figures.of / 2;
  return {
    status: wrong.length > 0 ? 'failed' : vacuous ? 'skipped' : 'passed',
    detail: [counted(figures), ...(wrong.length === 0 && vacuous ? ['most scores are too near each other to compare'] : []), ...wrong.map((slot) => `slot ${slot}: ${complaint(judged[slot]!)}`)].join('; '),
    figures,
  };
}

/**
 * The other engine's first output as rows [batch, rows, 6]; null where it has neither the shape of detections nor that of
 * raw boxes and scores. Which of the two ways a raw output gives its boxes is told by which agrees with `ours`.
 */
export function asRows(output: NumberTensor, ours: Float32Array[], classCount: number): NumberTensor | null {
  const { dims } = output;
  if (dims.length === 3 && dims[2] === ROW) return output;
  if (dims.length !== 3 || dims[1] !== 4 + classCount) return null;
  const forms: BoxForm[] = ['centre and size', 'corners'];
  const read = forms.map((form) => rowsOfRaw(output, form));
  const matched = read.map((rows) => matchRows(ours[0]!, slotOf(rows, 0)).pairs.length);
  return read[matched[1]! > matched[0]! ? 1 : 0]!;
}

function summary(judged: Judgement[], ours: Float32Array[]): CheckFigures {
  const total = (pick: (judgement: Judgement) => number): number => judged.reduce((sum, judgement) => sum + pick(judgement), 0);
  return {
    matched: total(({ matched }) => matched),
    letOff: total(({ letOff }) => letOff),
    of: ours.reduce((sum, rows) => sum + rows.length / ROW, 0),
    boxDifference: Math.max(...judged.map(({ boxDifference }) => boxDifference)),
    scoreDifference: Math.max(...judged.map(({ scoreDifference }) => scoreDifference)),
  };
}

function counted({ matched, letOff, of, boxDifference, scoreDifference }: CheckFigures): string {
  const chance = letOff > 0 ? ` (${letOff} at the end of the list let off)` : '';
  return `${matched} of ${of} rows matched${chance}, boxes within ${roughly(boxDifference)} px, scores within ${roughly(scoreDifference)}`;
}

function complaint({ missing: [lost, extra], apart }: Judgement): string {
  return [lost > 0 && `${lost} missing`, extra > 0 && `${extra} not seen by this engine`, apart > 0 && `${apart} further apart than the tolerance`].filter(Boolean).join(', ');
}
