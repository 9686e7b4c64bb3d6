/**
 * Dimensions as integer expressions over named symbols, in one canonical form so that equal expressions compare equal:
 * a polynomial over atoms. An atom is a symbol, the floor of a quotient, or an unknown.
 */
export interface Dim {
  /** Coefficients by monomial; a monomial is its atoms' keys, sorted and joined by `*`, and '' is the constant term. */
  readonly terms: ReadonlyMap<string, number>;
}

interface Atom {
  /** How one unit of the atom prints: its name and the divisor, e.g. `height` and 32 for height/32. */
  text: string;
  unit: number;
}

/** Larger expressions, which only hostile files lead to, become unknowns. */
const limits = { terms: 16, monomial: 256, text: 256 };

let unknowns = 0;

const zero: Dim = { terms: new Map() };

/** The dimension with a constant value. */
export function constant(value: number): Dim {
  return value === 0 ? zero : { terms: new Map([['', value]]) };
}

/**
 * A named dimension.
 * @param unit what it is known to be a multiple of: `symbol('height', 32)` divides by 32 without rest
 */
export function symbol(name: string, unit = 1): Dim {
  return { terms: new Map([[atomKey(name, unit), unit]]) };
}

/** A dimension about which nothing is known; equal only to itself. Prints as `?`. */
export function unknown(): Dim {
  return symbol(`?${unknowns++}`);
}

/** Whether no unknown takes part in the expression. */
export function isKnown(dim: Dim): boolean {
  for (const monomial of dim.terms.keys()) if (monomial.includes('?')) return false;
  return true;
}

function atomKey(text: string, unit: number): string {
  return `${text.replaceAll('*', '×')}|${unit}`;
}

function atomOf(key: string): Atom {
  const end = key.lastIndexOf('|');
  const text = key.slice(0, end);
  return { text: text.startsWith('?') ? '?' : text, unit: Number(key.slice(end + 1)) };
}

function bounded(terms: ReadonlyMap<string, number>): Dim {
  if (terms.size > limits.terms) return unknown();
  for (const [monomial, factor] of terms) {
    if (monomial.length > limits.monomial || Math.abs(factor) > Number.MAX_SAFE_INTEGER) return unknown();
  }
  return { terms };
}

/** The value of a constant dimension, else undefined. */
export function valueOf(dim: Dim): number | undefined {
  if (dim.terms.size === 0) return 0;
  return dim.terms.size === 1 ? dim.terms.get('') : undefined;
}

/** Whether two dimensions are the same expression. */
export function equal(a: Dim, b: Dim): boolean {
  return a.terms.size === b.terms.size && [...a.terms].every(([monomial, factor]) => b.terms.get(monomial) === factor);
}

export function add(a: Dim, b: Dim): Dim {
  const terms = new Map(a.terms);
  for (const [monomial, factor] of b.terms) addTerm(terms, monomial, factor);
  return bounded(terms);
}

export function subtract(a: Dim, b: Dim): Dim {
  return add(a, multiply(b, constant(-1)));
}

export function multiply(a: Dim, b: Dim): Dim {
  const terms = new Map<string, number>();
  for (const [left, p] of a.terms) {
    for (const [right, q] of b.terms) addTerm(terms, joinMonomials(left, right), p * q);
  }
  return bounded(terms);
}

/** The product of dimensions; 1 for none. */
export function product(dims: readonly Dim[]): Dim {
  return dims.reduce(multiply, constant(1));
}

function addTerm(terms: Map<string, number>, monomial: string, factor: number): void {
  const sum = (terms.get(monomial) ?? 0) + factor;
  if (sum === 0) terms.delete(monomial);
  else terms.set(monomial, sum);
}

function joinMonomials(a: string, b: string): string {
  if (a === '' || b === '') return a + b;
  return [...a.split('*'), ...b.split('*')].sort().join('*');
}

