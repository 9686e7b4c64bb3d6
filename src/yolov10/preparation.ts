import { makersOf, type OnnxGraph, type OnnxNode } from '../onnx/graph.ts';

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
