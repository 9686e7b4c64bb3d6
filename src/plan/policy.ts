import type { KernelName } from '../kernels.gen.ts';

/** What a policy may base its choice on. */
export interface ConvShape {
  /** Output pixels per image. */
  pixels: number;
  inChannels: number;
  outChannels: number;
  kernel: number;
}

/** A kernel that computes a dense convolution, its tile constants, and the tile those make. */
export interface ConvVariant {
  kernel: Extract<KernelName, 'conv' | 'conv_tiled'>;
  constants: Readonly<Record<string, number>>;
  tilePixels: number;
  tileChannels: number;
}

/** Picks one variant per layer. It must not look at the batch, or results would depend on it. */
export type Policy = (shape: ConvShape) => ConvVariant;

const direct: ConvVariant = { kernel: 'conv', constants: {}, tilePixels: 256, tileChannels: 4 };

function tiled(rows: number, columns: number): ConvVariant {
  return { kernel: 'conv_tiled', constants: { ROWS: rows, COLUMNS: columns }, tilePixels: rows * 4, tileChannels: columns * 8 };
}

const largeTile = tiled(16, 8);
const smallTile = tiled(8, 4);

/** Few workgroups leave a GPU idle; below this many large tiles the small ones fill it better. */
const ENOUGH_WORKGROUPS = 96;

/** For GPUs: tiles in workgroup memory, smaller ones where the map is small. */
export const gpuPolicy: Policy = ({ pixels, outChannels }) => {
  const large = Math.ceil(pixels / largeTile.tilePixels) * Math.ceil(outChannels / largeTile.tileChannels);
  return large >= ENOUGH_WORKGROUPS ? largeTile : smallTile;
};

/** For software adapters: no barriers, little code to compile. */
export const softwarePolicy: Policy = () => direct;
