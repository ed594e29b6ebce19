import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseYaml } from '../../src/config/yaml.ts';
import {
  commentsAbove,
  itemsAt,
  withChange,
  withItem,
  withoutItem,
  withValue,
  yamlOf,
} from '../../src/config/yaml-edit.ts';
import type { Yaml } from '../../src/model/pack.ts';

const TEXT = `# head
port :     8125   # the port
# of the list
groups:
- a
- b

map:
    x: 1
    # y
    y: "two"
key: ''
empty:
# end
`;

test.each<[string, string[], Yaml | undefined, [string, string]]>([
  ['a number', ['port'], 1, ['port :     8125   # the port', 'port :     1   # the port']],
  ['a quoted text', ['key'], 'abc', ["key: ''", 'key: abc']],
  ['a text that looks like a number', ['key'], '12', ["key: ''", 'key: "12"']],
  ['a value within a map', ['map', 'y'], 2, ['y: "two"', 'y: 2']],
  ['a list', ['groups'], ['c'], ['groups:\n- a\n- b\n', 'groups: [ c ]\n']],
  ['nothing by something', ['empty'], true, ['empty:\n', 'empty: true\n']],
  ['a map by a value', ['map'], 1, ['map:\n    x: 1\n    # y\n    y: "two"\n', 'map: 1\n']],
  ['a new key', ['new'], 'x', ['empty:\n', 'empty:\nnew: x\n']],
  ['a new key within a map', ['map', 'z'], [1], ['    y: "two"\n', '    y: "two"\n    z: [ 1 ]\n']],
  ['a new map', ['a', 'b'], 1, ['empty:\n', 'empty:\na:\n  b: 1\n']],
  ['a key by nothing at all', ['port'], undefined, ['port :     8125   # the port\n', '']],
  ['a key that is not there', ['none'], undefined, ['', '']],
])('replaces %s and leaves the rest as it is', (_, path, value, [before, after]) => {
  expect(withValue(TEXT, path, value)).toBe(TEXT.replace(before, () => after));
});

test.each<[string, string]>([
  ['', 'a: 1\n'],
  ['# only a comment', '# only a comment\na: 1\n'],
  ['a: 2\na: 3\n', 'a: 2\na: 1\n'],
  ['b: 2', 'b: 2\na: 1'],
  ['b: |\n  text\n  more\n# end\n', 'b: |\n  text\n  more\na: 1\n# end\n'],
])('writes into %j', (text, expected) => {
  expect(withValue(text, ['a'], 1)).toBe(expected);
});

test.each(['a: [', '{b: 2}', '- a\n'])('refuses to change %j instead of breaking it', (text) => {
  expect(() => withValue(text, ['a'], 1)).toThrow(/broken|by hand/);
});

const keys = fc.stringMatching(/^[a-z]{1,5}$/);
const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());

test('what was set is read again, and everything else is as it was', () => {
  const maps = fc.dictionary(keys, scalar, { minKeys: 1 });
  fc.assert(
    fc.property(maps, keys, fc.oneof(scalar, fc.array(scalar)), (map, key, value) => {
      const text = Object.entries(map)
        .map(([name, each]) => `${name}: ${JSON.stringify(each)} # of ${name}\n`)
        .join('');
      const [document] = parseYaml(withValue(text, [key], value), '').documents;
      expect(document?.value).toEqual({ ...map, [key]: value });
    }),
  );
});

test('tells of a change in one line, and keeps the last 50 of these', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5).getTime();
  const change = { verb: 'SET', key: 'port', shown: 'a\nb', at } as const;
  const line = '# CHANGE: (2026-01-02 03:04:05) SET port → a b';
  expect(withChange('a: 1\n\n', change)).toBe(`a: 1\n${line}\n`);
  expect(withChange('', change)).toBe(`${line}\n`);
  let text = '# first\na: 1\n';
  for (let count = 0; count < 60; count++) text = withChange(text, { ...change, shown: String(count) });
  expect(text.match(/CHANGE/g)).toHaveLength(50);
  expect(text).toMatch(/^# first\na: 1\n# CHANGE: .* → 10\n/);
  expect(text).toMatch(/→ 59\n$/);
});

test('finds the comments above a key', () => {
  expect(commentsAbove('# far\n\n# one\n#two\na: 1', 5)).toEqual(['# one', '#two']);
});

test.each<[string, string, string]>([
  ['g:\n  - a # first\n  - b\n# end\n', 'g:\n  - a # first\n  - b\n  - c\n# end\n', 'lines'],
  ['g:\n- a\nx: 1\n', 'g:\n- a\n- c\nx: 1\n', 'lines without indentation'],
  ['g: [a, b] # two\n', 'g: [ a, b, c ] # two\n', 'a list on one line'],
  ['g: a\n', 'g: [ a, c ]\n', 'a single value'],
  ['g:\nx: 1\n', 'g: [ c ]\nx: 1\n', 'nothing'],
  ['x: 1\n', 'x: 1\ng: [ c ]\n', 'a list that is not there'],
  ['g: []\n', 'g: [ c ]\n', 'an empty list'],
])('an item is added to %j', (text, expected) => {
  expect(withItem(text, 'g', 'c')).toBe(expected);
});

test.each<[string, string]>([
  ['g:\n  - a\n  - c # last\n# end\n', 'g:\n  - a\n# end\n'],
  ['g:\n  # of c\n  - c\n  - a\n', 'g:\n  # of c\n  - a\n'],
  ['g: [a, c, b]\n', 'g: [ a, b ]\n'],
  ['g:\n  - c\nx: 1\n', 'g: []\nx: 1\n'],
  ['g: c\n', 'g: []\n'],
  ['g: [a]\n', 'g: [ a ]\n'],
])('an item is taken out of %j', (text, expected) => {
  expect(withoutItem(text, 'g', 'c')).toBe(expected);
});

test('what was added and taken out again leaves the list as it was', () => {
  const item = fc.oneof(keys, fc.stringMatching(/^[ -~]{1,12}$/));
  fc.assert(
    fc.property(fc.uniqueArray(item, { minLength: 1 }), item, fc.boolean(), (items, more, isBlock) => {
      fc.pre(!items.includes(more));
      const quoted = items.map((each) => JSON.stringify(each));
      const text = isBlock
        ? `g:\n${quoted.map((each) => `  - ${each}\n`).join('')}# end\n`
        : `g: [${quoted.join(', ')}]\n`;
      const added = withItem(text, 'g', more);
      expect(itemsAt(added, 'g')).toEqual([...items, more]);
      expect(itemsAt(withoutItem(added, 'g', more), 'g')).toEqual(items);
    }),
  );
});

test.each<[string, Yaml]>([
  ['80', 80],
  ['"80"', '80'],
  ['[a, b]', ['a', 'b']],
  ['true', true],
  ['yes', 'yes'],
  ['', ''],
  ['null', null],
  ['0644', '0644'],
])('the word %j on the command line means %j', (word, value) => {
  expect(yamlOf(word)).toEqual(value);
});

test('a word that is no YAML is refused', () => {
  expect(() => yamlOf('[a')).toThrow(expect.objectContaining({ code: 'bad_request' }));
});
