import { format, valueOf } from '../../core/dim.ts';
import type { DeclaredDim, OnnxValue } from '../../onnx/graph.ts';
import type { ModelFile } from '../../onnx/model-file.ts';
import { examine } from '../doctor/patient.ts';
import { inferShapes, type Known } from '../shapes/infer.ts';
import { Constants } from './constants.ts';
import type { Goal } from './goal.ts';
import { writeScales } from './resizes.ts';
import { unbake } from './unbake.ts';
import { type Written, writeTargets } from './targets.ts';
import { verifyShapes } from './verify.ts';

/** Rounds after which a graph that still changes is given up: each frees the batch a little further on. */
const rounds = 64;

/**
 * Mends a graph in place: tells Resizes scales instead of sizes, frees baked batches, writes computed shapes down as
 * constants (batch as 0 or -1), and declares inputs, outputs and every value between. Returns what it changed, in words.
 *
 * A batch other than the file's is declared only where every batch would do: shapes of one batch can agree though pictures
 * mix. Elsewhere the batch stays open, and verification says what is wrong.
 */
export function mend(file: ModelFile, goal: Goal): string[] {
  const before = file.read();
  const way = throughAnyBatch(goal);
  declareInput(file, way);
  const changes = mendNodes(file, givenBatch(goal));
  let annotated = settle(file);
  if (way !== goal && verifyShapes(file.read(), true).length === 0) {
    declareInput(file, goal);
    annotated = settle(file);
  }
  const after = file.read().graph;
  return [
    ...redeclared('input', before.graph.inputs, after.inputs),
    ...changes,
    ...redeclared('output', before.graph.outputs, after.outputs),
    `shapes of ${annotated} intermediate values written down`,
  ];
}

/** The goal by way of an open batch, where it is another than the file's. */
function throughAnyBatch(goal: Goal): Goal {
  const [batch, ...rest] = goal.dims;
  return typeof batch === 'number' && batch !== givenBatch(goal) ? { ...goal, dims: ['batch', ...rest] } : goal;
}

/** The batch that the file was made for, where it has one. */
function givenBatch({ input }: Goal): number | undefined {
  const batch = input.dims?.[0];
  return typeof batch === 'number' && batch > 0 ? batch : undefined;
}

function mendNodes(file: ModelFile, given: number | undefined): string[] {
  const constants = new Constants(file);
  const changes = writeScales(file, examine(file.read()), constants);
  for (let round = 0; round < rounds; round++) {
    const freed = unbake(file, examine(file.read()), constants, given);
    changes.push(...freed);
    if (freed.length === 0) break;
  }
  const written = writeTargets(file, examine(file.read()), constants);
  const removed = file.prune();
  changes.push(...surviving(file, written));
  if (removed > 0) changes.push(`removed ${removed} nodes that only worked out shapes`);
  return changes;
}

/** What was written at nodes that are still there. */
function surviving(file: ModelFile, written: readonly Written[]): string[] {
  const made = new Set(file.read().graph.nodes.map(({ outputs }) => outputs[0]));
  return written.flatMap(({ output, change }) => (made.has(output) ? [change] : []));
}

function declareInput(file: ModelFile, { input, dims }: Goal): void {
  if (!isSame(input.dims, dims)) file.declare(input.name, dims);
}

/** Declares outputs and every value between by what follows from the inputs; returns how many are between. */
function settle(file: ModelFile): number {
  const model = file.read();
  const { graph } = model;
  const { shapes, types } = inferShapes(model);
  const ends = new Set(graph.outputs.map(({ name }) => name));
  for (const { name, dims } of graph.outputs) {
    const declared = declarable(shapes.get(name));
    if (declared && !isSame(dims, declared)) file.declare(name, declared);
  }
  // For tools that read annotations instead of inferring.
  const values = graph.nodes.flatMap(({ outputs }) => outputs).flatMap((name): OnnxValue[] => {
    const dims = declarable(shapes.get(name));
    const dataType = types.get(name) ?? 'other';
    return !dims || ends.has(name) || dataType === 'other' ? [] : [{ name, dataType, dims }];
  });
  file.annotate(values);
  return values.length;
}

function redeclared(what: string, before: readonly OnnxValue[], after: readonly OnnxValue[]): string[] {
  return after.flatMap(({ name, dims }) => {
    const old = before.find((value) => value.name === name)?.dims ?? null;
    return isSame(old, dims) ? [] : [`${what} "${name}" [${old ?? '?'}] → [${dims!}]`];
  });
}

function isSame(a: readonly DeclaredDim[] | null, b: readonly DeclaredDim[] | null): boolean {
  return a === b || (a?.length === b?.length && a?.every((dim, axis) => dim === b![axis]) === true);
}

function declarable(known: Known | undefined): DeclaredDim[] | undefined {
  if (!known || !('dims' in known)) return undefined;
  return known.dims.map((dim) => {
    const text = format(dim);
    return valueOf(dim) ?? (text.includes('?') ? null : text);
  });
}
