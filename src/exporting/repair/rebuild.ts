import type { OnnxModel, OnnxNode, OnnxValue } from '../../onnx/graph.ts';
import { serializeModel } from '../../onnx/serialize.ts';
import { listed, refusePreparation } from '../../yolov10/preparation.ts';
import { readYolov10, type Yolov10 } from '../../yolov10/read.ts';
import { checkHead } from '../../yolov10/wiring.ts';
import { type OutputForm, reexport, WRITTEN_DESCRIPTION } from '../reexport.ts';
import { OPSETS } from '../reexport/options.ts';
import { inferShapes } from '../shapes/infer.ts';
import { formChanges, isHalf, outputForm, rowsToKeep } from './form.ts';
import { type Goal, type GoalOptions, goalFor } from './goal.ts';
import { staleMetadata } from './metadata.ts';

export interface RebuildOptions extends GoalOptions {
  /** Default: the file's, or the nearest that is written. */
  opset?: number;
  /** Default: whether the file's weights are float16. */
  half?: boolean;
  /** Default: what the file returns. */
  output?: OutputForm;
  /**
   * Writes the network anew with the file's weights, even where the graph could be mended, and even where nodes before the
   * first convolution are lost by that: then `changes` names them.
   */
  forceRebuild?: boolean;
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
 * what it returns, has only the one-to-many head where rows are wanted, or does to pictures what nobody asked to leave out
 */
export function rebuild(model: OnnxModel, options: RebuildOptions): Rebuilt {
  const network = readYolov10(model);
  if (!options.forceRebuild) refusePreparation(network.preparation, 'a network written anew does not have', `Leave them out with --rebuild, and ${whatToGive}.`);
  const goal = goalFor(model, options);
  const inference = inferShapes(model);
  const wasHalf = isHalf(model, inference);
  const half = options.half ?? wasHalf;
  const output = options.output ?? outputForm(model, inference, network.config.head.classCount);
  if (output === 'detections' || output === 'mod-free') checkHead(network);
  const wiring = reexport(network, { dynamic: goal.dynamic, batch: options.batch, opset: opsetFor(model, options), half, output, rows: rowsToKeep(model, inference, network.imageSize), ...sizeFor(goal, network) });
  const written = network.head === 'one-to-many' ? withOtherHead(wiring) : wiring;
  const renamed = withNames(written, new Map([['images', goal.input.name], ['output0', model.graph.outputs[0]?.name ?? 'output0']]));
  const stale = staleMetadata(model, goal);
  const changes = [
    ...leftOut(network.preparation),
    ...differences(model, renamed, goal.input),
    ...formChanges(model, inference, network.config.head.classCount, output),
    ...(half === wasHalf ? [] : [`weights in ${half ? 'float16' : 'float32'}`]),
    ...[...stale].map(([key, value]) => `metadata ${key} → ${value}`),
  ];
  return { bytes: serializeModel({ ...renamed, metadata: metadataOf(model, written, stale) }), network, half, changes };
}

function opsetFor(model: OnnxModel, { opset }: RebuildOptions): number {
  return opset ?? Math.min(OPSETS.highest, Math.max(OPSETS.lowest, model.opset));
}

function sizeFor({ dims: [, , height, width] }: Goal, { imageSize }: Yolov10): { height?: number; width?: number } {
  return typeof height === 'number' && typeof width === 'number' ? { height, width } : (imageSize ?? {});
}

/** The file's own entries, except those that would be wrong of the new one; names are not made up where it has none. */
function metadataOf(model: OnnxModel, written: OnnxModel, stale: ReadonlyMap<string, string>): Map<string, string> {
  const metadata = new Map([...written.metadata, ...model.metadata, ...stale]);
  if (!model.metadata.has('names')) metadata.delete('names');
  if (WRITTEN_DESCRIPTION.test(metadata.get('description') ?? '')) metadata.set('description', written.metadata.get('description')!);
  return metadata;
}

const whatToGive = 'give the new file what they made of the picture, for YOLOv10 RGB in 0..1';

function leftOut(nodes: readonly OnnxNode[]): string[] {
  return nodes.length > 0 ? [`left out before the first convolution: ${listed(nodes)}; ${whatToGive}`] : [];
}

/** The model with its head under the names of the one-to-many head, whose rows want a suppression. */
function withOtherHead(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const rename = (name: string): string => name.replaceAll('one2one_cv', 'cv');
  const renamed = <T extends { name: string }>(named: T): T => ({ ...named, name: rename(named.name) });
  const nodes = graph.nodes.map((node) => ({ ...renamed(node), inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  const initializers = new Map([...graph.initializers.values()].map((tensor) => [rename(tensor.name), renamed(tensor)]));
  return { ...model, graph: { ...graph, nodes, initializers, values: graph.values.map(renamed) } };
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
