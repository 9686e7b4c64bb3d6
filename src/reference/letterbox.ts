import type { Twin } from './dispatch.ts';

const GREY = 114 / 255;

/** Twin of letterbox.wgsl: a grey canvas, then every picture resized into its place. */
export const letterbox: Twin = (dispatch) => {
  const { width, height } = dispatch.uniforms as { width: number; height: number };
  const bytes = bytesOf(dispatch.words('pixels'));
  const placements = dispatch.words('placements');
  const output = dispatch.floats('output');
  for (let image = 0; image < dispatch.batch; image++) {
    const canvas = output.subarray(image * width * height * 4, (image + 1) * width * height * 4);
    for (let i = 0; i < canvas.length; i++) canvas[i] = i % 4 === 3 ? 0 : GREY;
    const [firstPixel, ...placement] = placements.subarray(image * 8, image * 8 + 7) as unknown as [number, number, number, number, number, number, number];
    place(canvas, width, bytes.subarray(firstPixel * 4), placement);
  }
};

function place(canvas: Float32Array, canvasWidth: number, picture: Uint8Array, placement: [number, number, number, number, number, number]): void {
  const [width, height, newWidth, newHeight, left, top] = placement;
  for (let row = 0; row < newHeight; row++) {
    const [upper, lower, down] = between(row, height, newHeight);
    for (let column = 0; column < newWidth; column++) {
      const [near, far, along] = between(column, width, newWidth);
      for (let channel = 0; channel < 3; channel++) {
        const at = (y: number, x: number): number => picture[(y * width + x) * 4 + channel]!;
        const value = (at(upper, near) * (1 - along) + at(upper, far) * along) * (1 - down) + (at(lower, near) * (1 - along) + at(lower, far) * along) * down;
        canvas[((top + row) * canvasWidth + left + column) * 4 + channel] = value / 255;
      }
    }
  }
}

/** The two pixels of `size` that pixel `index` of `newSize` lies between, and how far from the first it is. */
function between(index: number, size: number, newSize: number): [first: number, second: number, share: number] {
  const position = Math.min(size - 1, Math.max(0, ((index + 0.5) * size) / newSize - 0.5));
  const first = Math.floor(position);
  return [first, Math.min(first + 1, size - 1), position - first];
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);
