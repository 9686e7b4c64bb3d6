import type { OnnxModel, OnnxNode } from '../../onnx/graph.ts';
import { serializeModel } from '../../onnx/serialize.ts';
import { listed, refusePreparation } from '../../yolov10/preparation.ts';
import { readYolov10, type Yolov10 } from '../../yolov10/read.ts';
import { checkHead } from '../../yolov10/wiring.ts';
import { type OutputForm, reexport, type ReexportOptions, WRITTEN_DESCRIPTION } from '../reexport.ts';
import { OPSETS } from '../reexport/options.ts';
import { type Inference, inferShapes } from '../shapes/infer.ts';
import { differences } from './differences.ts';
import { formChanges, isHalf, outputForm, rowsToKeep } from './form.ts';
import { type Goal, type GoalOptions, goalFor } from './goal.ts';
import { staleMetadata } from './metadata.ts';
import { withNames, withOtherHead } from './renamed.ts';

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

/** A file to be written anew, what is known of it, and how the new one is to be written. */
interface Rebuilding {
  model: OnnxModel;
  network: Yolov10;
  inference: Inference;
  goal: Goal;
  settings: ReexportOptions & Required<Pick<ReexportOptions, 'half' | 'output'>>;
}

/**
 * Writes the network anew with the file's weights and metadata and its names of input and output: for graphs that cannot
 * be mended, or for what only other wiring gives.
 * @throws InputError 'not-yolov10' or 'bad-weights' where the file holds no YOLOv10, 'unsupported' where it does not tell
 * what it returns, has only the one-to-many head where rows are wanted, or does to pictures what nobody asked to leave out
 */
export function rebuild(model: OnnxModel, options: RebuildOptions): Rebuilt {
  const rebuilding = decide(model, options);
  const { network, settings } = rebuilding;
  const stale = staleMetadata(model, rebuilding.goal);
  const written = write(rebuilding);
  const bytes = serializeModel({ ...written, metadata: metadataOf(model, written, stale) });
  return { bytes, network, half: settings.half, changes: changesOf(rebuilding, written, stale) };
}

function decide(model: OnnxModel, options: RebuildOptions): Rebuilding {
  const network = readYolov10(model);
  if (!options.forceRebuild) refusePreparation(network.preparation, 'a network written anew does not have', `Leave them out with --rebuild, and ${whatToGive}.`);
  const goal = goalFor(model, options);
  const inference = inferShapes(model);
  const output = options.output ?? outputForm(model, inference, network.config.head.classCount);
  if (output === 'detections' || output === 'mod-free') checkHead(network);
  const settings = {
    dynamic: goal.dynamic,
    batch: options.batch,
    opset: options.opset ?? Math.min(OPSETS.highest, Math.max(OPSETS.lowest, model.opset)),
    half: options.half ?? isHalf(model, inference),
    output,
    rows: rowsToKeep(model, inference, network.imageSize),
    ...sizeFor(goal, network),
  };
  return { model, network, inference, goal, settings };
}

function sizeFor({ dims: [, , height, width] }: Goal, { imageSize }: Yolov10): { height?: number; width?: number } {
  return typeof height === 'number' && typeof width === 'number' ? { height, width } : (imageSize ?? {});
}

/** The network under the file's names. */
function write({ model, network, goal, settings }: Rebuilding): OnnxModel {
  const wiring = reexport(network, settings);
  const headed = network.head === 'one-to-many' ? withOtherHead(wiring) : wiring;
  return withNames(headed, new Map([['images', goal.input.name], ['output0', model.graph.outputs[0]?.name ?? 'output0']]));
}

function changesOf({ model, network, inference, goal, settings: { half, output } }: Rebuilding, written: OnnxModel, stale: ReadonlyMap<string, string>): string[] {
  return [
    ...leftOut(network.preparation),
    ...(network.head === 'unknown' ? ['its head is taken to be the one-to-one, since names are lost and nothing else tells'] : []),
    ...differences(model, written, goal.input),
    ...formChanges(model, inference, network.config.head.classCount, output),
    ...(half === isHalf(model, inference) ? [] : [`weights in ${half ? 'float16' : 'float32'}`]),
    ...[...stale].map(([key, value]) => `metadata ${key} → ${value}`),
  ];
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
