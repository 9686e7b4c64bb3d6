/** Class names as exporters write them in `names` metadata: a Python dict, `{0: 'person', 1: 'dog\'s bed'}`. */
export function writeLabels(labels: readonly string[]): string {
  const quote = (label: string): string => `'${label.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  return `{${labels.map((label, i) => `${i}: ${quote(label)}`).join(', ')}}`;
}
