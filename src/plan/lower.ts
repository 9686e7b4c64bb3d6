import type { AddLayer, AttentionLayer, ConvLayer, DetectLayer, PoolLayer, UpsampleLayer } from '../yolov10/layers.ts';
import { layerFlops, rowCount } from '../yolov10/network.ts';
import { type DraftStep, listView } from './draft.ts';
import type { Allocation } from './homes.ts';
import { type LoweringContext, geometry, overItems, pixelsOf, threadsOf, viewOf } from './lowering.ts';
import { blocksOf4, isDepthwise } from './weights.ts';

/** Channels that one thread of the attention sums, in four named vec4. */
const VALUES_PER_THREAD = 16;

/** Turns layers into dispatches: sums vanish into the convolution before them, splits and concats into addresses. */
export function lowerLayers(context: LoweringContext): DraftStep[] {
  const sums = new Map(context.layers.flatMap((layer): [string, AddLayer][] => (layer.kind === 'add' ? [[layer.inputs[1].name, layer]] : [])));
  return context.layers.flatMap((layer, index): DraftStep[] => {
    switch (layer.kind) {
      case 'conv':
        return [lowerConv(context, layer, sums.get(layer.output.name))];
      case 'pool':
        return context.layers[index - 1]!.kind === 'pool' ? [] : [lowerPools(context, index)];
      case 'upsample':
        return [lowerUpsample(context, layer)];
      case 'attention':
        return [lowerAttention(context, layer)];
      case 'detect':
        return lowerDetect(context, layer);
      default:
        return [];
    }
  });
}

function lowerConv(context: LoweringContext, layer: ConvLayer, sum: AddLayer | undefined): DraftStep {
  const { input } = layer;
  const output = sum?.output ?? layer.output;
  const block = context.weights.blocks.get(layer.path)!;
  const home = context.homes.of(output);
  const shortcut = sum && context.homes.of(sum.inputs[0]);
  if (shortcut && shortcut.allocation !== home.allocation) throw new Error(`the shortcut of ${layer.path} lies in another buffer`);
  const pixels = pixelsOf(context, output);
  const channels4 = blocksOf4(output.channels);
  const strips = Math.ceil(context.width / output.stride / 4) * (context.height / output.stride);
  const variant = isDepthwise(layer) ? null : context.policy.conv({ pixels, inChannels: input.channels, outChannels: output.channels, kernel: layer.kernel });
  return {
    label: layer.path,
    kernel: variant?.kernel ?? 'depthwise',
    constants: variant?.constants(layer.kernel) ?? {},
    buffers: {
      input: context.homes.of(input).allocation,
      weights: { space: 'weights', ...block.weight },
      bias: { space: 'weights', ...block.bias },
      output: home.allocation,
    },
    uniforms: {
      ...geometry(context, input, output),
      residualOffset: shortcut?.offset ?? 0,
      kernel: layer.kernel,
      stride: layer.stride,
      silu: layer.activation === 'silu' ? 1 : 0,
      residual: shortcut ? 1 : 0,
    },
    grid: variant
      ? overItems(pixels, variant.tilePixels, Math.ceil(channels4 / (variant.tileChannels / 4)))
      : overItems(strips * channels4, threadsOf('depthwise')),
    outputs: [viewOf(context, output, block.order)],
    flops: layerFlops(layer, context.height, context.width),
    reads: sum ? [input, sum.inputs[0]] : [input],
    makes: [output],
  };
}

function lowerPools(context: LoweringContext, index: number): DraftStep {
  const pools = context.layers.slice(index, index + 3) as PoolLayer[];
  const { input } = pools[0]!;
  const { allocation, offset } = context.homes.of(input);
  const channels4 = input.channels / 4;
  if (offset !== 0 || allocation.vectors !== channels4 * 4) throw new Error('the pooled maps do not fill their buffer');
  return {
    label: 'model.9.m',
    kernel: 'sppf',
    constants: {},
    buffers: { map: allocation },
    uniforms: { width: context.width / input.stride, height: context.height / input.stride, channels4 },
    grid: overItems(pixelsOf(context, input) * channels4, threadsOf('sppf')),
    outputs: pools.map((pool) => viewOf(context, pool.output)),
    flops: 0,
    reads: [input],
    makes: pools.map((pool) => pool.output),
  };
}

