import { constant, type Dim, equal, format, formatShape, isKnown, unknown, valueOf } from '../../core/dim.ts';
import { contradict, type Failure, isFailure, type Shape, type Site } from './rule.ts';

type Unified = Dim | Failure;

/** The one dimension that two which must agree stand for; notes a pin where they agree for some inputs only. */
export function unify(site: Site, a: Dim, b: Dim): Unified {
  if (equal(a, b) || !isKnown(b)) return a;
  if (!isKnown(a)) return b;
  if (valueOf(a) !== undefined && valueOf(b) !== undefined) {
    return contradict(`${format(a)} and ${format(b)} cannot agree`);
  }
  site.pin(a, b);
  return valueOf(b) !== undefined ? b : a;
}

/** As `unify`, where a 1 stretches to the other (ONNX "Broadcasting"). */
export function broadcastDim(site: Site, a: Dim, b: Dim): Unified {
  if (valueOf(a) === 1) return b;
  if (valueOf(b) === 1) return a;
  if (isKnown(a) && isKnown(b)) return unify(site, a, b);
  if (equal(a, b)) return a;
  const sure = [a, b].find((dim) => (valueOf(dim) ?? 0) > 1);
  return sure ?? unknown();
}

/** The common shape of operands, aligned at their last dimensions. */
export function broadcast(site: Site, shapes: readonly Shape[]): Shape | Failure {
  return shapes.reduce<Shape | Failure>((left, right) => {
    if (isFailure(left)) return left;
    const rank = Math.max(left.length, right.length);
    const dims = padLeft(left, rank).map((dim, axis) => broadcastDim(site, dim, padLeft(right, rank)[axis]!));
    return collect(dims, left, right);
  }, []);
}

function padLeft(shape: Shape, rank: number): Dim[] {
  return [...Array<Dim>(rank - shape.length).fill(constant(1)), ...shape];
}

function collect(dims: readonly Unified[], left: Shape, right: Shape): Shape | Failure {
  const failed = dims.find((dim): dim is Failure => 'reason' in dim);
  if (failed) return contradict(`${formatShape(left)} and ${formatShape(right)} do not broadcast: ${failed.reason}`);
  return dims as Dim[];
}
