import { valueOf } from '../../core/dim.ts';
import { InputError } from '../../core/errors.ts';
import type { OnnxModel, OnnxValue } from '../../onnx/graph.ts';
import { MAX_ROWS, rowCount } from '../../yolov10/network.ts';
import { dimsOf } from '../doctor/patient.ts';
import type { OutputForm } from '../reexport/options.ts';
import type { Inference } from '../shapes/infer.ts';
import { boxForm, type BoxForm, rowForm } from './boxes.ts';

/** How the raw outputs that are written give their boxes. */
const BOXES: Partial<Record<OutputForm, BoxForm>> = { raw: 'centre and size', 'raw-corners': 'corners' };

/**
 * What a file returns, so that a file written anew returns the same.
 * @throws InputError 'unsupported' where its outputs do not tell
 */
export function outputForm(model: OnnxModel, inference: Inference, classCount: number): OutputForm {
  const { outputs } = model.graph;
  if (rowCountOf(model, inference) !== undefined) return rowsForm(model);
  if (outputSizes(model, inference)[1] === 4 + classCount) return rawForm(model);
  throw new InputError('unsupported', {
    expected: `one output, of shape [batch,${MAX_ROWS},6] or [batch,${4 + classCount},anchors]`,
    found: outputs.map(({ name, dims }) => `"${name}" [${dims ?? '?'}]`).join(', '),
    remedy: 'Say what the new file shall return: --output detections, raw (boxes as centre and size), raw-corners or mod-free.',
  });
}

/** How many rows of detections each picture has, where the output is such. */
function rowCountOf(model: OnnxModel, inference: Inference): number | undefined {
  const [, rows, columns] = outputSizes(model, inference);
  return columns === 6 && rows !== undefined && rows <= MAX_ROWS ? rows : undefined;
}

/** How many rows a new file shall have: the file's, unless it has no more only because its pictures have no more candidates. */
export function rowsToKeep(model: OnnxModel, inference: Inference, size: { height: number; width: number } | null): number | undefined {
  const own = rowCountOf(model, inference);
  return size && own === rowCount(size.height, size.width) ? undefined : own;
}

function rowsForm(model: OnnxModel): OutputForm {
  const form = rowForm(model);
  if (form) return form;
  throw new InputError('unsupported', {
    expected: 'rows of x1, y1, x2, y2 in pixels, score and class: those of the best pairs of box and class',
    found: `that the graph picks those of "${model.graph.outputs[0]!.name}" otherwise, or does more to them`,
    remedy: 'Say what the new file shall return: --output detections for such rows, mod-free, raw or raw-corners.',
  });
}

function rawForm(model: OnnxModel): OutputForm {
  const boxes = boxForm(model);
  if (boxes) return boxes === 'corners' ? 'raw-corners' : 'raw';
  throw new InputError('unsupported', {
    expected: 'a raw output of scores and of boxes in pixels, as two corners or as centre and size',
    found: `that it is not known how "${model.graph.outputs[0]!.name}" gives them`,
    remedy: 'Say what the new file shall return: --output raw for boxes as centre and size, raw-corners, detections or mod-free.',
  });
}

/** What a wished form changes where the output's shape stays and does not show it, in words. */
export function formChanges(model: OnnxModel, inference: Inference, classCount: number, wished: OutputForm): string[] {
  const rowsStay = rowCountOf(model, inference) !== undefined && BOXES[wished] === undefined;
  if (rowsStay) return rowForm(model) ? [] : ['rows of corners in pixels, score and class, of the best pairs of box and class: how the file picks them is not known'];
  const [before, after] = [boxForm(model), BOXES[wished]];
  if (!after || before === after || outputSizes(model, inference)[1] !== 4 + classCount) return [];
  return [before ? `boxes as ${before} → ${after}` : `boxes as ${after} in pixels: how the file gives them is not known`];
}

function outputSizes({ graph: { outputs } }: OnnxModel, inference: Inference): (number | undefined)[] {
  return outputs.length === 1 ? sizesOf(inference, outputs[0]!) : [];
}

/** Three sizes, undefined where not constant; none for another rank. Inferred ones win over declared ones. */
function sizesOf(inference: Inference, { name, dims }: OnnxValue): (number | undefined)[] {
  const inferred = dimsOf(inference, name)?.map(valueOf);
  const declared = dims?.map((dim) => (typeof dim === 'number' ? dim : undefined));
  const rank = inferred?.length ?? declared?.length;
  return rank === 3 ? [0, 1, 2].map((axis) => inferred?.[axis] ?? declared?.[axis]) : [];
}

/** Whether most convolutions read weights in float16. */
export function isHalf({ graph }: OnnxModel, { types }: Inference): boolean {
  const weights = graph.nodes.filter(({ op }) => op === 'Conv').map(({ inputs }) => types.get(inputs[1] ?? ''));
  return weights.filter((type) => type === 'float16').length > weights.length / 2;
}
