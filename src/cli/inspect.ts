import type { OnnxModel, OnnxValue } from '../onnx/graph.ts';
import { parseModel } from '../onnx/parse.ts';
import { weightShape, type Layer } from '../yolov10/layers.ts';
import { countFlops, countParameters, layerFlops, rowCount } from '../yolov10/network.ts';
import { readYolov10, type Yolov10 } from '../yolov10/read.ts';
import type { Io } from './io.ts';
import { openModelFiles } from './model-file.ts';
import { badArgument, describeOptions, parseOptions, sizeOption, type OptionSpecs } from './options.ts';
import { byteSize, table, type Column } from './table.ts';

const options = {
  imgsz: { value: 'N|HxW', about: 'Input size for shapes and cost; the export\'s own, else 640, where left out' },
  all: { about: 'List every layer, not only the modules' },
  json: { about: 'Write JSON to stdout instead of tables' },
} satisfies OptionSpecs;

export const help = `yolov10-webgpu inspect <model> [options]

Describes an exported YOLOv10: scale, classes, exporter, dynamic dimensions, layers with shapes, parameters and cost.
For what is wrong with an export, see "doctor".
Exit code: 0 done, 1 something failed, 2 not readable or a mistake in the command line.

${describeOptions(options)}
`;

/** The command `inspect`. */
export async function run(args: string[], io: Io): Promise<number> {
  const { values, switches, positionals } = parseOptions(args, options);
  const [source, ...rest] = positionals;
  if (source === undefined || rest.length > 0) throw badArgument('one model', `${positionals.length}`, 'Example: inspect yolov10n.onnx');
  const asked = sizeOption('imgsz', values.imgsz);
  const { bytes, external } = await openModelFiles(source, io);
  const model = parseModel(bytes, { external });
  const byteCount = [bytes, ...external.values()].reduce((sum, { length }) => sum + length, 0);
  const network = readYolov10(model);
  const size = asked ?? network.imageSize ?? { height: 640, width: 640 };
  const report = describeModel(source, byteCount, model, network, size);
  io.out(switches.has('json') ? `${JSON.stringify(report, undefined, 2)}\n` : print(report, switches.has('all')));
  return 0;
}

interface LayerReport {
  /** Module path such as `model.10.attn.pe`, or the ONNX name of the output. */
  name: string;
  kind: string;
  /** [channels, height, width]; one of several where a layer splits. */
  shape: number[];
  parameters: number;
  flops: number;
}

export interface ModelReport {
  file: string;
  bytes: number;
  scale: string | null;
  labels: string[];
  /** Whether the labels are the file's own. */
  named: boolean;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  /** Names of dimensions that are not fixed. */
  dynamic: string[];
  exporter: string;
  opset: number;
  irVersion: number;
  weights: { type: string; foundBy: string; batchNorm: string };
  size: { height: number; width: number };
  parameters: number;
  /** Floating-point operations for one picture, two per multiply-add. */
  flops: number;
  layers: LayerReport[];
}

function describeModel(file: string, bytes: number, model: OnnxModel, network: Yolov10, size: { height: number; width: number }): ModelReport {
  const { inputs, outputs, nodes } = model.graph;
  const named = inputs.flatMap(({ dims }) => dims ?? []).filter((dim) => typeof dim !== 'number').map((dim) => dim ?? 'unnamed');
  return {
    file, bytes, scale: network.scale, labels: network.labels, named: model.metadata.has('names'), inputs, outputs, dynamic: [...new Set(named)],
    exporter: model.producer || 'not named', opset: model.opset, irVersion: model.irVersion,
    weights: {
      type: weightType(model), foundBy: network.foundBy,
      batchNorm: nodes.some(({ op }) => op === 'BatchNormalization') ? 'not folded' : 'folded',
    },
    size, parameters: countParameters(network.layers), flops: countFlops(network.layers, size.height, size.width),
    layers: network.layers.map((layer) => describeLayer(layer, size, network)),
  };
}

/** The type most weight elements have. */
function weightType({ graph }: OnnxModel): string {
  const bytesOf = new Map<string, number>();
  const constants = graph.nodes.flatMap(({ attributes }) => [...attributes.values()].flatMap((attribute) => (attribute.kind === 'tensor' ? attribute.value : [])));
  for (const { dataType, bytes } of [...graph.initializers.values(), ...constants]) bytesOf.set(dataType, (bytesOf.get(dataType) ?? 0) + bytes.length);
  return [...bytesOf].toSorted(([, a], [, b]) => b - a)[0]?.[0].replace(/^float$/, 'float32') ?? 'none';
}

