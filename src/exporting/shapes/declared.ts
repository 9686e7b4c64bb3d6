import { constant, type Dim, symbol, unknown } from '../../core/dim.ts';
import type { DeclaredDim, OnnxModel } from '../../onnx/graph.ts';
import type { Shape } from './rule.ts';

type Declared = readonly DeclaredDim[];

/** Shapes that the file declares for outputs and intermediate values. */
export function* annotationsOf({ graph }: OnnxModel, stride: number): Generator<[string, Shape]> {
  for (const { name, dims } of [...graph.values, ...graph.outputs]) {
    if (dims) yield [name, dims.map((dim, axis) => (typeof dim === 'number' && dim >= 0 ? constant(dim) : dimOf(nameOf(dim), dims, axis, stride)))];
  }
}

/**
 * Shapes of the inputs, undefined where none is declared.
 * @param given shapes to put in place of declared ones
 */
export function* inputShapes({ graph }: OnnxModel, stride: number, given?: ReadonlyMap<string, Declared>): Generator<[string, Shape | undefined]> {
  const inputs = graph.inputs.map(({ name, dims }) => ({ name, dims: given?.get(name) ?? dims }));
  const picture = (inputs.find(({ dims }) => dims?.length === 4) ?? inputs[0])?.dims ?? [];
  for (const { name, dims } of inputs) yield [name, dims?.map((dim, axis) => inputDim(name, dims, picture, axis, stride))];
}

function inputDim(input: string, dims: Declared, picture: Declared, axis: number, stride: number): Dim {
  const dim = dims[axis];
  return isFixed(dim) ? constant(dim) : dimOf(nameOf(dim) ?? customaryName(input, dims, picture, axis), dims, axis, stride);
}

/** Whether an input's dimension is a number that counts: some exporters write 0 or -1 for "any". */
export function isFixed(dim: DeclaredDim | undefined): dim is number {
  return typeof dim === 'number' && dim > 0;
}

/** The name that tells a dimension from others; one with a question mark in it says that there is none. */
export function nameOf(dim: DeclaredDim | undefined): string | undefined {
  return typeof dim === 'string' && !dim.includes('?') ? dim : undefined;
}

/** What an unnamed dimension is called: as the picture's where there are four, or where it comes first and the picture's batch is open. */
function customaryName(input: string, { length }: Declared, picture: Declared, axis: number): string {
  const isPictures = length === 4 || (axis === 0 && picture.length > 0 && !isFixed(picture[0]));
  return isPictures ? (nameOf(picture[axis]) ?? ['batch', 'channels', 'height', 'width'][axis]!) : `${input}.${axis}`;
}

function dimOf(name: string | undefined, { length }: Declared, axis: number, stride: number): Dim {
  const isSide = length === 4 && axis >= 2;
  return name === undefined ? unknown() : symbol(name, isSide ? stride : 1);
}
