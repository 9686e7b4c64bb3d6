import type { Detection } from './detection.ts';
import type { Box } from './letterbox.ts';

/** Sizes of what is drawn on a picture, in its pixels. */
export interface DrawingSizes {
  lineWidth: number;
  /** Height of a capital letter. */
  capHeight: number;
}

/** Sizes that read well when the whole picture is shown on a screen. */
export function drawingSizes(width: number, height: number): DrawingSizes {
  const side = Math.sqrt(width * height);
  return { lineWidth: Math.max(2, Math.round(side * 0.0035)), capHeight: Math.max(8, Math.round(side * 0.0165)) };
}

/** What a label says: `qr 0.93`. */
export function labelText({ label, score }: Pick<Detection, 'label' | 'score'>): string {
  return `${label} ${score.toFixed(2)}`;
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
