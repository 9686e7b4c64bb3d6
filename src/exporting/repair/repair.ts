import { InputError } from '../../core/errors.ts';
import type { OnnxModel } from '../../onnx/graph.ts';
import { withMetadata } from '../../onnx/metadata.ts';
import { ModelFile } from '../../onnx/model-file.ts';
import { type ParseOptions, parseModel } from '../../onnx/parse.ts';
import { hasChannelsLast, pictureInput, readYolov10 } from '../../yolov10/read.ts';
import { type Goal, goalFor } from './goal.ts';
import { mend } from './mend.ts';
import { staleMetadata } from './metadata.ts';
import { shareAll } from './other-inputs.ts';
import { type RebuildOptions, rebuild } from './rebuild.ts';
import { verifyNetwork, verifyShapes, verifyWeights } from './verify.ts';

export interface RepairOptions extends RebuildOptions, ParseOptions {}

export interface Repair {
  /** The repaired file. */
  bytes: Uint8Array;
  /** What was changed, in words. */
  changes: string[];
  /** Whether the given graph was mended, or written anew. */
  way: 'mended' | 'rebuilt';
}

/**
 * Makes an export whose every shape follows from its input, by mending the given graph where that suffices and else by
 * writing the network anew with its weights. The result is verified: shapes, ONNX's view of them, weights to the bit.
 * @throws InputError as `parseModel`; 'unsupported', with the reasons, rather than return a file that fails verification
 */
export function repair(bytes: Uint8Array, options: RepairOptions = {}): Repair {
  const model = parseModel(bytes, options);
  const reasons = whyRebuild(model, options);
  if (reasons.length === 0) {
    const mended = tryMend(bytes, model, options);
    if (!Array.isArray(mended)) return mended;
    reasons.push(...mended);
  }
  return rewrite(model, options, reasons);
}

/** Wishes that mending cannot meet. */
function whyRebuild(model: OnnxModel, { opset, half, output, forceRebuild }: RepairOptions): string[] {
  return [
    ...(hasChannelsLast(pictureInput(model)?.dims) ? ['its input has the channels last'] : []),
    ...(forceRebuild ? ['a rebuild was asked for'] : []),
    ...(opset !== undefined && opset !== model.opset ? [`operator set ${opset} is wanted and the file has ${model.opset}`] : []),
    ...(half ? ['float16 is wanted'] : []),
    ...(output ? [`the output "${output}" is wanted`] : []),
  ];
}

/** Mends towards the goal, or where that fails with every input shared that may have been made for one picture. */
function tryMend(bytes: Uint8Array, model: OnnxModel, options: RepairOptions): Repair | string[] {
  const goal = goalFor(model, options);
  const mended = mendTowards(goal, bytes, model, options);
  return Array.isArray(mended) && goal.others.perPicture.length > 0 ? mendTowards(shareAll(goal), bytes, model, options) : mended;
}

function mendTowards(goal: Goal, bytes: Uint8Array, model: OnnxModel, options: RepairOptions): Repair | string[] {
  const stale = staleMetadata(model, goal);
  const file = ModelFile.open(stale.size > 0 ? withMetadata(bytes, stale) : bytes, options);
  if (file.hasSubgraphs) return ['it has nodes with graphs inside'];
  const changes = [...mend(file, goal), ...[...stale].map(([key, value]) => `metadata ${key} → ${value}`)];
  const mended = file.toBytes();
  const after = parseModel(mended);
  const faults = [...verifyShapes(after, true), ...verifyWeights(model, after)];
  return faults.length === 0 ? { bytes: mended, changes, way: 'mended' } : faults;
}

function rewrite(model: OnnxModel, options: RepairOptions, reasons: readonly string[]): Repair {
  const { bytes, network, half, changes } = attempt(() => rebuild(model, options), reasons);
  const after = parseModel(bytes);
  const faults = [...verifyShapes(after, false), ...attempt(() => verifyNetwork(network, readYolov10(after), half), reasons)];
  if (faults.length > 0) throw refusal('a rebuilt file that passes verification', faults, exportAgain);
  return { bytes, changes: [...reasons.map((reason) => `written anew: ${reason}`), ...changes], way: 'rebuilt' };
}

/** A file that can be neither mended nor written anew is refused for both reasons. */
function attempt<T>(action: () => T, reasons: readonly string[]): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof InputError) || error.code === 'bad-argument') throw error;
    throw refusal('a file that can be repaired', [...reasons, `and writing it anew: expected ${error.expected}, found ${error.found}`], error.remedy);
  }
}

const exportAgain = 'Export the model again from its checkpoint.';

function refusal(expected: string, reasons: readonly string[], remedy: string): InputError {
  return new InputError('unsupported', { expected, found: reasons.join('; '), remedy: `No file was written. ${remedy}` });
}
