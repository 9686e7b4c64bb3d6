import type { Detection } from './detection.ts';
import { layoutLabels, withDefaults, type DrawOptions } from './labels.ts';
import type { Box } from './letterbox.ts';
import { textColour, type Colour } from './palette.ts';
import { type Picture, pictureFrom, type RawPixels } from './picture.ts';
import { fillRoundedBox, strokeRoundedBox, strokeSegments } from './raster.ts';
import { textStrokes } from './stroke-font.ts';

/**
 * Draws boxes and labels into a copy of a picture, without a canvas: the same pixels in every runtime.
 * @param detections boxes in the picture's pixels, the most important first (as `detect` gives them).
 * @throws InputError `bad-image` as `pictureFrom` does
 */
export function annotate(picture: RawPixels, detections: readonly Detection[], options: DrawOptions = {}): Picture {
  const { width, height, data } = pictureFrom(picture);
  const copy = { width, height, data: Uint8Array.from(data) };
  const style = withDefaults(options, copy);
  const { lineWidth, capHeight } = style;
  for (const { box, classId } of detections.toReversed()) drawBox(copy, box, lineWidth, style.colour(classId));
  const labels = layoutLabels(detections, copy, style, (text) => textStrokes(text, capHeight).width);
  for (const { text, background, plate, textLeft, textTop } of labels.toReversed()) {
    fillRoundedBox(copy, plate, capHeight / 4, background);
    const { segments } = textStrokes(text, capHeight);
    strokeSegments(copy, segments, centred(textLeft), centred(textTop), Math.max(1.4, capHeight * 0.15), textColour(background));
  }
  return copy;
}

/** A line in the class's colour between two thin dark ones, so that it stands out from any background. */
function drawBox(picture: Picture, box: Box, lineWidth: number, colour: Colour): void {
  const edges = { xmin: Math.round(box.xmin), ymin: Math.round(box.ymin), xmax: Math.round(box.xmax), ymax: Math.round(box.ymax) };
  const halo = Math.max(1, lineWidth / 4);
  strokeRoundedBox(picture, edges, lineWidth * 1.5, lineWidth + 2 * halo, [0, 0, 0], 0.35);
  strokeRoundedBox(picture, edges, lineWidth * 1.5, lineWidth, colour);
}

/** A pixel's centre, so that upright and level strokes are sharp. */
function centred(position: number): number {
  return Math.floor(position) + 0.5;
}
