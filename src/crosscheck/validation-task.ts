import { InputError } from '../core/errors.ts';
import type { OnnxGraph, OnnxModel, OnnxTensor } from '../onnx/graph.ts';
import { parseModel } from '../onnx/parse.ts';
import { refusePreparation } from '../yolov10/preparation.ts';
import { type Yolov10, readYolov10 } from '../yolov10/read.ts';
import type { Engine, Peer } from './engine.ts';
import type { Pictures } from './independence.ts';
import { FLOAT16_TOLERANCE, FLOAT32_TOLERANCE, type Tolerance } from './match.ts';
import { type TestPicture, testPictures } from './test-pictures.ts';
import type { Check } from './validation-report.ts';

export interface ValidateOptions {
  /** Batch sizes to try; 1, 2, 3, 4, 8 unless told. */
  batches?: readonly number[];
  /** This engine, with the same model loaded. */
  engine: Engine;
  /** Another engine with the file loaded; without one, only this engine's own results are held against each other. */
  peer?: Peer | null;
  /** Why there is no other engine, for the report. */
  withoutPeer?: string;
  /** Content of the model's data files, if it has any. */
  external?: ReadonlyMap<string, Uint8Array>;
  /** Input size in pixels; the file's own unless told. */
  height?: number;
  width?: number;
  /** Pictures of that size; drawn patterns fill the slots of a batch that is larger. */
  pictures?: readonly TestPicture[];
  /** Unless told, by whether the file's weights are float16. */
  tolerance?: Tolerance;
  signal?: AbortSignal;
  /** Called as checks are done. */
  onCheck?: (check: Check) => void;
}

/** Options checked and filled in, and the model read. */
export interface Task extends ValidateOptions {
  model: OnnxModel;
  network: Yolov10;
  /** Ascending, each once. */
  batches: number[];
  /** Whether it holds float16 numbers. */
  half: boolean;
  /** One for each slot of the largest batch. */
  slots: Pictures & { names: string[] };
  tolerance: Tolerance;
  /** A relative difference of a layer that noise does not make. */
  layerLimit: number;
}

export const LAYER_LIMIT = { float32: 1e-3, float16: 5e-2 };

/** @throws InputError 'not-onnx', 'not-yolov10', 'bad-weights', 'unsupported' for the file, 'bad-argument' or 'bad-tensor' for options */
export function prepareTask(modelBytes: Uint8Array, options: ValidateOptions): Task {
  const model = parseModel(modelBytes, options);
  const network = readYolov10(model);
  refusePreparation(network.preparation, 'this engine does not run', 'Validate what "repair --rebuild" makes of the file.');
  const half = constantsIn(model.graph).some(({ dataType }) => dataType === 'float16');
  const batches = checkedBatches(options.batches ?? [1, 2, 3, 4, 8]);
  return {
    ...options, model, network, batches, half,
    slots: fillSlots(batches.at(-1)!, inputSize(network, options), options.pictures),
    tolerance: options.tolerance ?? (half ? FLOAT16_TOLERANCE : FLOAT32_TOLERANCE),
    layerLimit: half ? LAYER_LIMIT.float16 : LAYER_LIMIT.float32,
  };
}

/** Tensors that a file holds, as initializers or in nodes. */
function constantsIn({ initializers, nodes }: OnnxGraph): OnnxTensor[] {
  const attributes = nodes.flatMap((node) => (node.op === 'Constant' ? [...node.attributes.values()] : []));
  return [...initializers.values(), ...attributes.flatMap((attribute) => (attribute.kind === 'tensor' ? [attribute.value] : []))];
}

/** Drawn patterns go where no picture is given: the same picture in two slots could not show that slots mix. */
function fillSlots(count: number, { height, width }: Size, given: readonly TestPicture[] | undefined): Task['slots'] {
  if (given) checkPictures(given, height, width);
  const used = [...(given ?? []), ...testPictures(count, height, width)].slice(0, count);
  return { height, width, pixels: used.map(({ pixels }) => pixels), names: used.map(({ name }) => name) };
}

function checkedBatches(batches: readonly number[]): number[] {
  if (batches.length > 0 && batches.every((batch) => Number.isInteger(batch) && batch >= 1)) return [...new Set(batches)].sort((a, b) => a - b);
  throw new InputError('bad-argument', { expected: 'batch sizes of 1 or more', found: `[${batches}]`, remedy: 'Leave them out for 1, 2, 3, 4, 8.' });
}

interface Size {
  height: number;
  width: number;
}

function inputSize({ imageSize }: Yolov10, { height, width }: Partial<Size>): Size {
  const size = { height: height ?? imageSize?.height ?? 640, width: width ?? imageSize?.width ?? 640 };
  if (Object.values(size).every((side) => side > 0 && side % 32 === 0)) return size;
  throw new InputError('bad-argument', {
    expected: 'height and width that are multiples of 32', found: `${size.height}x${size.width}`, remedy: "Leave them out for the file's own.",
  });
}

function checkPictures(pictures: readonly TestPicture[], height: number, width: number): void {
  const wrong = pictures.find(({ pixels }) => pixels.length !== 3 * height * width);
  if (pictures.length > 0 && !wrong) return;
  throw new InputError('bad-tensor', {
    expected: `pictures of 3·${height}·${width} numbers`,
    found: wrong ? `${wrong.pixels.length} in "${wrong.name}"` : 'none',
    remedy: 'Letterbox the pictures to the input size, or leave them out for drawn patterns.',
  });
}
