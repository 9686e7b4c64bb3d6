import { InputError } from '../../core/errors.ts';
import type { OnnxModel } from '../../onnx/graph.ts';
import { ModelFile } from '../../onnx/model-file.ts';
import { type ParseOptions, parseModel } from '../../onnx/parse.ts';
import { type GoalOptions, goalFor } from './goal.ts';
import { mend } from './mend.ts';
import { verify } from './verify.ts';

/** What the repaired file shall return. */
export type Output = 'detections' | 'raw' | 'mod-free';

export interface RepairOptions extends GoalOptions, ParseOptions {
  /** Operator set to write; other than the file's own only by rebuilding. */
  opset?: number;
  /** Weights and activations in float16, the head in float32; only by rebuilding. */
  half?: boolean;
  /** Default: as the file has it. Others than the file's own only by rebuilding. */
  output?: Output;
  /** Writes the network anew with the file's weights, even where the graph could be mended. */
  forceRebuild?: boolean;
  /** How to write the network anew, where that is wanted. */
  rebuild?: (model: OnnxModel, options: RepairOptions) => Uint8Array;
}

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
    const attempt = tryMend(bytes, model, options);
    if (Array.isArray(attempt)) reasons.push(...attempt);
    else return attempt;
  }
  return rebuild(model, options, reasons);
}

/** Wishes that mending cannot meet. */
function whyRebuild(model: OnnxModel, { opset, half, output, forceRebuild }: RepairOptions): string[] {
  return [
    ...(forceRebuild ? ['a rebuild was asked for'] : []),
    ...(opset !== undefined && opset !== model.opset ? [`operator set ${opset} is wanted and the file has ${model.opset}`] : []),
    ...(half ? ['float16 is wanted'] : []),
    ...(output ? [`the output "${output}" is wanted`] : []),
  ];
}

function tryMend(bytes: Uint8Array, model: OnnxModel, options: RepairOptions): Repair | string[] {
  const file = ModelFile.open(bytes, options);
  if (file.hasSubgraphs) return ['it has nodes with graphs inside'];
  const changes = mend(file, goalFor(model, options));
  const mended = file.toBytes();
  const faults = verify(model, parseModel(mended));
  return faults.length === 0 ? { bytes: mended, changes, way: 'mended' } : faults;
}

function rebuild(model: OnnxModel, options: RepairOptions, reasons: readonly string[]): Repair {
  if (!options.rebuild) throw refusal('a graph that can be mended in place', reasons);
  const bytes = options.rebuild(model, options);
  const faults = verify(model, parseModel(bytes));
  if (faults.length > 0) throw refusal('a rebuilt file that passes verification', faults);
  return { bytes, changes: reasons.map((reason) => `written anew: ${reason}`), way: 'rebuilt' };
}

function refusal(expected: string, reasons: readonly string[]): InputError {
  const remedy = 'No file was written. Export the model again, or say --rebuild if it is a YOLOv10.';
  return new InputError('unsupported', { expected, found: reasons.join('; '), remedy });
}
