/**
 * Class names from the `names` metadata that exporters write: a Python dict such as `{0: 'person', 1: "dog's bed"}`, or
 * JSON. Missing names become `class 7`. Time is linear in the text, whatever it holds.
 */
export function readLabels(text: string | undefined, classCount: number): string[] {
  const names = parseNames(text ?? '');
  return Array.from({ length: classCount }, (_, i) => names.get(i) ?? `class ${i}`);
}

/** A number, in quotes or not, up to the quote that starts its name. Counts are bounded so that no place is read over and over. */
const KEY = /(?:"(\d{1,9})"|'(\d{1,9})'|(?<!\d)(\d{1,9}))\s{0,99}:\s{0,99}(?=["'])/g;
const QUOTE = /["']/g;

function parseNames(text: string): Map<number, string> {
  const isList = text.trimStart().startsWith('[');
  const starts = isList ? QUOTE : KEY;
  const names = new Map<number, string>();
  let place = 0;
  for (let match = find(starts, text, 0); match; match = find(starts, text, place)) {
    const [whole, double, single, bare] = match;
    const start = match.index + (isList ? 0 : whole.length);
    const end = closing(text, start);
    if (end === undefined) break; // the rest is one name without an end
    names.set(isList ? names.size : Number(double ?? single ?? bare), unescape(text.slice(start + 1, end)));
    place = end + 1;
  }
  return names;
}

function find(pattern: RegExp, text: string, place: number): RegExpExecArray | null {
  pattern.lastIndex = place;
  return pattern.exec(text);
}

/** Where the quoted text that starts at a place ends; undefined where it does not. */
function closing(text: string, start: number): number | undefined {
  for (let place = start + 1; place < text.length; place++) {
    if (text[place] === text[start]) return place;
    if (text[place] === '\\') place++;
  }
  return undefined;
}

function unescape(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\(.)/g, (_, code: string | undefined, plain: string | undefined) =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : plain === 'n' ? '\n' : (plain ?? ''));
}
