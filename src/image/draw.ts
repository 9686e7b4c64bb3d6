import type { Detection } from './detection.ts';
import type { Box } from './letterbox.ts';
import { classColour, textColour, type Colour } from './palette.ts';
import type { Picture } from './picture.ts';
import { drawingSizes, labelText, placePlates } from './plates.ts';
import { fillRoundedBox, strokeRoundedBox, strokeSegments } from './raster.ts';
import { textStrokes } from './stroke-font.ts';

export interface DrawOptions {
  /** Width of the boxes' lines in pixels; by the picture's size where left out. */
  lineWidth?: number;
  /** Height of capital letters in pixels; by the picture's size where left out. */
  capHeight?: number;
  /** What to write at a box, '' for nothing; label and score where left out. */
  text?: (detection: Detection) => string;
  /** Colour of a class; colours that differ from class to class where left out. */
  colour?: (classId: number) => Colour;
}

/**
 * Draws boxes and labels into a copy of a picture, without a canvas: the same pixels in every runtime.
 * @param detections boxes in the picture's pixels, the most important first (as `detect` gives them).
 */
export function annotate(picture: Picture, detections: readonly Detection[], options: DrawOptions = {}): Picture {
  const { width, height } = picture;
  const copy = { width, height, data: Uint8Array.from(picture.data) };
  const sizes = { ...drawingSizes(width, height), ...options };
  const colour = options.colour ?? classColour;
  for (const detection of detections.toReversed()) drawBox(copy, detection.box, sizes.lineWidth, colour(detection.classId));
  const labels = detections
    .map((detection) => ({ detection, text: (options.text ?? labelText)(detection) }))
    .filter(({ text }) => text !== '')
    .map(({ detection, text }) => ({ detection, strokes: textStrokes(text, sizes.capHeight) }));
  const padding = Math.round(sizes.capHeight * 0.45);
  const plateHeight = Math.round(sizes.capHeight * 1.3 + 2 * padding); // descenders reach 0.3 below
  const plateSizes = labels.map(({ strokes }) => ({ width: Math.ceil(strokes.width + 2.4 * padding), height: plateHeight }));
  const plates = placePlates(labels.map(({ detection }) => outside(detection.box, sizes.lineWidth)), plateSizes, picture);
  labels.forEach(({ detection, strokes }, index) => {
    const plate = plates[index]!;
    const background = colour(detection.classId);
    fillRoundedBox(copy, plate, padding / 2, background);
    const top = plate.ymin + padding + sizes.capHeight * 0.12;
    strokeSegments(copy, strokes.segments, centred(plate.xmin + 1.2 * padding), centred(top), sizes.capHeight * 0.15, textColour(background));
  });
  return copy;
}

/** A line in the class's colour between two thin dark ones, so that it stands out from any background. */
function drawBox(picture: Picture, box: Box, lineWidth: number, colour: Colour): void {
  const edges = { xmin: Math.round(box.xmin), ymin: Math.round(box.ymin), xmax: Math.round(box.xmax), ymax: Math.round(box.ymax) };
  const halo = Math.max(1, lineWidth / 4);
  strokeRoundedBox(picture, edges, lineWidth * 1.5, lineWidth + 2 * halo, [0, 0, 0], 0.35);
  strokeRoundedBox(picture, edges, lineWidth * 1.5, lineWidth, colour);
}

/** The box with its line, which plates must not cover. */
function outside(box: Box, lineWidth: number): Box {
  const half = lineWidth / 2;
  return { xmin: box.xmin - half, ymin: box.ymin - half, xmax: box.xmax + half, ymax: box.ymax + half };
}

/** A pixel's centre, so that upright and level strokes are sharp. */
function centred(position: number): number {
  return Math.floor(position) + 0.5;
}
