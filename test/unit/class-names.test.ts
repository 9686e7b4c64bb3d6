import { describe, expect, test } from 'vitest';
import { readLabels } from '../../src/yolov10/labels.ts';
import { processorTime } from '../cases/hostile.ts';

describe('class names out of metadata', () => {
  test.each([
    ["{0: 'person', 1: 'bicycle'}", ['person', 'bicycle']],
    [`{0: "dog's bed", 1: 'say "x"'}`, ["dog's bed", 'say "x"']],
    [`{1: 'b', 0: 'a'}`, ['a', 'b']],
    [`{0: 'it\\'s', 1: 'a\\\\b'}`, ["it's", 'a\\b']],
    ['{"0": "person", "1": "caf\\u00e9"}', ['person', 'café']],
    ['["one", "two"]', ['one', 'two']],
    ["['one', 'two']", ['one', 'two']],
    ["{0: 'a: b', 1: 'c, 2: d'}", ['a: b', 'c, 2: d']],
    ['{0: \'猫\', 1: \'{brace}\'}', ['猫', '{brace}']],
    ["{1: 'only this'}", ['class 0', 'only this']],
    ['nonsense', ['class 0', 'class 1']],
    [undefined, ['class 0', 'class 1']],
  ])('%s', (text, expected) => {
    expect(readLabels(text, 2)).toEqual(expected);
  });

  test.each([
    ["{7: 'a', 12 : \n 'b', \"1\" :'c'}", ['class 0', 'c']],
    ["{0: 'a', 1: 'no end", ['a', 'class 1']],
    ["{0: 'a\\", ['class 0', 'class 1']],
    ['["a", \'b', ['a', 'class 1']],
    ["{0: 'a', 0: 'b', 1:'\\\n'}", ['b', '\\\n']],
  ])('damaged or odd: %s', (text, expected) => {
    expect(readLabels(text, 2)).toEqual(expected);
  });

  const million = 1_000_000;
  test.each([
    ['digits', '7'],
    ['spaced digits', '7 '],
    ['quoted digits', "'7"],
    ['keys of names that do not end', "{1: '"],
    ['keys and double quotes', '{1: "'],
    ['escaped quotes', "1: '\\'"],
    ['spaces', ' '],
    ['backslashes', '\\'],
  ])('a million characters of %s take no time', (_title, piece) => {
    const run = piece.repeat(million / piece.length);
    for (const text of [run, `{0: 'a', ${run}`, `{0: "${run}`, `["a", "${run}`, `[${run}`, `{1${run}: 'b'}`]) {
      const started = processorTime();
      readLabels(text, 2);
      expect(processorTime() - started).toBeLessThan(300);
    }
  });
});