/** `a / b` where b divides a without rest for every value of the symbols, else undefined. */
export function divideExactly(a: Dim, b: Dim): Dim | undefined {
  const lead = leadingTerm(b);
  if (!lead) return undefined;
  const quotient = new Map<string, number>();
  let rest = a;
  for (let step = 0; step <= 64; step++) {
    const next = leadingTerm(rest);
    if (!next) return { terms: quotient };
    const monomial = divideMonomial(next[0], lead[0]);
    const factor = next[1] / lead[1];
    if (monomial === undefined || !Number.isInteger(factor)) return undefined;
    addTerm(quotient, monomial, factor);
    rest = subtract(rest, multiply(b, { terms: new Map([[monomial, factor]]) }));
  }
  return undefined;
}

function leadingTerm(dim: Dim): [string, number] | undefined {
  let best: [string, number] | undefined;
  for (const term of dim.terms) if (!best || compareMonomials(term[0], best[0]) > 0) best = term;
  return best;
}

/** By degree, then alphabetically: an order that multiplication respects well enough to divide by. */
function compareMonomials(a: string, b: string): number {
  const degree = (monomial: string): number => (monomial === '' ? 0 : monomial.split('*').length);
  return degree(a) - degree(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function divideMonomial(a: string, b: string): string | undefined {
  const rest = a === '' ? [] : a.split('*');
  for (const atom of b === '' ? [] : b.split('*')) {
    const index = rest.indexOf(atom);
    if (index < 0) return undefined;
    rest.splice(index, 1);
  }
  return rest.join('*');
}

/** `⌊a / n⌋` for a positive integer n: exact where possible, else a new atom for the rounded rest. */
export function floorDivide(a: Dim, n: number): Dim {
  const whole = new Map<string, number>();
  const rest = new Map<string, number>();
  for (const [monomial, factor] of a.terms) {
    const quotient = Math.floor(factor / n);
    addTerm(whole, monomial, quotient);
    addTerm(rest, monomial, factor - quotient * n);
  }
  const remainder: Dim = { terms: rest };
  const value = valueOf(remainder);
  if (value !== undefined) return add({ terms: whole }, constant(Math.floor(value / n)));
  const text = `floor((${format(remainder)})/${n})`;
  const opaque = text.length > limits.text || !isKnown(remainder);
  return add({ terms: whole }, opaque ? unknown() : symbol(text));
}

/** A dimension's text, such as `batch`, `height/32` or `21*height*width/1024`. */
export function format(dim: Dim): string {
  if (dim.terms.size === 0) return '0';
  const texts = [...dim.terms].sort(([a], [b]) => compareMonomials(b, a)).map(formatTerm);
  return texts.join(' + ').replaceAll('+ -', '- ');
}

function formatTerm([monomial, factor]: [string, number]): string {
  const parts = monomial === '' ? [] : monomial.split('*').map(atomOf);
  const divisor = parts.reduce((units, { unit }) => units * unit, 1);
  const common = greatestCommonDivisor(Math.abs(factor), divisor);
  const texts = parts.map(({ text }) => text);
  if (Math.abs(factor) / common !== 1 || parts.length === 0) texts.unshift(String(Math.abs(factor) / common));
  return (factor < 0 ? '-' : '') + texts.join('*') + (divisor / common === 1 ? '' : `/${divisor / common}`);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** A shape's text, such as `[batch,256,height/32,width/32]`. */
export function formatShape(dims: readonly Dim[]): string {
  return `[${dims.map(format).join(',')}]`;
}

/** Whether some symbol takes part in both expressions. */
export function sharesSymbol(a: Dim, b: Dim): boolean {
  const symbols = new Set(atomsIn(a));
  return atomsIn(b).some((atom) => symbols.has(atom));
}

function atomsIn({ terms }: Dim): string[] {
  return [...terms.keys()].flatMap((monomial) => (monomial === '' ? [] : monomial.split('*')));
}
