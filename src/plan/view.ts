import type { TensorView } from './plan.ts';

/**
 * Takes one tensor out of its interleaved memory, for comparison with other engines.
 * @param memory float32 content of the view's range, for the whole batch
 * @returns [batch, channels, height, width], channels in the file's order
 */
export function readView(view: TensorView, memory: Float32Array, batch: number): Float32Array {
  const { width, height, channels, pixelStride, channelOffset, imagePixels, firstPixel, order } = view;
  const pixels = width * height;
  const values = new Float32Array(batch * channels * pixels);
  for (let image = 0; image < batch; image++) {
    for (let channel = 0; channel < channels; channel++) {
      const to = (image * channels + (order?.[channel] ?? channel)) * pixels;
      const from = (image * imagePixels + firstPixel) * pixelStride + channelOffset + channel;
      for (let pixel = 0; pixel < pixels; pixel++) values[to + pixel] = memory[from + pixel * pixelStride]!;
    }
  }
  return values;
}
