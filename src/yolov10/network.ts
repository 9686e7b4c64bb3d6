import { Drawing } from './blocks.ts';
import type { FeatureMap, Layer } from './layers.ts';
import { weightShape } from './layers.ts';
import type { NetworkConfig, StageIndex } from './config.ts';

/**
 * Draws YOLOv10 layer by layer as the paper does (arXiv 2405.14458, figure 3 and section 3).
 * Input `images` is [batch, 3, height, width], RGB in 0..1; output `output0` is [batch, min(300, anchors), 6] with rows
 * x1, y1, x2, y2 in input pixels, score, class.
 */
export function drawNetwork(config: NetworkConfig): Layer[] {
  const d = new Drawing();
  const { downs } = config;
  const stage = (x: FeatureMap, index: StageIndex): FeatureMap => d.c2f(x, `model.${index}`, config.stages[index], index < 10);

  const images: FeatureMap = { name: 'images', channels: 3, stride: 1 };
  let x = d.conv(images, 'model.0', downs[0], { kernel: 3, stride: 2 }); // /2
  x = d.conv(x, 'model.1', downs[1], { kernel: 3, stride: 2 }); // /4
  x = stage(x, 2);
  x = d.conv(x, 'model.3', downs[3], { kernel: 3, stride: 2 }); // /8
  const p3 = stage(x, 4);
  x = d.scdown(p3, 'model.5', downs[5]); // /16
  const p4 = stage(x, 6);
  x = d.scdown(p4, 'model.7', downs[7]); // /32
  x = stage(x, 8);
  x = d.sppf(x, 'model.9', config.sppf);
  const p5 = d.psa(x, 'model.10', config.psa);

  x = d.concat([d.upsample(p5, 'model.11'), p4], 'model.12'); // /16
  const n4 = stage(x, 13);
  x = d.concat([d.upsample(n4, 'model.14'), p3], 'model.15'); // /8
  const n3 = stage(x, 16);
  x = d.concat([d.conv(n3, 'model.17', downs[17], { kernel: 3, stride: 2 }), n4], 'model.18'); // /16
  const m4 = stage(x, 19);
  x = d.concat([d.scdown(m4, 'model.20', downs[20]), p5], 'model.21'); // /32
  const m5 = stage(x, 22);

  d.detect([n3, m4, m5], 'model.23', config.head);
  return d.layers;
}

/** Input pixels per cell at the deepest level; heights and widths must be multiples of it. */
export const DEEPEST_STRIDE = 32;
/** Strides of the three detection levels. */
export const LEVEL_STRIDES = [8, 16, 32] as const;
/** Rows per image at most. */
export const MAX_ROWS = 300;

/** Cells of the three levels together: the number of candidate boxes at this input size. */
export function anchorCount(height: number, width: number): number {
  return LEVEL_STRIDES.reduce((sum, stride) => sum + (height / stride) * (width / stride), 0);
}

/** Rows per image that the network returns at this input size. */
export function rowCount(height: number, width: number): number {
  return Math.min(MAX_ROWS, anchorCount(height, width));
}

/** Number of weights and biases of the convolutions, batch norms folded in. */
export function countParameters(layers: Layer[]): number {
  return layers.reduce((sum, layer) => (layer.kind === 'conv' ? sum + product(weightShape(layer)) + layer.output.channels : sum), 0);
}

/** Floating-point operations of one image (two per multiply-add), convolutions and attention. */
export function countFlops(layers: Layer[], height: number, width: number): number {
  return layers.reduce((sum, layer) => sum + layerFlops(layer, height, width), 0);
}

/** Floating-point operations of one layer on one image. */
export function layerFlops(layer: Layer, height: number, width: number): number {
  if (layer.kind !== 'conv' && layer.kind !== 'attention') return 0;
  const cells = (height * width) / layer.output.stride ** 2;
  if (layer.kind === 'conv') return 2 * cells * product(weightShape(layer));
  return 2 * cells * cells * layer.heads * (layer.keyDim + layer.headDim);
}

function product(values: readonly number[]): number {
  return values.reduce((a, b) => a * b, 1);
}
