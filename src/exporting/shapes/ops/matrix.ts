import { constant, type Dim, equal, formatShape, isKnown, valueOf } from '../../../core/dim.ts';
import { intOf } from '../../../onnx/attributes.ts';
import { broadcast, unify } from '../broadcast.ts';
import { contradict, fail, isFailure, type Inferred, type Rule, type Site } from '../rule.ts';

/**
 * As numpy.matmul: the last two axes multiply, those before broadcast, lists count as a row or a column.
 * @param place which input the second operand is
 */
function matmul(site: Site, place: number): Inferred {
  const [left, right] = [site.shapes[0], site.shapes[place]];
  if (!right) return fail('its second operand has no shape');
  if (left!.length === 0 || right.length === 0) return contradict('a number where a matrix belongs');
  const a = left!.length === 1 ? [constant(1), ...left!] : left!;
  const b = right.length === 1 ? [...right, constant(1)] : right;
  if (!agrees(site, a.at(-1)!, b.at(-2)!)) return contradict(`${formatShape(left!)} times ${formatShape(right)}`);
  const batch = broadcast(site, [a.slice(0, -2), b.slice(0, -2)]);
  if (isFailure(batch)) return batch;
  const rows = left!.length === 1 ? [] : [a.at(-2)!];
  const columns = right.length === 1 ? [] : [b.at(-1)!];
  return [[...batch, ...rows, ...columns]];
}

function agrees(site: Site, a: Dim, b: Dim): boolean {
  if (equal(a, b) || !isKnown(a) || !isKnown(b)) return true;
  if (valueOf(a) !== undefined && valueOf(b) !== undefined) return false;
  return !('reason' in unify(site, a, b));
}

function gemm({ node, shapes }: Site): Inferred {
  const [a, b] = shapes;
  if (!b || a!.length !== 2 || b.length !== 2) return fail('its operands are not two matrices');
  const rows = a![intOf(node, 'transA', 0) === 1 ? 1 : 0]!;
  const columns = b[intOf(node, 'transB', 0) === 1 ? 0 : 1]!;
  return [[rows, columns]];
}

/** Matrix products. */
export const matrix: Record<string, Rule> = {
  MatMul: { shape: (site) => matmul(site, 1) },
  MatMulInteger: { shape: (site) => matmul(site, 1), types: ['int32'] },
  QLinearMatMul: { shape: (site) => matmul(site, 3), types: [{ input: 7 }] },
  Gemm: { shape: gemm },
};
