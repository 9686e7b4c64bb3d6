import { InputError } from '../../core/errors.ts';
import type { DeclaredDim } from '../../onnx/graph.ts';
import { LARGEST_SIDE } from '../../yolov10/input-size.ts';
import { DEEPEST_STRIDE, MAX_ROWS, anchorCount, rowCount } from '../../yolov10/network.ts';

/** Which input dimensions stay open in the written file. */
export type DynamicDims = (typeof DYNAMIC)[number];
const DYNAMIC = ['none', 'batch', 'batch,height,width'] as const;

/**
 * What the written file returns:
 * - `detections`: [batch, rows, 6], rows x1, y1, x2, y2 in input pixels, score, class; ordered by score.
 * - `mod-free`: the same rows, the class computed without Mod, which TensorRT up to 8.4 lacks.
 * - `raw`: [batch, 4 + classes, anchors], centre x, centre y, width, height in input pixels and a score per class, the
 *   layout that post-processing written for YOLOv8 expects.
 * - `raw-corners`: the same with x1, y1, x2, y2, as the reference implementation exports it.
 */
export type OutputForm = (typeof OUTPUTS)[number];
const OUTPUTS = ['detections', 'raw', 'raw-corners', 'mod-free'] as const;

export interface ReexportOptions {
  /** Version of the standard operator set, 11 to 20; 13 unless told. */
  opset?: number;
  /** `batch` unless told. */
  dynamic?: DynamicDims;
  /** Images per run where batch is not dynamic; 1 unless told. */
  batch?: number;
  /** Input height in pixels, a multiple of 32; 640 unless told. Where it is dynamic, only metadata. */
  height?: number;
  /** Input width in pixels, a multiple of 32; 640 unless told. Where it is dynamic, only metadata. */
  width?: number;
  output?: OutputForm;
  /** Most rows per image, up to 300, which it is unless told; pictures with fewer candidate boxes have fewer. */
  rows?: number;
  /** Weights and activations up to the last convolutions in float16; input, decoding and output stay float32. */
  half?: boolean;
}

export const OPSETS = { lowest: 11, highest: 20 } as const;

/** The options, checked, with the dimensions that follow from them. */
export interface Settings {
  opset: number;
  output: OutputForm;
  half: boolean;
  height: number;
  width: number;
  batch: DeclaredDim;
  /** Input size, or null where it is dynamic. */
  size: { height: number; width: number } | null;
  /** Candidate boxes. */
  anchors: DeclaredDim;
  /** Rows per image: a constant even where the size is dynamic, because engines want TopK's K constant. */
  rows: number;
}

/** @throws InputError 'bad-argument' */
export function settle(options: ReexportOptions): Settings {
  const { opset = 13, dynamic = 'batch', batch = 1, height = 640, width = 640, output = 'detections', rows = MAX_ROWS, half = false } = options;
  check(Number.isInteger(opset) && opset >= OPSETS.lowest && opset <= OPSETS.highest, `an opset from ${OPSETS.lowest} to ${OPSETS.highest}`, opset);
  check(Number.isInteger(batch) && batch >= 1, 'a batch of 1 or more', batch);
  for (const side of [height, width]) {
    check(side >= DEEPEST_STRIDE && side <= LARGEST_SIDE && side % DEEPEST_STRIDE === 0, `height and width that are multiples of ${DEEPEST_STRIDE}, up to ${LARGEST_SIDE}`, side);
  }
  check(DYNAMIC.includes(dynamic), `dynamic to be one of ${DYNAMIC.join(' | ')}`, dynamic);
  check(OUTPUTS.includes(output), `output to be one of ${OUTPUTS.join(' | ')}`, output);
  check(Number.isInteger(rows) && rows >= 1 && rows <= MAX_ROWS, `1 to ${MAX_ROWS} rows`, rows);
  const size = dynamic === 'batch,height,width' ? null : { height, width };
  return {
    opset, output, half, height, width, size,
    batch: dynamic === 'none' ? batch : 'batch',
    anchors: size ? anchorCount(height, width) : 'anchors',
    rows: size ? Math.min(rows, rowCount(height, width)) : rows,
  };
}

/** Height and width of a feature map `stride` input pixels per cell. */
export function cells({ size }: Settings, stride: number): [DeclaredDim, DeclaredDim] {
  if (size) return [size.height / stride, size.width / stride];
  return stride === 1 ? ['height', 'width'] : [`height/${stride}`, `width/${stride}`];
}

function check(ok: boolean, expected: string, found: number | string): void {
  if (!ok) throw new InputError('bad-argument', { expected, found: String(found), remedy: 'Give another value.' });
}
