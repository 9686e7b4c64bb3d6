import { slotOf } from './batches.ts';
import type { NumberTensor } from './engine.ts';
import { type Match, type Tolerance, ROW, agrees, matchRows, missingRows } from './match.ts';
import { type BoxForm, rowsOfRaw } from './raw-rows.ts';
import type { Check, CheckFigures } from './validation-report.ts';

/**
 * Whether the file run by another engine finds what this engine finds, image by image.
 * @param ours rows of each image, this engine's
 * @param theirs rows [batch, rows, 6] of the other engine
 */
export function checkDetections(ours: Float32Array[], theirs: NumberTensor, tolerance: Tolerance): Check {
  const batch = ours.length;
  const matches = ours.map((rows, slot) => matchRows(rows, slotOf(theirs, slot)));
  const wrong = matches.flatMap((match, slot) => (agrees(match, ours[slot]!, slotOf(theirs, slot), tolerance) ? [] : [slot]));
  const figures = summary(matches, ours);
  const counted = `${figures.matched} of ${figures.of} detections matched, boxes within ${figures.boxDifference.toPrecision(2)} px, scores within ${figures.scoreDifference.toPrecision(2)}`;
  const where = wrong.map((slot) => `slot ${slot}: ${complaint(matches[slot]!, ours[slot]!, slotOf(theirs, slot), tolerance)}`);
  return {
    id: `detections/${batch}`, group: 'detections', batch, claim: 'the file finds what this engine finds',
    status: wrong.length === 0 ? 'passed' : 'failed',
    detail: [counted, ...where].join('; '),
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

function summary(matches: Match[], ours: Float32Array[]): CheckFigures {
  return {
    matched: matches.reduce((sum, { pairs }) => sum + pairs.length, 0),
    of: ours.reduce((sum, rows) => sum + rows.length / ROW, 0),
    boxDifference: Math.max(...matches.map(({ boxDifference }) => boxDifference)),
    scoreDifference: Math.max(...matches.map(({ scoreDifference }) => scoreDifference)),
  };
}

function complaint(match: Match, ours: Float32Array, theirs: Float32Array, tolerance: Tolerance): string {
  const lost = missingRows(ours, match.alone[0], tolerance).length;
  const extra = missingRows(theirs, match.alone[1], tolerance).length;
  if (lost + extra > 0) return `${lost} missing, ${extra} not seen by this engine`;
  if (match.boxDifference > tolerance.box) return `a box side is ${match.boxDifference.toPrecision(3)} px off`;
  return `a score is ${match.scoreDifference.toPrecision(3)} off`;
}
