import type { PathStep } from './trace.ts';

interface Column {
  title: string;
  cell(step: PathStep): string;
}

function columnsFor(steps: readonly PathStep[]): Column[] {
  const repaired = steps.some(({ after }) => after !== undefined);
  return [
    { title: 'as ONNX infers it', cell: ({ onnx }) => onnx },
    { title: 'as TensorRT sees it', cell: ({ tensorrt }) => tensorrt },
    repaired
      ? { title: 'after the repair', cell: ({ after }) => after ?? '' }
      : { title: 'as it should be', cell: ({ exact }) => exact },
  ];
}

/** Whether a cell shows a shape with something lost. */
function isLost(text: string): boolean {
  return text === 'unknown rank' || text.includes('?') || text.includes('-1');
}

/** The path as an aligned table; what is lost is marked with `!`. */
export function drawPathText(steps: readonly PathStep[]): string {
  const columns = columnsFor(steps);
  const rows = [
    ['', ...columns.map(({ title }) => title)],
    ...steps.map((step) => [`${step.op.padEnd(9)} ${step.node}`, ...columns.map(({ cell }) => mark(cell(step)))]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column]!)).join('  ').trimEnd()).join('\n');
}

function mark(text: string): string {
  return isLost(text) ? `! ${text}` : `  ${text}`;
}

const rowHeight = 26;
const columnWidth = 215;
const labelWidth = 340;

/** The path as a picture: one self-contained SVG, what is lost in red. */
export function drawPathSvg(steps: readonly PathStep[]): string {
  const columns = columnsFor(steps);
  const width = labelWidth + columns.length * columnWidth + 20;
  const height = (steps.length + 1) * rowHeight + 8;
  const titles = columns.map(({ title }, column) => svgText(left(column), rowHeight - 8, title, 'title'));
  const rows = steps.flatMap((step, row) => svgRow(step, columns, (row + 1) * rowHeight));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>The shape at each step from the picture to the pe convolution</title>',
    `<style>${style}</style>`,
    `<rect width="${width}" height="${height}" class="page"/>`,
    ...titles,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

const style = [
  'text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#1d2430}.page{fill:#fff}.title{font-weight:600}',
  '.op{fill:#6b7686}.good{fill:#e6f4ea}.lost{fill:#fbe3e1}.lost-text{fill:#a51d12;font-weight:600}',
].join('');

function left(column: number): number {
  return labelWidth + column * columnWidth;
}

function svgRow(step: PathStep, columns: readonly Column[], top: number): string[] {
  const base = top + rowHeight - 8;
  const cells = columns.flatMap(({ cell }, column) => {
    const text = cell(step);
    const lost = isLost(text);
    const box = `<rect x="${left(column) - 8}" y="${top + 1}" width="${columnWidth - 6}" height="${rowHeight - 3}" rx="4" class="${lost ? 'lost' : 'good'}"/>`;
    return [box, svgText(left(column), base, text, lost ? 'lost-text' : '')];
  });
  return [svgText(10, base, shorten(step.node), ''), svgText(labelWidth - 80, base, step.op, 'op'), ...cells];
}

/** Names end in what tells them apart. */
function shorten(name: string): string {
  return name.length > 30 ? `…${name.slice(-29)}` : name;
}

function svgText(x: number, y: number, text: string, kind: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x}" y="${y}"${kind && ` class="${kind}"`}>${escaped}</text>`;
}
