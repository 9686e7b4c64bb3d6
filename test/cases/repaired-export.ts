import { createHash } from 'node:crypto';
import { float16ToFloat32 } from '../../src/core/float16.ts';
import { format, formatShape, isKnown, valueOf } from '../../src/core/dim.ts';
import { dimsOf } from '../../src/exporting/doctor/patient.ts';
import { inferShapes } from '../../src/exporting/shapes/infer.ts';
import type { OnnxModel } from '../../src/onnx/graph.ts';
import { noise } from './noise.ts';
import { withOnnx, type Outputs } from './onnxruntime.ts';
import type { PythonShapes } from './python-onnx.ts';

const PE = '/model.10/attn/pe/conv/Conv';

/** Weights of convolutions that a repaired file lacks, and float constants that are not to the bit those of the file it was made from. */
export function weightFaults(before: OnnxModel, after: OnnxModel): string[] {
  const weights = before.graph.nodes.filter(({ op }) => op === 'Conv').flatMap(({ inputs }) => inputs.slice(1));
  const lost = weights.filter((name) => !after.graph.initializers.has(name)).map((name) => `the weight ${name} is gone`);
  const changed = [...after.graph.initializers.values()].flatMap(({ name, dataType, bytes }) => {
    const original = before.graph.initializers.get(name);
    return !original || dataType === 'int64' || Buffer.compare(original.bytes, bytes) === 0 ? [] : [`the constant ${name} differs`];
  });
  return [...lost, ...changed];
}

/** Values whose shape does not follow from the input, and a pe convolution that does not see [batch, C, H/32, W/32]. */
export function shapeFaults(after: OnnxModel): string[] {
  const inferred = inferShapes(after);
  const [batch, , height, width] = dimsOf(inferred, after.graph.inputs[0]!.name)!;
  const names = after.graph.nodes.flatMap(({ outputs }) => outputs);
  const lost = names.filter((name) => !dimsOf(inferred, name)?.every(isKnown)).map((name) => `${name} has no shape`);
  const pe = after.graph.nodes.find(({ name }) => name === PE);
  const side = (dim: typeof height): string => format(dim!).replace(/^\d+$/, (size) => String(Number(size) / 32)).replace(/^(height|width)$/, '$1/32');
  const wanted = `[${format(batch!)},${after.graph.initializers.get(pe!.inputs[1]!)!.dims[0]},${side(height)},${side(width)}]`;
  const found = formatShape(dimsOf(inferred, pe!.inputs[0]) ?? []);
  return [...lost, ...(found === wanted ? [] : [`the pe convolution sees ${found}, not ${wanted}`])];
}

/**
 * Values of which the reference implementation infers another shape than ours, up to the output. Without annotations it
 * may know no names for dims that are not numbers, and of open heights and widths not even the rank.
 */
export function pythonFaults(after: OnnxModel, { kept, bare }: { kept: PythonShapes; bare: PythonShapes }): string[] {
  const inferred = inferShapes(after);
  const open = dimsOf(inferred, after.graph.inputs[0]!.name)!.slice(2).some((dim) => valueOf(dim) === undefined);
  return after.graph.nodes.flatMap(({ outputs }) => outputs).flatMap((name) => {
    const ours = dimsOf(inferred, name)!.map((dim) => valueOf(dim) ?? null);
    const agrees = (theirs: PythonShapes[string] | undefined): boolean => theirs?.length === ours.length && ours.every((dim, axis) => (dim === null ? typeof theirs[axis] !== 'number' : dim === theirs[axis]));
    const named = kept[name]?.every((dim) => dim !== null) === true;
    return agrees(kept[name]) && named && (open || agrees(bare[name])) ? [] : [`python3-onnx infers [${kept[name] ?? '?'}], bare [${bare[name] ?? '?'}] for ${name}, ours is [${ours}]`];
  });
}

/** Rows that a file gives at batch 1, or null where it cannot run. */
export async function rowsOf(bytes: Uint8Array, [height, width]: [number, number]): Promise<Float32Array | null> {
  try {
    return await withOnnx(bytes, async (run) => floats(await run(noise([1, 3, height, width]), [1, 3, height, width])));
  } catch {
    return null;
  }
}

export interface BatchRuns {
  /** Rows of the first picture at batch 1. */
  rows: Float32Array;
  /** Largest relative difference between a picture's rows at any batch of 1, 2, 3, 8 and at batch 8. */
  worst: number;
}

/** Runs a file at batch 1, 2, 3 and 8, the pictures of a smaller batch being the first of a larger one. */
export async function runBatches(bytes: Uint8Array, [height, width]: [number, number]): Promise<BatchRuns> {
  return withOnnx(bytes, async (run) => {
    const found: Float32Array[] = [];
    for (const batch of [1, 2, 3, 8]) found.push(floats(await run(noise([batch, 3, height, width]), [batch, 3, height, width])));
    const [rows, all] = [found[0]!, found.at(-1)!];
    if (found.some(({ length }, index) => length !== rows.length * [1, 2, 3, 8][index]!)) throw new Error('a batch of another size came back');
    return { rows, worst: Math.max(...found.map((some) => worstDifference(some, all.subarray(0, some.length)))) };
  });
}

function floats({ output0 }: Outputs): Float32Array {
  const { data } = output0!;
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint16Array) return float16ToFloat32(data);
  return Float32Array.from(data as Iterable<number>);
}

/** Largest relative difference of two lists, of numbers below a thousandth the difference in thousandths; NaN equals NaN. */
export function worstDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((worst, value, index) => Math.max(worst, relative(value, b[index]!)), 0);
}

function relative(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const difference = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), 1e-3);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

const digests = new WeakMap<Uint8Array, string>();

function digestOf(bytes: Uint8Array): string {
  const digest = digests.get(bytes) ?? createHash('sha1').update(bytes).digest('hex');
  digests.set(bytes, digest);
  return digest;
}

/** The same for files that differ in nothing but the names of nodes and constants: what holds for one holds for all. */
export function fingerprint({ opset, irVersion, graph }: OnnxModel): string {
  const hash = createHash('sha1');
  const constants = new Map([...graph.initializers.values()].map(({ name, dataType, dims, bytes }) => [name, `${dataType}[${dims}]${digestOf(bytes)}`]));
  hash.update(JSON.stringify([opset, irVersion, graph.inputs, graph.outputs, graph.values]));
  for (const { op, domain, inputs, outputs, attributes } of graph.nodes) {
    hash.update(JSON.stringify([op, domain, inputs.map((name) => constants.get(name) ?? name), outputs, [...attributes]]));
  }
  return hash.update([...constants.values()].sort().join()).digest('hex');
}
