import { format, isKnown, valueOf } from '../../core/dim.ts';
import type { DeclaredDim, OnnxValue } from '../../onnx/graph.ts';
import type { ModelFile } from '../../onnx/model-file.ts';
import { isFixed } from '../shapes/declared.ts';
import { inferShapes, type Known } from '../shapes/infer.ts';
import { orderNodes } from '../shapes/order.ts';
import { Constants } from './constants.ts';
import type { Goal } from './goal.ts';
import { otherDims } from './other-inputs.ts';
import { examineAgain } from './repairing.ts';
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
  declareInputs(file, way);
  const changes = [...sortNodes(file), ...mendNodes(file, givenBatch(goal))];
  let annotated = settle(file);
  if (way !== goal && verifyShapes(file.read(), true).length === 0) {
    declareInputs(file, goal);
    annotated = settle(file);
  }
  const after = file.read().graph;
  return [
    ...redeclared('input', before.graph.inputs, after.inputs),
    ...aboutOthers(goal),
    ...changes,
    ...redeclared('output', before.graph.outputs, after.outputs),
    `shapes of ${annotated} intermediate values written down`,
  ];
}

/** What is taken for granted of inputs that the file does not tell enough of. */
function aboutOthers({ others: { perPicture, shared } }: Goal): string[] {
  return [
    ...perPicture.map((name) => `input "${name}" is taken to hold an entry for each picture`),
    ...shared.map((name) => `input "${name}" is left as it is: every picture of a batch gets the same`),
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
  return isFixed(batch) ? batch : undefined;
}

/** Puts every node after those it reads from, as the file format asks. */
function sortNodes(file: ModelFile): string[] {
  const { nodes } = file.read().graph;
  const { sorted, stuck } = orderNodes(nodes);
  if (sorted === nodes || stuck.length > 0) return [];
  const places = new Map(nodes.map((node, place) => [node, place]));
  file.arrange(sorted.map((node) => places.get(node)!));
  return ['nodes sorted, each after those it reads from'];
}

function mendNodes(file: ModelFile, given: number | undefined): string[] {
  const constants = new Constants(file);
  const changes = writeScales(examineAgain(file, constants));
  for (let round = 0; round < rounds; round++) {
    const freed = unbake(examineAgain(file, constants), given);
    changes.push(...freed);
    if (freed.length === 0) break;
  }
  const written = writeTargets(examineAgain(file, constants));
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

function declareInputs(file: ModelFile, goal: Goal): void {
  const { input, dims, others } = goal;
  for (const [before, after] of [[input, dims] as const, ...others.all.map((other) => [other, otherDims(other, goal)] as const)]) {
    if (after && !isSame(before.dims, after)) file.declare(before.name, after);
  }
}

/** Declares outputs and every value between by what follows from the inputs; returns how many are between. */
function settle(file: ModelFile): number {
  const model = file.read();
  const { graph } = model;
  const { shapes, types } = inferShapes(model);
  const ends = new Set(graph.outputs.map(({ name }) => name));
  for (const { name, dims, dataType } of graph.outputs) {
    const declared = declarable(shapes.get(name), dims);
    const made = types.get(name);
    if (declared && (!isSame(dims, declared) || made !== dataType)) file.declare(name, declared, made === 'other' ? undefined : made);
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
  const earlier = new Map(before.map((value) => [value.name, value]));
  return after.flatMap(({ name, dims, dataType }) => {
    const old = earlier.get(name);
    return [
      ...(isSame(old?.dims ?? null, dims) ? [] : [`${what} "${name}" [${old?.dims ?? '?'}] → [${dims!}]`]),
      ...(old?.dataType === dataType ? [] : [`${what} "${name}" ${old?.dataType} → ${dataType}`]),
    ];
  });
}

function isSame(a: readonly DeclaredDim[] | null, b: readonly DeclaredDim[] | null): boolean {
  return a === b || (a?.length === b?.length && a?.every((dim, axis) => dim === b![axis]) === true);
}

/** A shape as it is declared; a name stays where nothing else is known, as for the number of boxes that a suppression keeps. */
function declarable(known: Known | undefined, before: readonly DeclaredDim[] | null = null): DeclaredDim[] | undefined {
  if (!known || !('dims' in known)) return undefined;
  return known.dims.map((dim, axis) => {
    const name = before?.length === known.dims.length ? before[axis] : null;
    return isKnown(dim) ? (valueOf(dim) ?? format(dim)) : typeof name === 'string' ? name : null;
  });
}
