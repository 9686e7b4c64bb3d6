import { InputError } from '../core/errors.ts';
import { makersOf, type OnnxGraph, type OnnxNode } from '../onnx/graph.ts';
import { toNumbers } from '../onnx/values.ts';
import type { ConstantLookup } from './following.ts';

/** What moves a picture's numbers and leaves them as they are. */
const moving: ReadonlySet<string> = new Set([
  'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Split', 'Slice', 'Gather', 'Concat', 'Pad', 'Resize', 'Upsample', 'Shape',
]);

/**
 * The nodes that make of the graph's inputs what the first convolution reads, in file order: a file may divide, shift or
 * reorder the picture itself. None where the picture is only passed on.
 */
export function preparation({ nodes }: OnnxGraph, read: string): OnnxNode[] {
  const makers = makersOf(nodes);
  const ancestors = new Set<OnnxNode>();
  const pending = [read];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const node = makers.get(name);
    if (!node || ancestors.has(node)) continue;
    ancestors.add(node);
    pending.push(...node.inputs.filter(Boolean));
  }
  return nodes.filter((node) => ancestors.has(node) && !isPassing(node));
}

/** What leaves a picture's numbers as they are, and constants, which do nothing by themselves. */
function isPassing({ op, domain }: OnnxNode): boolean {
  return domain === '' && ['Identity', 'Cast', 'Dropout', 'Constant'].includes(op);
}

/**
 * Those of the nodes after which the first convolution may read something else than RGB in 0..1, such as a mean taken off:
 * all but what only moves numbers, and the division by 255, which is this engine's own as well.
 */
export function normalization(nodes: readonly OnnxNode[], constant: ConstantLookup): OnnxNode[] {
  return nodes.filter((node) => node.domain !== '' || !(moving.has(node.op) || dividesBy255(node, constant)));
}

function dividesBy255({ op, inputs }: OnnxNode, constant: ConstantLookup): boolean {
  const factors = { Div: [inputs[1]], Mul: inputs }[op]?.map(constant).filter((tensor) => tensor !== null) ?? [];
  const wanted = op === 'Div' ? 255 : 1 / 255;
  return factors.length === 1 && toNumbers(factors[0]!).every((factor) => Math.abs(factor / wanted - 1) < 1e-3); // float16 has three digits
}

/**
 * Refuses what would leave these nodes out.
 * @param why what becomes of them @throws InputError 'unsupported' where there is one
 */
export function refusePreparation(nodes: readonly OnnxNode[], why: string, remedy: string): void {
  if (nodes.length === 0) return;
  throw new InputError('unsupported', {
    expected: 'a first convolution that reads the picture as it is given',
    found: `${listed(nodes)} before it, which ${why}`,
    remedy,
  });
}

/** How many nodes are told. */
const shown = 8;

/** Nodes by name and operator, the first of many. */
export function listed(nodes: readonly OnnxNode[]): string {
  const more = nodes.length > shown ? ` and ${nodes.length - shown} more` : '';
  return `${nodes.slice(0, shown).map(({ name, op, outputs }) => `"${name || outputs[0]}" (${op})`).join(', ')}${more}`;
}
