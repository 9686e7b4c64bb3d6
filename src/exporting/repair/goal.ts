import { InputError } from '../../core/errors.ts';
import type { DeclaredDim, OnnxModel, OnnxValue } from '../../onnx/graph.ts';

/** Which of the input's dimensions shall be free. */
export type Dynamic = 'batch' | 'batch,height,width' | 'none';

export interface GoalOptions {
  /** Default 'batch'. */
  dynamic?: Dynamic;
  /** The fixed batch, for `dynamic: 'none'`. Default 1. */
  batch?: number;
  /** [height, width] for a fixed picture size where the file leaves it open. Default: its metadata `imgsz`, else 640. */
  size?: readonly [number, number];
}

/** The input as the repaired file shall declare it. */
export interface Goal {
  input: OnnxValue;
  dims: DeclaredDim[];
}

/**
 * What the picture input shall look like.
 * @throws InputError 'unsupported' for a model without one, 'bad-argument' for sizes that do not fit
 */
export function goalFor(model: OnnxModel, { dynamic = 'batch', batch = 1, size }: GoalOptions): Goal {
  const input = model.graph.inputs.find(({ dims }) => dims?.length === 4) ?? model.graph.inputs.find(({ dims }) => dims === null);
  if (!input) throw noPicture(model);
  const declared = input.dims ?? [null, 3, null, null];
  const channels = typeof declared[1] === 'number' ? declared[1] : 3;
  if (!Number.isInteger(batch) || batch < 1) throw badSize('a whole batch of at least 1', String(batch));
  if (dynamic === 'batch,height,width') return { input, dims: ['batch', channels, 'height', 'width'] };
  const [height, width] = size ?? declaredSize(declared) ?? imageSize(model) ?? [640, 640];
  if (height % 32 !== 0 || width % 32 !== 0) throw badSize('height and width in multiples of 32', `${height}×${width}`);
  return { input, dims: [dynamic === 'batch' ? 'batch' : batch, channels, height, width] };
}

function declaredSize(dims: readonly DeclaredDim[]): [number, number] | undefined {
  const [, , height, width] = dims;
  return typeof height === 'number' && typeof width === 'number' ? [height, width] : undefined;
}

/** Exporters write `imgsz` as `[640, 640]` or `640`. */
function imageSize({ metadata }: OnnxModel): [number, number] | undefined {
  const numbers = metadata.get('imgsz')?.match(/\d+/g)?.map(Number) ?? [];
  const [height, width = height] = numbers;
  return height && width ? [height, width] : undefined;
}

function noPicture({ graph }: OnnxModel): InputError {
  return new InputError('unsupported', {
    expected: 'an input of shape [batch,3,height,width]',
    found: graph.inputs.map(({ name, dims }) => `"${name}" [${dims ?? 'unknown rank'}]`).join(', ') || 'no inputs',
    remedy: 'Is this an export of a detector?',
  });
}

function badSize(expected: string, found: string): InputError {
  return new InputError('bad-argument', { expected, found, remedy: 'Choose another.' });
}
