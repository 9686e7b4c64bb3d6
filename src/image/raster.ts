import type { Box } from './letterbox.ts';
import type { Colour } from './palette.ts';
import type { Picture } from './picture.ts';

/** Fills a rectangle with rounded corners, anti-aliased, in place; what lies outside the picture is left out. */
export function fillRoundedBox(picture: Picture, box: Box, radius: number, colour: Colour, opacity = 1): void {
  const distance = roundedBoxDistance(box, radius);
  paint(picture, box, colour, (x, y) => opacity * coverage(distance(x, y)));
}

/** Draws the outline of a rectangle with rounded corners, its line centred on the edges, anti-aliased, in place. */
export function strokeRoundedBox(picture: Picture, box: Box, radius: number, lineWidth: number, colour: Colour, opacity = 1): void {
  const distance = roundedBoxDistance(box, radius);
  const half = lineWidth / 2;
  const reach = half + radius + 1;
  const share = (x: number, y: number): number => opacity * coverage(Math.abs(distance(x, y)) - half);
  const { xmin, ymin, xmax, ymax } = box;
  const topEnd = Math.ceil(Math.min(ymin + reach, (ymin + ymax) / 2));
  const bottomStart = Math.max(topEnd, Math.floor(ymax - reach));
  const leftEnd = Math.ceil(Math.min(xmin + reach, (xmin + xmax) / 2));
  const rightStart = Math.max(leftEnd, Math.floor(xmax - reach));
  // four strips that do not overlap: painting a pixel twice would show where they cross
  paint(picture, { xmin: xmin - reach, ymin: ymin - reach, xmax: xmax + reach, ymax: topEnd }, colour, share);
  paint(picture, { xmin: xmin - reach, ymin: bottomStart, xmax: xmax + reach, ymax: ymax + reach }, colour, share);
  paint(picture, { xmin: xmin - reach, ymin: topEnd, xmax: leftEnd, ymax: bottomStart }, colour, share);
  paint(picture, { xmin: rightStart, ymin: topEnd, xmax: xmax + reach, ymax: bottomStart }, colour, share);
}

/**
 * Draws straight strokes of a round pen, anti-aliased, in place. Strokes may overlap: each pixel is painted once, with
 * the nearest stroke's coverage.
 * @param segments x0, y0, x1, y1 of each stroke, in pixels from (left, top).
 */
export function strokeSegments(picture: Picture, segments: number[], left: number, top: number, penWidth: number, colour: Colour): void {
  if (segments.length === 0) return;
  const reach = penWidth / 2 + 1;
  const placed = segments.map((value, index) => value + (index % 2 === 0 ? left : top));
  const area = boundsOf(placed, reach);
  const columns = area.xmax - area.xmin;
  const mask = new Float32Array(columns * (area.ymax - area.ymin));
  for (let index = 0; index < placed.length; index += 4) {
    const [x0, y0, x1, y1] = placed.slice(index, index + 4) as [number, number, number, number];
    const { xmin, ymin, xmax, ymax } = boundsOf([x0, y0, x1, y1], reach);
    for (let y = ymin; y < ymax; y++) {
      for (let x = xmin; x < xmax; x++) {
        const at = (y - area.ymin) * columns + x - area.xmin;
        mask[at] = Math.max(mask[at]!, coverage(segmentDistance(x + 0.5, y + 0.5, x0, y0, x1, y1) - penWidth / 2));
      }
    }
  }
  paint(picture, area, colour, (x, y) => mask[(Math.floor(y) - area.ymin) * columns + Math.floor(x) - area.xmin]!);
}

/** Whole pixels around points x, y, x, y, …, with a margin. */
function boundsOf(points: number[], margin: number): Box {
  const box = { xmin: Infinity, ymin: Infinity, xmax: -Infinity, ymax: -Infinity };
  for (let index = 0; index < points.length; index += 2) {
    box.xmin = Math.min(box.xmin, Math.floor(points[index]! - margin));
    box.ymin = Math.min(box.ymin, Math.floor(points[index + 1]! - margin));
    box.xmax = Math.max(box.xmax, Math.ceil(points[index]! + margin));
    box.ymax = Math.max(box.ymax, Math.ceil(points[index + 1]! + margin));
  }
  return box;
}

/** Blends a colour into every pixel of an area by the share that `share` gives for the pixel's centre. */
function paint({ width, height, data }: Picture, area: Box, colour: Colour, share: (x: number, y: number) => number): void {
  const lastX = Math.min(width, Math.ceil(area.xmax));
  const lastY = Math.min(height, Math.ceil(area.ymax));
  for (let y = Math.max(0, Math.floor(area.ymin)); y < lastY; y++) {
    for (let x = Math.max(0, Math.floor(area.xmin)); x < lastX; x++) {
      const part = share(x + 0.5, y + 0.5);
      if (part <= 0) continue;
      const at = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel++) {
        data[at + channel] = Math.round(data[at + channel]! + (colour[channel]! - data[at + channel]!) * part);
      }
    }
  }
}

/** Signed distance to the edge of a rounded rectangle: negative inside. */
function roundedBoxDistance(box: Box, radius: number): (x: number, y: number) => number {
  const halfX = (box.xmax - box.xmin) / 2;
  const halfY = (box.ymax - box.ymin) / 2;
  const round = Math.min(radius, halfX, halfY);
  return (x, y) => {
    const outX = Math.abs(x - box.xmin - halfX) - halfX + round;
    const outY = Math.abs(y - box.ymin - halfY) - halfY + round;
    return Math.hypot(Math.max(outX, 0), Math.max(outY, 0)) + Math.min(Math.max(outX, outY), 0) - round;
  };
}

function segmentDistance(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const alongX = x1 - x0;
  const alongY = y1 - y0;
  const length = alongX * alongX + alongY * alongY;
  const part = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * alongX + (y - y0) * alongY) / length));
  return Math.hypot(x - x0 - part * alongX, y - y0 - part * alongY);
}

/** How much of a pixel lies inside an edge at this signed distance from its centre. */
function coverage(distance: number): number {
  return Math.min(1, Math.max(0, 0.5 - distance));
}
