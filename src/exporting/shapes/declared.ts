import { constant, type Dim, symbol, unknown } from '../../core/dim.ts';
import type { DeclaredDim, OnnxModel } from '../../onnx/graph.ts';
import type { Shape } from './rule.ts';

/** Shapes that the file declares for outputs and intermediate values. */
export function* annotationsOf({ graph }: OnnxModel, stride: number): Generator<[string, Shape]> {
  for (const { name, dims } of [...graph.values, ...graph.outputs]) if (dims) yield [name, symbolic(dims, stride)];
}

/** Declared dimensions as expressions; unnamed ones are unknown unless a name is given. */
export function symbolic(dims: readonly DeclaredDim[], stride: number, nameOf?: (axis: number) => string): Dim[] {
  return dims.map((dim, axis) => {
    if (typeof dim === 'number' && dim >= 0) return constant(dim);
    const name = typeof dim === 'string' ? dim : nameOf?.(axis);
    const isSide = dims.length === 4 && axis >= 2;
    return name === undefined || name.startsWith('?') ? unknown() : symbol(name, isSide ? stride : 1);
  });
}

/** What the unnamed dimensions of an input are called: those of a picture as everyone calls them. */
export function customaryName(input: string, { length }: readonly DeclaredDim[]): (axis: number) => string {
  return (axis) => (length === 4 ? ['batch', 'channels', 'height', 'width'][axis]! : `${input}.${axis}`);
}
