import { constant } from '../../../core/dim.ts';
import { intOf } from '../../../onnx/attributes.ts';
import type { Inferred, Rule, Site } from '../rule.ts';

/** TensorRT's EfficientNMS plugin: count, boxes, scores and classes per picture. */
function efficientNms({ node, shapes }: Site): Inferred {
  const batch = shapes[0]![0]!;
  const most = constant(intOf(node, 'max_output_boxes', 100));
  return [[batch, constant(1)], [batch, most, constant(4)], [batch, most], [batch, most]];
}

/** Plugins met at the end of detection exports. */
export const detection: Record<string, Rule> = {
  EfficientNMS_TRT: { shape: efficientNms, types: ['int32', { input: 0 }, { input: 0 }, 'int32'] },
};
