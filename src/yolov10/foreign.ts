import { InputError } from '../core/errors.ts';
import type { OnnxNode } from '../onnx/graph.ts';

/** Whether a node is a convolution of the standard operator set, with its weights in the order that ONNX gives them. */
export function isConvolution({ op, domain }: OnnxNode): boolean {
  return op === 'Conv' && domain === '';
}

/**
 * Whether a node is a convolution of somebody's own, as ONNX Runtime puts in when it optimises: `com.microsoft.nchwc.Conv`
 * keeps its weights in blocks, in the same dims, and `com.microsoft.FusedConv` does more than a convolution.
 */
export function isForeignConvolution({ op, domain, callsFunction }: OnnxNode): boolean {
  return domain !== '' && callsFunction !== true && op.endsWith('Conv');
}

/** What to do about a file with such a convolution. */
export function remedyFor({ domain }: OnnxNode): string {
  return /^com\.(microsoft|ms)\b/.test(domain)
    ? 'Give the file as it was before ONNX Runtime optimised it, or as ONNX Runtime saves it with basic optimisation.'
    : 'Give an export whose convolutions are of the standard operator set.';
}

/**
 * Refuses a file in which a convolution is not of the standard operator set: read by their place, its weights would be wrong.
 * @throws InputError 'bad-weights' at the first such convolution
 */
export function rejectForeign(nodes: readonly OnnxNode[]): void {
  const node = nodes.find(isForeignConvolution);
  if (!node) return;
  throw new InputError('bad-weights', {
    expected: `a convolution of the standard operator set at "${node.name || node.outputs[0]}"`,
    found: `${node.domain}.${node.op}`,
    remedy: remedyFor(node),
  });
}
