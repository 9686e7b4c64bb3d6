import type { Detection } from './detection.ts';
import type { Box } from './letterbox.ts';
import { classColour, type Colour } from './palette.ts';

/** How boxes and labels look; each choice is made by the picture's size or the class where left out. */
export interface DrawOptions {
  /** Width of the boxes' lines in pixels. */
  lineWidth?: number;
  /** Height of capital letters in pixels. */
  capHeight?: number;
  /** What to write at a box, '' for nothing; label and score where left out. */
  text?: (detection: Detection) => string;
  /** Colour of a class; channels are rounded and brought into 0..255. */
  colour?: (classId: number) => Colour;
}

/** A label's text and where it goes, in pixels. */
export interface Label {
  text: string;
  background: Colour;
  /** The filled rectangle behind the text. */
  plate: Box;
  /** Left end of the text and the top of its capitals. */
  textLeft: number;
  textTop: number;
}

/** Fills in sizes that read well when the whole picture is shown on a screen, and colours that tell classes apart. */
export function withDefaults(options: DrawOptions, { width, height }: Size): Required<DrawOptions> {
  const side = Math.sqrt(width * height);
  const chosen = options.colour ?? classColour;
  return {
    lineWidth: options.lineWidth ?? Math.max(2, Math.round(side * 0.0035)),
    capHeight: options.capHeight ?? Math.max(8, Math.round(side * 0.017)),
    text: options.text ?? (({ label, score }) => `${label} ${score.toFixed(2)}`),
    colour: (classId) => [...Uint8ClampedArray.from(chosen(classId))] as unknown as Colour,
  };
}

/**
 * Lays out the labels of a picture's detections.
 * @param measure width of a text in pixels.
 */
export function layoutLabels(
  detections: readonly Detection[], picture: Size, options: Required<DrawOptions>, measure: (text: string) => number,
): Label[] {
  const padding = Math.round(options.capHeight * 0.45);
  const height = Math.round(options.capHeight * 1.3 + 2 * padding); // descenders reach 0.3 below
  const labelled = detections.map((detection) => ({ ...detection, text: options.text(detection) })).filter(({ text }) => text);
  const boxes = labelled.map(({ box }) => grown(box, options.lineWidth / 2));
  const sizes = labelled.map(({ text }) => ({ width: Math.ceil(measure(text) + 2.4 * padding), height }));
  return placePlates(boxes, sizes, picture).map((plate, index) => ({
    text: labelled[index]!.text,
    background: options.colour(labelled[index]!.classId),
    plate,
    textLeft: plate.xmin + 1.2 * padding,
    textTop: plate.ymin + padding + options.capHeight * 0.12,
  }));
}

interface Size {
  width: number;
  height: number;
}

/**
 * Places a label's plate for each box: above its top left corner where there is room, else at another corner, outside
 * before inside; always within the picture, and where possible on no plate placed before it.
 * @param boxes in order of importance: the first choose first.
 * @param plates the size of each box's plate.
 */
export function placePlates(boxes: Box[], plates: Size[], picture: Size): Box[] {
  const placed: Box[] = [];
  boxes.forEach((box, index) => {
    const candidates = positions(box, plates[index]!).map((position) => within(position, plates[index]!, picture));
    const costs = candidates.map((plate) => overlap(plate, placed));
    placed.push(candidates[costs.indexOf(Math.min(...costs))]!);
  });
  return placed;
}

interface Corner {
  x: number;
  y: number;
}

/** Top left corners of a plate around and inside its box, the best first. */
function positions(box: Box, plate: Size): Corner[] {
  const left = box.xmin;
  const right = box.xmax - plate.width;
  const above = box.ymin - plate.height;
  const insideBottom = box.ymax - plate.height;
  return [
    { x: left, y: above }, { x: right, y: above },
    { x: left, y: box.ymax }, { x: right, y: box.ymax },
    { x: left, y: box.ymin }, { x: right, y: box.ymin },
    { x: left, y: insideBottom }, { x: right, y: insideBottom },
    { x: box.xmax, y: box.ymin }, { x: left - plate.width, y: box.ymin },
  ];
}

/** Moves a plate into the picture; one that is larger than the picture starts at its top left. */
function within({ x, y }: Corner, plate: Size, picture: Size): Box {
  const xmin = Math.round(Math.max(0, Math.min(x, picture.width - plate.width)));
  const ymin = Math.round(Math.max(0, Math.min(y, picture.height - plate.height)));
  return { xmin, ymin, xmax: xmin + plate.width, ymax: ymin + plate.height };
}

function overlap(plate: Box, placed: Box[]): number {
  let area = 0;
  for (const other of placed) {
    const width = Math.min(plate.xmax, other.xmax) - Math.max(plate.xmin, other.xmin);
    const height = Math.min(plate.ymax, other.ymax) - Math.max(plate.ymin, other.ymin);
    if (width > 0 && height > 0) area += width * height;
  }
  return area;
}

function grown(box: Box, margin: number): Box {
  return { xmin: box.xmin - margin, ymin: box.ymin - margin, xmax: box.xmax + margin, ymax: box.ymax + margin };
}
