import type { OnnxModel } from '../../onnx/graph.ts';
import { serializeModel } from '../../onnx/serialize.ts';
import { readYolov10, type Yolov10 } from '../../yolov10/read.ts';
import { type OutputForm, reexport } from '../reexport.ts';
import { type Goal, type GoalOptions, goalFor } from './goal.ts';

export interface RebuildOptions extends GoalOptions {
  opset?: number;
  half?: boolean;
  output?: OutputForm;
}

export interface Rebuilt {
  bytes: Uint8Array;
  network: Yolov10;
}

/**
 * Writes the network anew with the file's weights and metadata: for graphs that cannot be mended, or for what only other
 * wiring gives. @throws InputError 'not-yolov10' or 'bad-weights' where the file holds no YOLOv10
 */
export function rebuild(model: OnnxModel, options: RebuildOptions): Rebuilt {
  const network = readYolov10(model);
  const written = reexport(network, { ...options, ...sizeOf(goalFor(model, options)), opset: options.opset ?? knownOpset(model.opset) });
  const metadata = new Map([...model.metadata, ...written.metadata]);
  const names = model.metadata.get('names');
  if (names) metadata.set('names', names);
  return { bytes: serializeModel({ ...written, metadata }), network };
}

/** The file's own operator set where we write it, else the nearest. */
function knownOpset(opset: number): number {
  return Math.min(20, Math.max(11, opset));
}

function sizeOf({ dims: [, , height, width] }: Goal): { height?: number; width?: number } {
  return typeof height === 'number' && typeof width === 'number' ? { height, width } : {};
}
