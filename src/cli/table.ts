/** A column of a table; numbers read better when their ends are aligned. */
export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/** A plain text table, columns two spaces apart, each line ending in a newline. */
export function table(columns: Column[], rows: string[][], indent = ''): string {
  const widths = columns.map(({ title }, index) => Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[index] ?? ''))));
  const line = (cells: string[]): string => {
    const padded = columns.map(({ align }, index) => {
      const space = ' '.repeat(widths[index]! - displayWidth(cells[index] ?? ''));
      return align === 'right' ? space + (cells[index] ?? '') : (cells[index] ?? '') + space;
    });
    return `${indent}${padded.join('  ')}`.trimEnd() + '\n';
  };
  return [columns.map(({ title }) => title), ...rows].map(line).join('');
}

/** Columns a text takes in a terminal: none for combining marks, two for East Asian wide characters and emoji. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\p{Control}/u.test(character)) continue;
    width += /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
  }
  return width;
}

/** `1` and `object` to `1 object`, `2` to `2 objects`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

/** A duration as people say it: `83 ms`, `2.4 s`, `3 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Bytes in decimal units, `9.1 MB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]}`;
}
