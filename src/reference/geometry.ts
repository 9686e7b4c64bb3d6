import type { Dispatch } from './dispatch.ts';

/** Where a convolution or upsampling reads and writes; everything that kernels count in vec4 is in floats here. */
export interface Geometry {
  inWidth: number;
  inHeight: number;
  inChannels: number;
  outWidth: number;
  outHeight: number;
  outChannels: number;
  /** First float of an input pixel's channels. */
  inputAt(image: number, y: number, x: number): number;
  /** First float of an output pixel, of all maps that share the buffer. */
  outputAt(image: number, y: number, x: number): number;
  outOffset: number;
  residualOffset: number;
  kernel: number;
  stride: number;
  silu: boolean;
  residual: boolean;
}

/** Reads the uniforms of shared/geometry.wgsl. */
export function geometryOf({ uniforms }: Dispatch): Geometry {
  const u = uniforms as Record<'inWidth' | 'inHeight' | 'inPixel' | 'inOffset' | 'inChannels4' | 'outWidth' | 'outHeight' | 'outPixel'
    | 'outOffset' | 'outChannels4' | 'outImagePixels' | 'outFirstPixel' | 'residualOffset' | 'kernel' | 'stride' | 'silu' | 'residual', number>;
  return {
    inWidth: u.inWidth,
    inHeight: u.inHeight,
    inChannels: u.inChannels4 * 4,
    outWidth: u.outWidth,
    outHeight: u.outHeight,
    outChannels: u.outChannels4 * 4,
    inputAt: (image, y, x) => (((image * u.inHeight + y) * u.inWidth + x) * u.inPixel + u.inOffset) * 4,
    outputAt: (image, y, x) => (image * u.outImagePixels + u.outFirstPixel + y * u.outWidth + x) * u.outPixel * 4,
    outOffset: u.outOffset * 4,
    residualOffset: u.residualOffset * 4,
    kernel: u.kernel,
    stride: u.stride,
    silu: u.silu === 1,
    residual: u.residual === 1,
  };
}
