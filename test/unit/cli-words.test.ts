import { describe, expect, it } from 'vitest';
import { suggest } from '../../src/cli/suggest.ts';
import { byteSize, displayWidth, duration, table } from '../../src/cli/table.ts';

describe('words and numbers', () => {
  it.each([['detct', 'detect'], ['dtect', 'detect'], ['inpsect', 'inspect'], ['adap', 'adapters'], ['DETECT', 'detect'], ['frobnicate', undefined], ['x', undefined]])(
    'suggests for %s: %s', (word, expected) => expect(suggest(word, ['detect', 'inspect', 'adapters', 'run'])).toBe(expected));

  it('aligns tables by what a terminal shows', () => {
    expect(table([{ title: 'a' }, { title: 'n', align: 'right' }], [['二维码', '1'], ['cafe\u0301', '10']])).toBe('a        n\n二维码   1\ncafe\u0301    10\n');
    expect(displayWidth('\u001b')).toBe(0);
  });

  it.each([[0.04, '0.0 ms'], [9.94, '9.9 ms'], [9.96, '10 ms'], [999, '999 ms'], [999.6, '1.0 s'], [59_949, '59.9 s'], [59_951, '1 min 0 s'], [185_000, '3 min 5 s']])(
    '%d ms is %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text));

  it.each([[0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [9_312_345, '9.3 MB'], [4e9, '4.0 GB']])('%d bytes are %s', (bytes, text) => expect(byteSize(bytes)).toBe(text));
});
