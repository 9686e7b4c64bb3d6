import type { OnnxNode } from './graph.ts';

/** Operators that hand a value on as it is, but for its element type. */
export const PASSING: ReadonlySet<string> = new Set(['Identity', 'Cast']);

/** The value that another is made of by operators of these kinds, each by its first input; the value itself where there are none. */
export function sourceOf(makers: ReadonlyMap<string, OnnxNode>, name: string, operators: ReadonlySet<string> = PASSING): string {
  const seen = new Set<string>(); // a damaged file may go in circles
  for (let source = name; ;) {
    const node = makers.get(source);
    if (!node || !operators.has(node.op) || seen.has(source)) return source;
    seen.add(source);
    source = node.inputs[0] ?? '';
  }
}
