import { constants } from './ops/constants.ts';
import { convolution } from './ops/convolution.ts';
import { detection } from './ops/detection.ts';
import { elementwise } from './ops/elementwise.ts';
import { joining } from './ops/joining.ts';
import { layout } from './ops/layout.ts';
import { matrix } from './ops/matrix.ts';
import { reducing } from './ops/reducing.ts';
import { reshaping } from './ops/reshape.ts';
import { resizing } from './ops/resizing.ts';
import { slicing } from './ops/slicing.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import type { Rule } from './rule.ts';

const standard = new Map<string, Rule>(
  Object.entries({
    ...constants, ...convolution, ...elementwise, ...joining, ...layout, ...matrix, ...reducing, ...reshaping, ...resizing, ...slicing,
  }),
);
const plugins = new Map<string, Rule>(Object.entries(detection));

/**
 * The rule for a node's operator; undefined for operators not known here. Rules follow operator sets 11 to 20, and older
 * ones where those differ by attributes only.
 */
export function ruleOf({ op, domain }: OnnxNode): Rule | undefined {
  return domain === '' ? (standard.get(op) ?? plugins.get(op)) : plugins.get(op);
}
