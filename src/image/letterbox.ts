import { checkSize, type Picture } from './picture.ts';

/** Where a picture lies inside the network's input, all in pixels. */
export interface Letterbox {
  /** Size of the original picture. */
  width: number;
  height: number;
  /** Size of the network's input. */
  netWidth: number;
  netHeight: number;
  /** Network pixels per picture pixel before rounding to whole pixels. */
  scale: number;
  /** Size of the resized picture inside the input. */
  newWidth: number;
  newHeight: number;
  /** Padding before the resized picture. */
  left: number;
  top: number;
}

/** A box by its edges, in pixels from the top left corner. */
export interface Box {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
}

/** Grey level of the padding, as YOLO models are trained with. */
export const paddingGrey = 114;

/**
 * Fits a picture into the network's input: aspect kept, the longer side filled, the rest padded on both sides.
 * Sizes and padding are rounded as Python's `round` does in the usual YOLO letterbox (halves go to the even number).
 * @throws InputError `bad-image` for sizes that are not positive integers.
 */
export function letterboxGeometry(width: number, height: number, netWidth: number, netHeight: number): Letterbox {
  checkSize(width, height);
  checkSize(netWidth, netHeight);
  const scale = Math.min(netWidth / width, netHeight / height);
  const newWidth = Math.max(1, roundHalfEven(width * scale));
  const newHeight = Math.max(1, roundHalfEven(height * scale));
  return {
    width, height, netWidth, netHeight, scale, newWidth, newHeight,
    left: Math.floor((netWidth - newWidth) / 2), // = round(d - 0.1): an odd pixel goes right and below
    top: Math.floor((netHeight - newHeight) / 2),
  };
}

/**
 * The network's input for one picture, on the CPU: bilinear with half-pixel centres and clamped edges (OpenCV's
 * INTER_LINEAR, without its rounding to bytes), padded with grey 114.
 * @returns [3, netHeight, netWidth] RGB planes, 0..1.
 */
export function letterbox(picture: Picture, netWidth: number, netHeight: number): Float32Array {
  const geometry = letterboxGeometry(picture.width, picture.height, netWidth, netHeight);
  const { newWidth, newHeight, left, top } = geometry;
  const plane = netWidth * netHeight;
  const output = new Float32Array(3 * plane).fill(paddingGrey / 255);
  const columns = bilinearTaps(picture.width, newWidth);
  const rows = bilinearTaps(picture.height, newHeight);
  for (let y = 0; y < newHeight; y++) {
    const upper = rows.first[y]! * picture.width;
    const lower = rows.second[y]! * picture.width;
    const down = rows.weight[y]!;
    for (let x = 0; x < newWidth; x++) {
      const near = columns.first[x]!;
      const far = columns.second[x]!;
      const along = columns.weight[x]!;
      const target = (top + y) * netWidth + left + x;
      for (let channel = 0; channel < 3; channel++) {
        const above = mix(picture.data[(upper + near) * 4 + channel]!, picture.data[(upper + far) * 4 + channel]!, along);
        const below = mix(picture.data[(lower + near) * 4 + channel]!, picture.data[(lower + far) * 4 + channel]!, along);
        output[channel * plane + target] = mix(above, below, down) / 255;
      }
    }
  }
  return output;
}

/**
 * Maps a box from network pixels back to pixels of the original picture and clips it to the picture.
 * Inverts the resize as it was done, axis by axis, so the last network pixel of the picture is its last pixel.
 */
export function toPictureBox(box: Box, geometry: Letterbox): Box {
  const { width, height, newWidth, newHeight, left, top } = geometry;
  const acrossX = width / newWidth;
  const acrossY = height / newHeight;
  return {
    xmin: clamp((box.xmin - left) * acrossX, width),
    ymin: clamp((box.ymin - top) * acrossY, height),
    xmax: clamp((box.xmax - left) * acrossX, width),
    ymax: clamp((box.ymax - top) * acrossY, height),
  };
}

interface Taps {
  first: Uint32Array;
  second: Uint32Array;
  weight: Float32Array;
}

/** For each of `to` output pixels the two input pixels it lies between and the share of the second. */
function bilinearTaps(from: number, to: number): Taps {
  const taps = { first: new Uint32Array(to), second: new Uint32Array(to), weight: new Float32Array(to) };
  for (let index = 0; index < to; index++) {
    const position = clamp((index + 0.5) * (from / to) - 0.5, from - 1);
    const first = Math.floor(position);
    taps.first[index] = first;
    taps.second[index] = Math.min(first + 1, from - 1);
    taps.weight[index] = position - first;
  }
  return taps;
}

function mix(first: number, second: number, share: number): number {
  return first + (second - first) * share;
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, 0), limit);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
