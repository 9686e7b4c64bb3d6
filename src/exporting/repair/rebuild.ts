import type { OnnxModel, OnnxValue } from '../../onnx/graph.ts';
import { serializeModel } from '../../onnx/serialize.ts';
import { readYolov10, type Yolov10 } from '../../yolov10/read.ts';
import { type OutputForm, reexport } from '../reexport.ts';
import { OPSETS } from '../reexport/options.ts';
import { isHalf, outputForm } from './form.ts';
import { type GoalOptions, goalFor } from './goal.ts';

export interface RebuildOptions extends GoalOptions {
  /** Default: the file's, or the nearest that is written. */
  opset?: number;
  /** Default: whether the file's weights are float16. */
  half?: boolean;
  /** Default: what the file returns. */
  output?: OutputForm;
}

export interface Rebuilt {
  bytes: Uint8Array;
  network: Yolov10;
  half: boolean;
  /** In what the new file differs from outside, in words. */
  changes: string[];
}

/**
 * Writes the network anew with the file's weights and metadata and its names of input and output: for graphs that cannot
 * be mended, or for what only other wiring gives.
 * @throws InputError 'not-yolov10' or 'bad-weights' where the file holds no YOLOv10, 'unsupported' where it does not tell
 * what it returns
 */
export function rebuild(model: OnnxModel, options: RebuildOptions): Rebuilt {
  const network = readYolov10(model);
  const goal = goalFor(model, options);
  const [, , height, width] = goal.dims;
  const size = typeof height === 'number' && typeof width === 'number' ? { height, width } : (network.imageSize ?? {});
  const half = options.half ?? isHalf(model);
  const opset = options.opset ?? Math.min(OPSETS.highest, Math.max(OPSETS.lowest, model.opset));
  const output = options.output ?? outputForm(model, network.config.head.classCount);
  const written = reexport(network, { dynamic: goal.dynamic, batch: options.batch, opset, half, output, ...size });
  const renamed = withNames(written, new Map([['images', goal.input.name], ['output0', model.graph.outputs[0]?.name ?? 'output0']]));
  const metadata = new Map([...model.metadata, ...written.metadata]);
  const names = model.metadata.get('names');
  if (names) metadata.set('names', names);
  const changes = [...differences(model, renamed, goal.input), ...(half === isHalf(model) ? [] : [`weights in ${half ? 'float16' : 'float32'}`])];
  return { bytes: serializeModel({ ...renamed, metadata }), network, half, changes };
}

/** The model with values renamed, except to names that others have. */
function withNames(model: OnnxModel, names: Map<string, string>): OnnxModel {
  const { graph } = model;
  const taken = new Set([...graph.initializers.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs), ...names.keys()]);
  const rename = (name: string): string => {
    const wish = names.get(name);
    return wish === undefined || taken.has(wish) ? name : wish;
  };
  const renameValue = (value: OnnxValue): OnnxValue => ({ ...value, name: rename(value.name) });
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  return { ...model, graph: { ...graph, nodes, inputs: graph.inputs.map(renameValue), outputs: graph.outputs.map(renameValue) } };
}

function differences(before: OnnxModel, after: OnnxModel, picture: OnnxValue): string[] {
  const [output, ...more] = before.graph.outputs;
  const gone = [...before.graph.inputs.filter((input) => input !== picture), ...more];
  return [
    ...difference('input', describe(picture), describe(after.graph.inputs[0]!)),
    ...(output ? difference('output', describe(output), describe(after.graph.outputs[0]!)) : []),
    ...gone.map(({ name }) => `"${name}" is left out`),
    ...difference('operator set', String(before.opset), String(after.opset)),
  ];
}

function difference(what: string, before: string, after: string): string[] {
  return before === after ? [] : [`${what} ${before} → ${after}`];
}

function describe({ name, dataType, dims }: OnnxValue): string {
  return `"${name}" ${dataType} [${dims?.map((dim) => dim ?? '?') ?? '?'}]`;
}
