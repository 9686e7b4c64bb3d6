import { valueOf } from '../../core/dim.ts';
import { InputError } from '../../core/errors.ts';
import type { OnnxModel, OnnxValue } from '../../onnx/graph.ts';
import { MAX_ROWS } from '../../yolov10/network.ts';
import { dimsOf } from '../doctor/patient.ts';
import type { OutputForm } from '../reexport/options.ts';
import { inferShapes } from '../shapes/infer.ts';
import { boxForm, type BoxForm } from './boxes.ts';

/** How the raw outputs that are written give their boxes. */
const BOXES: Partial<Record<OutputForm, BoxForm>> = { raw: 'centre and size', 'raw-corners': 'corners' };

/**
 * What a file returns, so that a file written anew returns the same.
 * @throws InputError 'unsupported' where its outputs do not tell
 */
export function outputForm(model: OnnxModel, classCount: number): OutputForm {
  const { outputs, nodes } = model.graph;
  const [, rows, columns] = outputSizes(model);
  if (columns === 6 && rows !== undefined && rows <= MAX_ROWS) return nodes.some(({ op }) => op === 'Mod') ? 'detections' : 'mod-free';
  if (rows === 4 + classCount) return rawForm(model);
  throw new InputError('unsupported', {
    expected: `one output, of shape [batch,${MAX_ROWS},6] or [batch,${4 + classCount},anchors]`,
    found: outputs.map(({ name, dims }) => `"${name}" [${dims ?? '?'}]`).join(', '),
    remedy: 'Say what the new file shall return: --output detections, raw (boxes as centre and size), raw-corners or mod-free.',
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

/** What a wished form changes of the boxes where the output's shape stays and does not show it, in words. */
export function boxChanges(model: OnnxModel, classCount: number, wished: OutputForm): string[] {
  const [before, after] = [boxForm(model), BOXES[wished]];
  if (!after || before === after || outputSizes(model)[1] !== 4 + classCount) return [];
  return [before ? `boxes as ${before} → ${after}` : `boxes as ${after} in pixels: how the file gives them is not known`];
}

function outputSizes(model: OnnxModel): (number | undefined)[] {
  const { outputs } = model.graph;
  return outputs.length === 1 ? sizesOf(model, outputs[0]!) : [];
}

/** Three sizes, undefined where not constant; none for another rank. Inferred ones win over declared ones. */
function sizesOf(model: OnnxModel, { name, dims }: OnnxValue): (number | undefined)[] {
  const inferred = dimsOf(inferShapes(model), name)?.map(valueOf);
  const declared = dims?.map((dim) => (typeof dim === 'number' ? dim : undefined));
  const rank = inferred?.length ?? declared?.length;
  return rank === 3 ? [0, 1, 2].map((axis) => inferred?.[axis] ?? declared?.[axis]) : [];
}

/** Whether the weights of most convolutions are float16. */
export function isHalf({ graph }: OnnxModel): boolean {
  const weights = graph.nodes.filter(({ op }) => op === 'Conv').flatMap(({ inputs }) => graph.initializers.get(inputs[1] ?? '') ?? []);
  return weights.filter(({ dataType }) => dataType === 'float16').length > weights.length / 2;
}
