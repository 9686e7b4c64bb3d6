/**
 * The network as plain data: every layer names the ONNX tensors it stands for, so that a step of this engine can be
 * held against the same tensor of another one.
 */

/** A feature map [batch, channels, height / stride, width / stride]; `name` is its tensor name in the reference export. */
export interface FeatureMap {
  name: string;
  channels: number;
  /** Input pixels per cell along each axis: 1, 2, 4, 8, 16 or 32. */
  stride: number;
}

export type Activation = 'silu' | 'none';

/** Convolution with "same" padding (k - 1) / 2, batch norm folded in, then the activation. */
export interface ConvLayer {
  kind: 'conv';
  /** Module path whose weights it uses, e.g. `model.10.attn.pe`. */
  path: string;
  input: FeatureMap;
  output: FeatureMap;
  kernel: number;
  stride: 1 | 2;
  groups: number;
  activation: Activation;
}

/** Two halves of the channels. */
export interface SplitLayer {
  kind: 'split';
  input: FeatureMap;
  outputs: [FeatureMap, FeatureMap];
}

export interface ConcatLayer {
  kind: 'concat';
  inputs: FeatureMap[];
  output: FeatureMap;
}

/** Element-wise sum, `inputs[0]` being the shortcut. */
export interface AddLayer {
  kind: 'add';
  inputs: [FeatureMap, FeatureMap];
  output: FeatureMap;
}

/** Max pool 5×5, stride 1, padding 2 that never wins. */
export interface PoolLayer {
  kind: 'pool';
  input: FeatureMap;
  output: FeatureMap;
}

/** Nearest-neighbour upsampling by two. */
export interface UpsampleLayer {
  kind: 'upsample';
  input: FeatureMap;
  output: FeatureMap;
}

/**
 * softmax(qᵀk / √keyDim) over the keys, times v. The input holds, head after head, q (keyDim), k (keyDim) and v
 * (headDim) channels; `value` is v of all heads seen as a feature map of heads·headDim channels.
 */
export interface AttentionLayer {
  kind: 'attention';
  path: string;
  input: FeatureMap;
  value: FeatureMap;
  output: FeatureMap;
  heads: number;
  keyDim: number;
  headDim: number;
}

/** Box distribution and class logits of the three levels to rows [batch, min(300, anchors), 6]. */
export interface DetectLayer {
  kind: 'detect';
  path: string;
  boxes: FeatureMap[];
  classes: FeatureMap[];
  /** Number of classes. */
  classCount: number;
  /** Bins per box side in the distribution focal loss. */
  bins: number;
  output: string;
}

export type Layer =
  | ConvLayer | SplitLayer | ConcatLayer | AddLayer | PoolLayer | UpsampleLayer | AttentionLayer | DetectLayer;

/** A convolution's weight shape [out, in / groups, k, k]. */
export function weightShape(layer: ConvLayer): [number, number, number, number] {
  return [layer.output.channels, layer.input.channels / layer.groups, layer.kernel, layer.kernel];
}
