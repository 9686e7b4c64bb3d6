import { equal, symbol, valueOf } from '../../core/dim.ts';
import { InputError } from '../../core/errors.ts';
import type { DeclaredDim, OnnxModel, OnnxValue } from '../../onnx/graph.ts';
import { LARGEST_SIDE } from '../../yolov10/input-size.ts';
import { channelsFirst, pictureInput, statedSize } from '../../yolov10/read.ts';
import { isFixed, nameOf } from '../shapes/declared.ts';
import { inferShapes } from '../shapes/infer.ts';
import { otherInputs, type OtherInputs } from './other-inputs.ts';

/** Which of the input's dimensions shall be free. */
export type Dynamic = 'batch' | 'batch,height,width' | 'none';

export interface GoalOptions {
  /** Default: batch, and height and width too where the file has them open and no `size` is given. */
  dynamic?: Dynamic;
  /** The fixed batch, for `dynamic: 'none'`. Default 1. */
  batch?: number;
  /** [height, width] to fix. Default, where they are not to be open: those the file declares, else its metadata `imgsz`, else 640. */
  size?: readonly [number, number];
}

/** The inputs as the repaired file shall declare them. */
export interface Goal {
  /** The one that takes pictures, as the file declares it. */
  input: OnnxValue;
  dynamic: Dynamic;
  dims: DeclaredDim[];
  others: OtherInputs;
}

/**
 * What the inputs shall look like.
 * @throws InputError 'unsupported' for a model without a picture or of a size that cannot be, 'bad-argument' for wishes that do not fit
 */
export function goalFor(model: OnnxModel, { dynamic, batch = 1, size }: GoalOptions): Goal {
  const input = pictureInput(model) ?? model.graph.inputs.find(({ dims }) => dims === null);
  if (!input) throw noPicture(model);
  const declared = channelsFirst(input.dims ?? [null, null, 640, 640]);
  if (!Number.isInteger(batch) || batch < 1) throw badWish('a whole batch of at least 1', String(batch));
  const open = size === undefined && declared.slice(2).some((side) => !isFixed(side));
  const free = dynamic ?? (open ? 'batch,height,width' : 'batch');
  const [height, width] = free === 'batch,height,width' ? (['height', 'width'] as const) : sizeFor(model, size);
  const dims = [free === 'none' ? batch : 'batch', channelsFor(model, input, declared[1]!), height, width];
  return { input, dynamic: free, dims, others: otherInputs(model, input, dims[0]!) };
}

/** The channels that a file declares, or where it leaves them open those that its graph asks for. */
function channelsFor(model: OnnxModel, { name, dims }: OnnxValue, declared: DeclaredDim): DeclaredDim {
  if (isFixed(declared)) return declared;
  const open = 'channels of the picture';
  const { pins } = inferShapes(model, { inputs: new Map([[name, (dims ?? [null, null, null, null]).with(1, open)]]) });
  const sides = pins.map(({ left, right }) => [left, right]).find((pair) => pair.some((dim) => equal(dim, symbol(open))));
  return sides?.map(valueOf).find((value) => value !== undefined) ?? nameOf(declared) ?? null;
}

function sizeFor(model: OnnxModel, size: GoalOptions['size']): readonly [number, number] {
  const [height, width] = size ?? fileSize(model);
  if (!isSize(height) || !isSize(width)) throw badSize(height, width, size !== undefined);
  return [height, width];
}

function fileSize(model: OnnxModel): readonly [number, number] {
  const { height, width } = statedSize(model) ?? { height: 640, width: 640 };
  return [height, width];
}

function isSize(side: number): boolean {
  return side > 0 && side % 32 === 0 && side <= LARGEST_SIDE;
}

function noPicture({ graph }: OnnxModel): InputError {
  return new InputError('unsupported', {
    expected: 'an input of shape [batch,3,height,width]',
    found: graph.inputs.map(({ name, dims }) => `"${name}" [${dims ?? 'unknown rank'}]`).join(', ') || 'no inputs',
    remedy: 'Is this an export of a detector?',
  });
}

function badWish(expected: string, found: string): InputError {
  return new InputError('bad-argument', { expected, found, remedy: 'Choose another.' });
}

/** Where nobody asked for the size, the file is at fault. */
function badSize(height: number, width: number, asked: boolean): InputError {
  const expected = `height and width in multiples of 32, up to ${LARGEST_SIDE}`;
  if (asked) return badWish(expected, `${height}×${width}`);
  return new InputError('unsupported', { expected, found: `${height}×${width} in the file`, remedy: 'Fix another with --imgsz. Is this an export of YOLOv10?' });
}
