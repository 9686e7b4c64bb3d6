import type { DeclaredDim, OnnxModel } from '../onnx/graph.ts';
import type { DetectLayer, FeatureMap, Layer } from '../yolov10/layers.ts';
import { DEEPEST_STRIDE } from '../yolov10/network.ts';
import type { Yolov10 } from '../yolov10/read.ts';
import { writeAttention } from './reexport/attention.ts';
import { madeMap, writeConv, writePool, writeSplit } from './reexport/features.ts';
import { GraphWriter, type Tensor } from './reexport/graph-writer.ts';
import { writeHead } from './reexport/head.ts';
import { type ReexportOptions, type Settings, cells, settle } from './reexport/options.ts';
import { writeLabels } from './reexport/write-labels.ts';

export type { DynamicDims, OutputForm, ReexportOptions } from './reexport/options.ts';

/** What a re-export needs of a network. */
export type Network = Pick<Yolov10, 'layers' | 'weights' | 'labels'>;

/**
 * Writes the network as an ONNX model of our own wiring: input `images` [batch, 3, height, width], RGB in 0..1, output
 * `output0` as `options.output` says. Every shape infers, since every Reshape has constant channels and copies the batch.
 * Tensors are named as the reference exporter names them. Where height and width are dynamic, inputs need at least 300
 * candidate boxes (128×128 has 336).
 * @throws InputError 'bad-argument' for options outside their range
 */
export function reexport(network: Network, options: ReexportOptions = {}): OnnxModel {
  const settings = settle(options);
  const w = new GraphWriter(settings.opset);
  const images: Tensor = { name: 'images', dataType: 'float', dims: inputDims(settings) };
  const output = writeLayers(w, settings, network, images);
  return {
    irVersion: irVersion(settings.opset),
    opset: settings.opset,
    otherOpsets: new Map(),
    producer: 'yolov10-webgpu',
    metadata: describe(settings, network.labels),
    graph: {
      name: 'yolov10',
      inputs: [images],
      outputs: [output],
      values: w.values.filter((value) => value !== output),
      initializers: w.initializers,
      nodes: w.nodes,
    },
  };
}

function inputDims(settings: Settings): DeclaredDim[] {
  return [settings.batch, 3, ...cells(settings, 1)];
}

function writeLayers(w: GraphWriter, settings: Settings, { layers, weights }: Network, images: Tensor): Tensor {
  const written = new Map([['images', settings.half ? w.cast(images, 'float16', 'images.half') : images]]);
  const at = ({ name }: FeatureMap): Tensor => written.get(name)!;
  const widened = (map: FeatureMap): Tensor => (settings.half ? w.cast(at(map), 'float', `${map.name}.float`) : at(map));
  for (const layer of layers) {
    if (layer.kind === 'detect') return writeHead(w, settings, layer, layer.boxes.map(widened), layer.classes.map(widened));
    for (const tensor of writeLayer(w, settings, layer, at, weights)) written.set(tensor.name, tensor);
  }
  throw new Error('the network has no head');
}

type Lookup = (map: FeatureMap) => Tensor;

function writeLayer(w: GraphWriter, settings: Settings, layer: Exclude<Layer, DetectLayer>, at: Lookup, weights: Network['weights']): Tensor[] {
  switch (layer.kind) {
    case 'conv':
      return [writeConv(w, settings, layer, at(layer.input), weights.get(layer.path)!)];
    case 'split':
      return writeSplit(w, settings, layer, at(layer.input));
    case 'concat':
      return [w.apply('Concat', layer.inputs.map(at), madeMap(settings, layer.output), { axis: 1 })];
    case 'add':
      return [w.apply('Add', layer.inputs.map(at), madeMap(settings, layer.output))];
    case 'pool':
      return [writePool(w, madeMap(settings, layer.output), at(layer.input))];
    case 'upsample':
      return [w.upsample(at(layer.input), madeMap(settings, layer.output))];
    case 'attention': {
      const { value, output } = writeAttention(w, settings, layer, at(layer.input));
      return [value, output];
    }
  }
}

/** The file format version that came with an operator set (onnx docs/Versioning.md), which older engines check. */
function irVersion(opset: number): number {
  if (opset >= 19) return 9;
  if (opset >= 15) return 8;
  return opset >= 12 ? 7 : 6;
}

/** A description that `reexport` wrote. */
export const WRITTEN_DESCRIPTION = /^YOLOv10, output [a-z-]+$/;

function describe({ height, width, batch, output }: Settings, labels: string[]): Map<string, string> {
  return new Map([
    ['description', `YOLOv10, output ${output}`],
    ['names', writeLabels(labels)],
    ['imgsz', `[${height}, ${width}]`],
    ['stride', String(DEEPEST_STRIDE)],
    ['batch', String(batch === 'batch' ? 1 : batch)],
    ['task', 'detect'],
  ]);
}
