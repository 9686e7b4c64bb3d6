import { valueOf } from '../../core/dim.ts';
import { InputError } from '../../core/errors.ts';
import type { OnnxModel, OnnxValue } from '../../onnx/graph.ts';
import { MAX_ROWS } from '../../yolov10/network.ts';
import { dimsOf } from '../doctor/patient.ts';
import type { OutputForm } from '../reexport/options.ts';
import { inferShapes } from '../shapes/infer.ts';

/**
 * What a file returns, so that a file written anew returns the same.
 * @throws InputError 'unsupported' where its outputs do not tell
 */
export function outputForm(model: OnnxModel, classCount: number): OutputForm {
  const { outputs, nodes } = model.graph;
  const [, rows, columns] = outputs.length === 1 ? sizesOf(model, outputs[0]!) : [];
  if (columns === 6 && rows !== undefined && rows <= MAX_ROWS) return nodes.some(({ op }) => op === 'Mod') ? 'detections' : 'mod-free';
  if (rows === 4 + classCount) return 'raw';
  throw new InputError('unsupported', {
    expected: `one output, of shape [batch,${MAX_ROWS},6] or [batch,${4 + classCount},anchors]`,
    found: outputs.map(({ name, dims }) => `"${name}" [${dims ?? '?'}]`).join(', '),
    remedy: 'Say what the new file shall return: --output detections, raw or mod-free.',
  });
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
