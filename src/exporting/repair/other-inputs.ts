import { InputError } from '../../core/errors.ts';
import { type DeclaredDim, makersOf, type OnnxModel, type OnnxValue } from '../../onnx/graph.ts';
import { isFixed, nameOf } from '../shapes/declared.ts';
import type { Goal } from './goal.ts';

/** Inputs beside the picture; declaring them takes time in the square of their number. */
const most = 1000;

/** The inputs beside the picture, as the file declares them. */
export interface OtherInputs {
  all: readonly OnnxValue[];
  /** Names of those taken to hold an entry for each picture, though the file is made for one batch only. */
  perPicture: readonly string[];
  /** Names of those that every picture of a batch is given alike, though the file does not tell whether that was meant. */
  shared: readonly string[];
}

/**
 * The inputs beside the picture. Where another batch than the file's is wanted, those that begin with the file's batch, or
 * with what has no name, are taken to begin with the new one; a single number is not.
 */
export function otherInputs(model: OnnxModel, picture: OnnxValue, wanted: DeclaredDim): OtherInputs {
  const all = model.graph.inputs.filter((value) => value !== picture);
  if (all.length > most) throw tooMany(all.length);
  const given = picture.dims?.[0];
  if (all.length === 0 || !isFixed(given) || given === wanted) return { all, perPicture: [], shared: [] };
  const used = usedNames(model);
  const [perPicture, shared]: [string[], string[]] = [[], []];
  for (const { name, dims } of all.filter((value) => used.has(value.name) && value.dims?.length)) {
    const isNumber = given === 1 && dims!.length === 1;
    if (isUnnamed(dims![0]!) || (dims![0] === given && !isNumber)) perPicture.push(name);
    else if (dims![0] === given) shared.push(name);
  }
  return { all, perPicture, shared };
}

function tooMany(count: number): InputError {
  return new InputError('unsupported', {
    expected: `at most ${most} inputs beside the picture`,
    found: String(count),
    remedy: 'Is this an export of a detector?',
  });
}

/** The goal with every input left as it is that was taken to hold an entry for each picture. */
export function shareAll(goal: Goal): Goal {
  const { all, perPicture, shared } = goal.others;
  const fixed = all.filter(({ name, dims }) => perPicture.includes(name) && isFixed(dims?.[0]));
  return { ...goal, others: { all, perPicture: [], shared: [...fixed.map(({ name }) => name), ...shared] } };
}

/** How an input beside the picture is to be declared: with the picture's new dimensions where it has its names, or begins with its batch. */
export function otherDims(other: OnnxValue, goal: Goal): DeclaredDim[] | undefined {
  const names = (goal.input.dims ?? []).map(nameOf);
  return other.dims?.map((dim, axis) => {
    if (axis === 0 && beginsWithBatch(other, goal)) return goal.dims[0]!;
    // Without a name of its own it would go by the batch once that is open.
    if (axis === 0 && isUnnamed(dim) && goal.dims[0] !== goal.input.dims?.[0]) return `${other.name}.0`;
    const own = nameOf(dim);
    const place = names[axis] === own ? axis : names.indexOf(own);
    return own !== undefined && place >= 0 ? goal.dims[place]! : dim;
  });
}

function beginsWithBatch({ name, dims }: OnnxValue, { input, others }: Goal): boolean {
  return others.perPicture.includes(name) || (isUnnamed(dims![0]!) && !isFixed(input.dims?.[0]));
}

function isUnnamed(dim: DeclaredDim): boolean {
  return !isFixed(dim) && nameOf(dim) === undefined;
}

/** Names of the values that outputs depend on. */
function usedNames({ graph }: OnnxModel): Set<string> {
  const makers = makersOf(graph.nodes);
  const used = new Set(graph.outputs.map(({ name }) => name));
  // A Set's iteration also visits what is added on the way.
  for (const name of used) for (const input of makers.get(name)?.inputs ?? []) used.add(input);
  return used;
}
