import { format, valueOf } from '../../core/dim.ts';
import type { DeclaredDim, OnnxValue } from '../../onnx/graph.ts';
import type { ModelFile } from '../../onnx/model-file.ts';
import { dimsOf, examine } from '../doctor/patient.ts';
import { inferShapes } from '../shapes/infer.ts';
import type { Shape } from '../shapes/rule.ts';
import { Constants } from './constants.ts';
import type { Goal } from './goal.ts';
import { writeScales } from './resizes.ts';
import { unbake } from './unbake.ts';
import { type Written, writeTargets } from './targets.ts';

/** Rounds after which a graph that still changes is given up: each frees the batch a little further on. */
const rounds = 64;

/**
 * Mends a graph in place: tells Resizes scales instead of sizes, frees baked batches, writes computed shapes down as
 * constants (batch as 0 or -1), and declares inputs, outputs and every value between. Returns what it changed, in words.
 */
export function mend(file: ModelFile, goal: Goal): string[] {
  const changes = declareInput(file, goal);
  const constants = new Constants(file);
  changes.push(...writeScales(file, examine(file.read()), constants));
  for (let round = 0; round < rounds; round++) {
    const freed = unbake(file, examine(file.read()), constants);
    changes.push(...freed);
    if (freed.length === 0) break;
  }
  const written = writeTargets(file, examine(file.read()), constants);
  const removed = file.prune();
  changes.push(...surviving(file, written));
  if (removed > 0) changes.push(`removed ${removed} nodes that only worked out shapes`);
  changes.push(...declareOutputs(file), ...annotate(file));
  return changes;
}

/** What was written at nodes that are still there. */
function surviving(file: ModelFile, written: readonly Written[]): string[] {
  const made = new Set(file.read().graph.nodes.map(({ outputs }) => outputs[0]));
  return written.flatMap(({ output, change }) => (made.has(output) ? [change] : []));
}

function declareInput(file: ModelFile, { input, dims }: Goal): string[] {
  if (input.dims?.every((dim, axis) => dim === dims[axis])) return [];
  file.declare(input.name, dims);
  return [`input "${input.name}" [${input.dims ?? '?'}] → [${dims}]`];
}

function declareOutputs(file: ModelFile): string[] {
  const model = file.read();
  const inferred = inferShapes(model);
  return model.graph.outputs.flatMap(({ name, dims }) => {
    const shape = dimsOf(inferred, name);
    const declared = shape && declarable(shape);
    if (!declared || (dims && declared.every((dim, axis) => dim === dims[axis]) && dims.length === declared.length)) return [];
    file.declare(name, declared);
    return [`output "${name}" [${dims ?? '?'}] → [${declared}]`];
  });
}

/** Writes every value's shape down, for tools that read annotations instead of inferring. */
function annotate(file: ModelFile): string[] {
  const model = file.read();
  const { shapes, types } = inferShapes(model);
  const ends = new Set(model.graph.outputs.map(({ name }) => name));
  const values = model.graph.nodes.flatMap(({ outputs }) => outputs).flatMap((name): OnnxValue[] => {
    const known = shapes.get(name);
    const dataType = types.get(name) ?? 'other';
    if (!known || !('dims' in known) || ends.has(name) || dataType === 'other') return [];
    return [{ name, dataType, dims: declarable(known.dims) }];
  });
  file.annotate(values);
  return [`shapes of ${values.length} intermediate values written down`];
}

function declarable(shape: Shape): DeclaredDim[] {
  return shape.map((dim) => {
    const text = format(dim);
    return valueOf(dim) ?? (text.includes('?') ? null : text);
  });
}