function lowerUpsample(context: LoweringContext, { input, output }: UpsampleLayer): DraftStep {
  return {
    label: output.name,
    kernel: 'upsample',
    constants: {},
    buffers: { input: context.homes.of(input).allocation, output: context.homes.of(output).allocation },
    uniforms: geometry(context, input, output),
    grid: overItems(pixelsOf(context, input) * blocksOf4(output.channels), threadsOf('upsample')),
    outputs: [viewOf(context, output)],
    flops: 0,
    reads: [input],
    makes: [output],
  };
}

function lowerAttention(context: LoweringContext, layer: AttentionLayer): DraftStep {
  const cells = pixelsOf(context, layer.input);
  const byFours = layer.keyDim % 4 === 0 && layer.headDim % 4 === 0;
  const kernel = byFours ? 'attention' : 'attention_any';
  const element = byFours ? 4 : 1;
  return {
    label: layer.path,
    kernel,
    constants: {},
    buffers: { qkv: context.homes.of(layer.input).allocation, output: context.homes.of(layer.output).allocation },
    uniforms: { cells, heads: layer.heads, key: layer.keyDim / element, value: layer.headDim / element, scale: 1 / Math.sqrt(layer.keyDim) },
    grid: { items: cells, perGroup: threadsOf(kernel), y: layer.heads * Math.ceil(layer.headDim / VALUES_PER_THREAD), batchAxis: 'z' },
    outputs: [viewOf(context, layer.output)],
    flops: layerFlops(layer, context.height, context.width),
    reads: [layer.input],
    makes: [layer.output],
  };
}

function lowerDetect(context: LoweringContext, layer: DetectLayer): DraftStep[] {
  const { logits } = context.homes;
  const anchors = logits.pixels;
  const rows = rowCount(context.height, context.width);
  const boxes: Allocation = { label: 'boxes', pixels: anchors, vectors: 1 };
  const scores: Allocation = { label: 'scores', pixels: anchors / 4, vectors: 1 };
  const chosen: Allocation = { label: 'chosen', pixels: rows / 4, vectors: 1 };
  const [width8, width16, width32] = layer.boxes.map((map) => context.width / map.stride);
  const [cells8, cells16] = layer.boxes.map((map) => pixelsOf(context, map));
  const uniforms = {
    anchors, width8: width8!, width16: width16!, width32: width32!, cells8: cells8!, cells16: cells16!,
    classes: layer.classCount, bins: layer.bins, anchor4: logits.vectors, rows,
  };
  const common = { uniforms, outputs: [], flops: 0, makes: [] };
  const perImage = overItems(1, 1);
  return [
    {
      ...common, label: `${layer.path}.decode`, kernel: 'decode', constants: {}, buffers: { logits, boxes, scores }, grid: overItems(anchors, threadsOf('decode')),
      outputs: [listView(`/${layer.path}/Split_3_output_0`, boxes, anchors, 4), listView(`/${layer.path}/ReduceMax_output_0`, scores, anchors, 1)],
      reads: [...layer.boxes, ...layer.classes],
    },
    { ...common, label: `${layer.path}.anchors`, kernel: context.policy.selection.anchors, constants: {}, buffers: { scores, chosen }, grid: perImage, reads: [] },
    {
      ...common,
      label: `${layer.path}.rows`,
      kernel: context.policy.selection.rows,
      constants: {},
      buffers: { logits, boxes, chosen, detections: { space: 'rows', offset: 0, size: rows * 6 * 4 } },
      grid: perImage,
      reads: [...layer.boxes, ...layer.classes],
    },
  ];
}