function describeLayer(layer: Layer, { height, width }: { height: number; width: number }, { config }: Yolov10): LayerReport {
  const output = layer.kind === 'detect' ? undefined : layer.kind === 'split' ? layer.outputs[0] : layer.output;
  const rows = layer.kind === 'detect' ? [rowCount(height, width), 6] : [];
  return {
    name: 'path' in layer ? layer.path : output!.name,
    kind: layer.kind === 'conv' ? convolutionKind(layer) : layer.kind === 'detect' ? `detect, ${config.head.classCount} classes` : layer.kind,
    shape: output ? [output.channels, height / output.stride, width / output.stride] : rows,
    parameters: layer.kind === 'conv' ? weightShape(layer).reduce((a, b) => a * b, 1) + layer.output.channels : 0,
    flops: layerFlops(layer, height, width),
  };
}

function convolutionKind({ kernel, stride, groups, activation }: Extract<Layer, { kind: 'conv' }>): string {
  return `conv ${kernel}x${kernel}${stride > 1 ? ` /${stride}` : ''}${groups > 1 ? ' depthwise' : ''}${activation === 'none' ? '' : ` ${activation}`}`;
}

function print(report: ModelReport, all: boolean): string {
  const { size, labels, weights } = report;
  const facts = [
    ['network', `YOLOv10${report.scale ? `-${report.scale.toUpperCase()}` : ', custom scale'}, ${labels.length} classes`],
    ['input', report.inputs.map(signature).join('; ')],
    ['output', report.outputs.map(signature).join('; ')],
    ['dynamic', report.dynamic.join(', ') || 'nothing: batch and size are fixed in the file (this engine runs any)'],
    ['exporter', `${report.exporter}, opset ${report.opset}, IR ${report.irVersion}`],
    ['weights', `${weights.type}, found by ${weights.foundBy}, batch norm ${weights.batchNorm}`],
    ['parameters', `${report.parameters.toLocaleString('en')} (one-to-one head, batch norm folded)`],
    ['cost', `${(report.flops / 1e9).toFixed(2)} GFLOPs per picture of ${size.height} x ${size.width}`],
    ['classes', report.named ? wrapLabels(labels) : 'the file names none'],
  ];
  const lines = facts.map(([name, fact]) => `  ${name!.padEnd(12)}${fact}\n`).join('');
  return `${report.file}  ${byteSize(report.bytes)}\n${lines}\nLayers at ${size.height} x ${size.width}:\n${layerTable(all ? report.layers : modules(report.layers), report)}`;
}

function layerTable(layers: LayerReport[], { flops }: ModelReport): string {
  const right = (title: string): Column => ({ title, align: 'right' });
  const columns = [{ title: 'name' }, { title: 'layer' }, right('output'), right('parameters'), right('MFLOPs'), right('share')];
  return table(columns, layers.map((layer) => [
    layer.name, layer.kind, `[${layer.shape.join(', ')}]`, layer.parameters.toLocaleString('en'),
    (layer.flops / 1e6).toFixed(1), `${((100 * layer.flops) / flops).toFixed(1)} %`,
  ]));
}

const moduleKinds = [
  'Conv', 'Conv', 'C2f', 'Conv', 'C2f', 'SCDown', 'C2f', 'SCDown', 'C2f', 'SPPF', 'PSA', 'Upsample', 'Concat', 'C2f', 'Upsample', 'Concat',
  'C2f', 'Conv', 'Concat', 'C2f', 'SCDown', 'Concat', 'C2f', 'Detect',
];

/** Layers summed up by the modules of the paper, `model.0` to `model.23`. */
function modules(layers: LayerReport[]): LayerReport[] {
  return moduleKinds.map((kind, index) => {
    const own = layers.filter(({ name }) => new RegExp(`^/?model\\.${index}(?![0-9])`).test(name));
    const hasInverted = own.some(({ name }) => /\.m\.\d+\.cv1\.\d/.test(name));
    const sum = (field: 'parameters' | 'flops'): number => own.reduce((total, layer) => total + layer[field], 0);
    return { name: `model.${index}`, kind: hasInverted ? 'C2fCIB' : kind, shape: own.at(-1)?.shape ?? [], parameters: sum('parameters'), flops: sum('flops') };
  });
}

function signature({ name, dataType, dims }: OnnxValue): string {
  return `${name} ${dims ? `[${dims.map((dim) => dim ?? '?').join(', ')}]` : '[rank unknown]'} ${dataType === 'float' ? 'float32' : dataType}`;
}

function wrapLabels(labels: string[]): string {
  const shown = labels.slice(0, 12).map((label, index) => `${index} ${label}`).join(', ');
  return labels.length > 12 ? `${shown}, ... (${labels.length - 12} more: --json)` : shown;
}
