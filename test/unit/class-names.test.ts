import { describe, expect, test } from 'vitest';
import { readLabels } from '../../src/yolov10/labels.ts';

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
});
