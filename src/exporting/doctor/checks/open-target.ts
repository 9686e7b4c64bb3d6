import { constant, type Dim, divideExactly, equal, product, valueOf } from '../../../core/dim.ts';
import { intOf, intsOf } from '../../../onnx/attributes.ts';
import type { OnnxNode } from '../../../onnx/graph.ts';
import { operandsOf } from '../../shapes/operands.ts';
import { numbersOf, type Shape } from '../../shapes/rule.ts';
import { dimsOf, type Patient, variesWithBatch } from '../patient.ts';

/** Largest first number whose parts are tried: no export was made with a larger batch. */
const LARGEST = 4096;
/** Nodes up which the batch's place is followed. */
const REACH = 32;

/**
 * What a Reshape's written target becomes with the batch left open; undefined where nothing has to be or where it is not
 * certain. The first number is the batch times a rest, such as the heads of an attention. The rest is told by the batch
 * that the file was made for where it is `given`, else by what each picture holds.
 */
export function openTarget(patient: Patient, node: OnnxNode, given?: number): number[] | undefined {
  const input = dimsOf(patient.full, node.inputs[0]);
  const numbers = node.op === 'Reshape' ? numbersOf(patient.full.values.get(node.inputs[1] ?? '')) : undefined;
  if (!numbers || !(numbers[0]! > 0) || !input?.[0] || !variesWithBatch(patient, input[0]) || !isByPicture(patient, node.inputs[0]!)) return undefined;
  const batch = patient.dims[0]!;
  const zeroCopies = intOf(node, 'allowzero', 0) === 0;
  const tail = numbers.slice(1).map((number, axis) => (number === 0 && zeroCopies ? input[axis + 1] : constant(number)));
  if (!tail.every((dim) => dim !== undefined)) return undefined;
  const rest = given === undefined ? restOf(numbers[0]!, tail, input, batch) : quotient(numbers[0]!, given);
  if (rest === undefined) return undefined;
  if (rest === 1 && zeroCopies && equal(input[0], batch)) return [0, ...numbers.slice(1)];
  const open = tail.findIndex(isOpen);
  const solved = open < 0 ? undefined : valueOf(fill(divideExactly(product(input), batch), rest, tail) ?? constant(-1));
  if (open >= 0 && !(solved! > 0)) return undefined;
  return [-1, ...(open < 0 ? numbers.slice(1) : numbers.slice(1).with(open, solved!))];
}

function quotient(first: number, given: number): number | undefined {
  return first % given === 0 ? first / given : undefined;
}

/**
 * By what the first number exceeds the batch: the one factor that is possible, or the one of them that leaves the last
 * dimension whole; undefined where that is not one.
 */
function restOf(first: number, tail: Shape, input: Shape, batch: Dim): number | undefined {
  if (first === 1) return 1;
  if (first > LARGEST) return undefined;
  const picture = divideExactly(product(input), batch);
  const factors = Array.from({ length: first }, (_, index) => index + 1).filter((factor) => first % factor === 0);
  const possible = factors.filter((factor) => fill(picture, factor, tail) !== undefined);
  const endsOpen = tail.length > 0 && isOpen(tail.at(-1)!);
  const whole = possible.filter((factor) => endsOpen && equal(fill(picture, factor, tail)!, input.at(-1)!));
  const sure = possible.length === 1 ? possible : whole;
  return sure.length === 1 ? sure[0] : undefined;
}

/** What -1 stands for in a tail of which a picture holds so many, 1 where there is none; undefined where they do not fit. */
function fill(picture: Dim | undefined, rest: number, tail: Shape): Dim | undefined {
  const others = product([constant(rest), ...tail.filter((dim) => !isOpen(dim))]);
  const left = picture && divideExactly(picture, others);
  return left && (tail.some(isOpen) || equal(left, constant(1))) ? left : undefined;
}

function isOpen(dim: Dim): boolean {
  return valueOf(dim) === -1;
}

/** Whether a value lies in memory picture by picture: its first dimension is the batch, or was merged from such without a turn. */
function isByPicture(patient: Patient, value: string): boolean {
  let name: string | undefined = value;
  for (let step = 0; step < REACH && name !== undefined; step++) {
    const leading = dimsOf(patient.full, name)?.[0];
    if (!leading || !variesWithBatch(patient, leading)) return false;
    if (equal(leading, patient.dims[0]!)) return true;
    name = sourceOf(patient, name, leading);
  }
  return false;
}

/** The operand that a value has its first dimension from. */
function sourceOf(patient: Patient, name: string, leading: Dim): string | undefined {
  const maker = patient.makers.get(name);
  if (!maker || (maker.op === 'Transpose' && intsOf(maker, 'perm')?.[0] !== 0)) return undefined;
  if (maker.op === 'Reshape' || maker.op === 'Flatten') return maker.inputs[0];
  return operandsOf(maker).find((input) => {
    const dim = dimsOf(patient.full, input)?.[0];
    return dim !== undefined && equal(dim, leading);
  });
}
