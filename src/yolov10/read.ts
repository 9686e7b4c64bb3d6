import { InputError } from '../core/errors.ts';
import type { DeclaredDim, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from '../onnx/graph.ts';
import { DOWNS, STAGES, attentionConfig, nameScale } from './config.ts';
import type { Block, DownIndex, NetworkConfig, ScaleName, StageConfig, StageIndex } from './config.ts';
import { constantLookup, type Convolution, findConvolutions } from './convolutions.ts';
import { readLabels } from './labels.ts';
import { type ConvLayer, type Layer, weightShape } from './layers.ts';
import { drawNetwork } from './network.ts';
import { isDistributionSum, nameByPosition } from './positions.ts';
import { normalization, preparation } from './preparation.ts';
import { checkSampling } from './sampling.ts';
import { type ConvWeights, foldSmallKernel, readWeights } from './weights.ts';
import { checkWiring } from './wiring.ts';

/** A YOLOv10 read out of a file: our own wiring, the file's weights. */
export interface Yolov10 {
  config: NetworkConfig;
  /** The published scale it is, or null for a custom one. */
  scale: ScaleName | null;
  layers: Layer[];
  /** By module path, e.g. `model.10.attn.pe`. */
  weights: Map<string, ConvWeights>;
  labels: string[];
  /** Input size the export was made for, if it says so. */
  imageSize: { height: number; width: number } | null;
  /** Nodes that change the picture before the first convolution; like all wiring, they are not part of what is read. */
  preparation: OnnxNode[];
  /** Those of them after which the first convolution may read something else than RGB in 0..1. */
  normalization: OnnxNode[];
  /**
   * The head whose weights were read: rows of the one-to-many head name an object many times over, for a suppression to thin.
   * Unknown where names are lost and the graph picks no rows; it is then taken to be the one-to-one head.
   */
  head: 'one-to-one' | 'one-to-many' | 'unknown';
  /** Whether weights were found by their names or by their place in the graph. */
  foundBy: 'name' | 'position';
}

/**
 * Reads configuration and weights out of an ONNX file. The file's own wiring is not used, so an export whose Reshapes
 * are broken reads as well as a sound one.
 * @throws InputError 'not-yolov10' saying what is missing or other, 'bad-weights' for wrong shapes, NaN or infinities
 */
export function readYolov10(model: OnnxModel): Yolov10 {
  const found = findConvolutions(model.graph);
  const { named, head } = byName(found);
  const foundBy = named.has('model.0') && named.has('model.23.one2one_cv2.0.0') ? 'name' : 'position';
  const convolutions = foundBy === 'name' ? named : nameByPosition(found);
  const config = readConfig(convolutions);
  const layers = drawNetwork(config);
  const constant = constantLookup(model.graph);
  const prepared = preparation(model.graph, need(convolutions, 'model.0').input);
  checkSampling(model.graph.nodes.filter((node) => !prepared.includes(node)), constant);
  return {
    config,
    scale: nameScale(config),
    layers,
    weights: collectWeights(layers, convolutions),
    labels: readLabels(model.metadata.get('names'), config.head.classCount),
    imageSize: readImageSize(model),
    head: foundBy === 'name' ? head : headByUse(model.graph),
    preparation: prepared,
    normalization: normalization(prepared, constant),
    foundBy,
  };
}

/** Named convolutions; a file that carries only the one-to-many head is read by that. */
function byName(found: Convolution[]): { named: Map<string, Convolution>; head: Yolov10['head'] } {
  const named = new Map<string, Convolution>();
  for (const conv of found) if (conv.path && !isDistributionSum(conv)) named.set(conv.path, conv);
  const head = named.has('model.23.one2one_cv2.0.0') ? 'one-to-one' : 'one-to-many';
  for (const [path, conv] of [...named]) {
    const oneToOne = path.replace(/^model\.23\.(cv[23])\./, 'model.23.one2one_$1.');
    if (!named.has(oneToOne)) named.set(oneToOne, conv);
  }
  return { named, head };
}

/** Without names, a graph that picks the best and suppresses none tells that an object is reported once. */
function headByUse({ nodes }: OnnxGraph): Yolov10['head'] {
  const thins = nodes.some(({ op }) => op === 'NonMaxSuppression' || op.includes('NMS'));
  return !thins && nodes.some(({ op }) => op === 'TopK') ? 'one-to-one' : 'unknown';
}

type Convolutions = ReadonlyMap<string, Convolution>;

function readConfig(convolutions: Convolutions): NetworkConfig {
  const out = (path: string): number => need(convolutions, path).weight.dims[0]!;
  const hidden = out('model.10.cv1') / 2;
  return {
    stages: Object.fromEntries(STAGES.map((index) => [index, readStage(convolutions, index, out)])) as Record<StageIndex, StageConfig>,
    downs: Object.fromEntries(DOWNS.map((index) => [index, out(downPath(index))])) as Record<DownIndex, number>,
    sppf: { hidden: out('model.9.cv1'), out: out('model.9.cv2') },
    psa: attentionConfig(hidden, out('model.10.ffn.0')),
    head: {
      boxChannels: out('model.23.one2one_cv2.0.0'),
      classChannels: out('model.23.one2one_cv3.0.0.1'),
      classCount: out('model.23.one2one_cv3.0.2'),
      bins: out('model.23.one2one_cv2.0.2') / 4,
    },
  };
}

const downPath = (index: DownIndex): string => ([5, 7, 20].includes(index) ? `model.${index}.cv2` : `model.${index}`);

function readStage(convolutions: Convolutions, index: StageIndex, out: (path: string) => number): StageConfig {
  const path = `model.${index}`;
  let repeats = 0;
  while (convolutions.has(`${path}.m.${repeats}.cv1`) || convolutions.has(`${path}.m.${repeats}.cv1.0`)) repeats++;
  return { out: out(`${path}.cv2`), hidden: out(`${path}.cv1`) / 2, repeats, block: readBlock(convolutions, `${path}.m.0`) };
}

function readBlock(convolutions: Convolutions, path: string): Block {
  if (!convolutions.has(`${path}.cv1.0`)) return 'bottleneck';
  const centre = convolutions.get(`${path}.cv1.2`) ?? need(convolutions, `${path}.cv1.2.conv`);
  return centre.weight.dims[2] === 7 ? 'cib-large' : 'cib';
}

function collectWeights(layers: Layer[], convolutions: Convolutions): Map<string, ConvWeights> {
  const weights = new Map<string, ConvWeights>();
  for (const layer of layers) if (layer.kind === 'conv') weights.set(layer.path, layerWeights(layer, convolutions));
  return weights;
}

function layerWeights(layer: ConvLayer, convolutions: Convolutions): ConvWeights {
  const [large, small] = ['conv', 'conv1'].map((name) => convolutions.get(`${layer.path}.${name}`));
  if (large && small) {
    checkShape(`${layer.path}.conv`, weightShape(layer), large);
    checkShape(`${layer.path}.conv1`, [layer.output.channels, 1, 3, 3], small);
    for (const conv of [large, small]) checkWiring(layer, conv);
    return foldSmallKernel(readWeights(layer.path, large), readWeights(layer.path, small));
  }
  const conv = need(convolutions, layer.path);
  checkShape(layer.path, weightShape(layer), conv);
  checkWiring(layer, conv);
  return readWeights(layer.path, conv);
}

function checkShape(path: string, expected: number[], conv: Convolution): void {
  if (String(conv.weight.dims) === String(expected)) return;
  throw new InputError('bad-weights', {
    expected: `a weight of shape [${expected}] for "${path}"`,
    found: `[${conv.weight.dims}] in ${conv.label}`,
    remedy: 'Is this a YOLOv10 export? Other YOLO versions have other layers.',
  });
}

function need(convolutions: Convolutions, path: string): Convolution {
  const conv = convolutions.get(path);
  if (conv) return conv;
  throw new InputError('not-yolov10', {
    expected: `weights for "${path}"`,
    found: `none among ${convolutions.size} named convolutions`,
    remedy: 'Is this an export of YOLOv10? Other networks, other YOLO versions included, cannot be run.',
  });
}

function readImageSize(model: OnnxModel): Yolov10['imageSize'] {
  const size = statedSize(model);
  return size && size.height % 32 === 0 && size.width % 32 === 0 ? size : null;
}

/** The input that takes pictures: the first of rank 4. */
export function pictureInput({ graph }: OnnxModel): OnnxValue | undefined {
  return graph.inputs.find(({ dims }) => dims?.length === 4);
}

/** An input's dimensions as [batch, channels, height, width], where the file has its channels last too. */
export function channelsFirst(dims: DeclaredDim[]): DeclaredDim[] {
  const [batch, height, width, channels] = dims;
  return hasChannelsLast(dims) ? [batch!, channels!, height!, width!] : dims;
}

/** Whether an input takes [batch, height, width, 3], as files converted from TensorFlow do. */
export function hasChannelsLast(dims: readonly DeclaredDim[] | null | undefined): boolean {
  return dims?.length === 4 && dims[3] === 3 && dims[1] !== 3;
}

/** Height and width in pixels that a file says it is made for: those its input declares as numbers, else its metadata. */
export function statedSize(model: OnnxModel): { height: number; width: number } | undefined {
  const [, , height, width] = channelsFirst(pictureInput(model)?.dims ?? []);
  const isStated = typeof height === 'number' && typeof width === 'number' && height > 0 && width > 0; // some write 0 for "any"
  return isStated ? { height, width } : metadataSize(model.metadata);
}

/** The size in the metadata `imgsz`, which exporters write as `[640, 640]` or `640`. */
export function metadataSize(metadata: ReadonlyMap<string, string>): { height: number; width: number } | undefined {
  const [height, width = height] = metadata.get('imgsz')?.match(/\d+/g)?.map(Number) ?? [];
  return height && width ? { height, width } : undefined;
}
