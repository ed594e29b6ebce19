import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseYaml } from '../../src/config/yaml.ts';
import { commentsAbove, withChange, withValue } from '../../src/config/yaml-edit.ts';
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
