/**
 * Class names from the `names` metadata that exporters write: a Python dict such as `{0: 'person', 1: "dog's bed"}`, or
 * JSON. Missing names become `class 7`.
 */
export function readLabels(text: string | undefined, classCount: number): string[] {
  const names = parseNames(text ?? '');
  return Array.from({ length: classCount }, (_, i) => names.get(i) ?? `class ${i}`);
}

const ENTRY = /(?:"(\d+)"|'(\d+)'|(\d+))\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/g;
const ITEM = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g;

function parseNames(text: string): Map<number, string> {
  if (text.trim().startsWith('[')) {
    return new Map([...text.matchAll(ITEM)].map(([, double, single], i) => [i, unescape(double ?? single ?? '')]));
  }
  const entries = [...text.matchAll(ENTRY)];
  return new Map(entries.map(([, a, b, c, double, single]) => [Number(a ?? b ?? c), unescape(double ?? single ?? '')]));
}

function unescape(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\(.)/g, (_, code: string | undefined, plain: string | undefined) =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : plain === 'n' ? '\n' : (plain ?? ''));
}
