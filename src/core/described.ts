/** A value from JavaScript in a few words, for messages. */
export function described(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'an object') : String(value);
}
