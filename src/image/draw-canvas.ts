import type { Detection } from './detection.ts';
import { layoutLabels, withDefaults, type DrawOptions } from './labels.ts';
import { textColour, toHex } from './palette.ts';

const fontFamily = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
/** Height of a capital as a share of the font size, in common sans serif fonts. */
const capShare = 0.72;

/**
 * Draws boxes and labels on a canvas whose pixels are the picture's: draw the picture first, or lay a transparent canvas
 * of the picture's size over it. What the context is set to (colours, font, line width) is left as it was.
 * @param detections boxes in the picture's pixels, the most important first (as `detect` gives them).
 */
export function drawOnCanvas(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, detections: readonly Detection[], options: DrawOptions = {},
): void {
  const style = withDefaults(options, context.canvas);
  context.save();
  for (const { box, classId } of detections.toReversed()) {
    const { xmin, ymin, xmax, ymax } = box;
    context.beginPath();
    context.roundRect(xmin, ymin, xmax - xmin, ymax - ymin, style.lineWidth * 1.5);
    context.lineWidth = style.lineWidth * 1.5;
    context.strokeStyle = 'rgb(0 0 0 / 0.35)';
    context.stroke();
    context.lineWidth = style.lineWidth;
    context.strokeStyle = toHex(style.colour(classId));
    context.stroke();
  }
  context.font = `500 ${style.capHeight / capShare}px ${fontFamily}`;
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  const labels = layoutLabels(detections, context.canvas, style, (text) => context.measureText(text).width);
  for (const { text, background, plate, textLeft, textTop } of labels.toReversed()) {
    context.fillStyle = toHex(background);
    context.beginPath();
    context.roundRect(plate.xmin, plate.ymin, plate.xmax - plate.xmin, plate.ymax - plate.ymin, style.capHeight / 4);
    context.fill();
    context.fillStyle = toHex(textColour(background));
    context.fillText(text, textLeft, textTop + style.capHeight);
  }
  context.restore();
}
