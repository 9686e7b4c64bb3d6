import type { OnnxNode } from '../../onnx/graph.ts';

/** Nodes so that each follows those it reads from, and those no order can satisfy: a cycle and what depends on it. */
export interface Order {
  sorted: readonly OnnxNode[];
  stuck: readonly OnnxNode[];
}

/** Sorts nodes topologically in linear time (Kahn); file order where it already is one, as ONNX requires. */
export function orderNodes(nodes: readonly OnnxNode[]): Order {
  const makers = makersOf(nodes);
  return firstEarly(nodes, makers) ? sort(nodes, makers) : { sorted: nodes, stuck: [] };
}

function makersOf(nodes: readonly OnnxNode[]): Map<string, number> {
  const makers = new Map<string, number>();
  for (const [index, { outputs }] of nodes.entries()) {
    for (const name of outputs) if (name !== '') makers.set(name, index);
  }
  return makers;
}

/** The first node that stands before one it reads from; undefined where the order is right. */
export function firstEarly(nodes: readonly OnnxNode[], makers: ReadonlyMap<string, number> = makersOf(nodes)): OnnxNode | undefined {
  return nodes.find(({ inputs }, index) => inputs.some((name) => (makers.get(name) ?? -1) >= index));
}

function sort(nodes: readonly OnnxNode[], makers: ReadonlyMap<string, number>): Order {
  const readers: number[][] = nodes.map(() => []);
  const waiting = nodes.map(({ inputs }, reader) => {
    const sources = inputs.flatMap((name) => makers.get(name) ?? []);
    for (const source of sources) readers[source]!.push(reader);
    return sources.length;
  });
  const queue = [...nodes.keys()].filter((index) => waiting[index] === 0);
  for (let next = 0; next < queue.length; next++) {
    for (const reader of readers[queue[next]!]!) {
      waiting[reader]! -= 1;
      if (waiting[reader] === 0) queue.push(reader);
    }
  }
  const sorted = queue.map((index) => nodes[index]!);
  return { sorted, stuck: nodes.filter((_, index) => waiting[index]! > 0) };
}
