import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { expandTabs, parseYaml } from '../../src/config/yaml.ts';
import { textFaults } from '../../src/config/yaml-fault.ts';
import { placeIn } from '../../src/config/yaml-place.ts';
import { problemLine } from '../../src/model/pack.ts';

const read = (text: string) => {
  const { documents, problems } = parseYaml(text, 'a.yml');
  return { values: documents.map(({ value }) => value), problems: problems.map(problemLine) };
};

/** So many lines, each made from its number, which counts from 0. */
const lines = (count: number, line: (each: number) => string) =>
  Array.from({ length: count }, (_, each) => `${line(each)}\n`).join('');

test.each<[string, string, unknown]>([
  ['yes, no, on and off are texts', 'a: yes\nb: off', { a: 'yes', b: 'off' }],
  ['true, null and numbers are not', 'a: true\nb: ~\nc: 1.5\nd:', { a: true, b: null, c: 1.5, d: null }],
  ['digits after a leading zero are kept', 'permissions: 0644', { permissions: '0644' }],
  ['digits too many for a number are kept', 'id: 12345678901234567890', { id: '12345678901234567890' }],
  ['keys are texts as written', 'true: a\n1.0: b\n~: c', { true: 'a', '1.0': 'b', '~': 'c' }],
  [
    'a merge key gives what is not written',
    'x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3',
    { x: { a: 1, b: 2 }, y: { a: 1, b: 3 } },
  ],
  ['of several merged maps the first wins', 'y: {<<: [{a: 1}, {a: 2, b: 2}]}', { y: { a: 1, b: 2 } }],
  ['a quoted << is a key', '"<<": 1', { '<<': 1 }],
])('%s', (_, text, expected) => {
  const { values, problems } = read(text);
  expect(problems).toEqual([]);
  expect(values).toEqual([expected]);
});

test('maps have no prototype, and __proto__ is a key like any other', () => {
  const [value] = parseYaml('__proto__: {a: 1}', 'a.yml').documents.map((document) => document.value);
  expect(Object.getPrototypeOf(value)).toBeNull();
  expect(Object.keys(value as object)).toEqual(['__proto__']);
});

test('each document of a file is read; an empty one is none', () => {
  expect(read('a: 1\n---\nb: 2').values).toEqual([{ a: 1 }, { b: 2 }]);
  expect(read('# nothing\n').values).toEqual([]);
});

test('of a key written twice the last counts, with a warning at its line', () => {
  const { values, problems } = read('a: 1\nb: 2\na: 3\n');
  expect(values).toEqual([{ a: 3, b: 2 }]);
  expect(problems).toEqual(['a.yml:3:1: duplicate key "a"; the last one counts']);
});

test.each([
  ['a tab', 'a:\n\tb: 1\n', 'a.yml:2:1: tab used for indentation; YAML needs spaces'],
  ['an open quote', 'a: "x\n', 'a.yml:2:1: a text in quotes has no " at its end'],
  ['a tag', 'a: !thing 1\n', 'a.yml:1:4: Unresolved tag: !thing; tags of this kind are refused'],
  ['an alias within itself', 'a: &a [*a]\n', 'a.yml:1:7: an alias stands within what it stands for'],
  ['an alias of nothing', 'a: *b\n', 'a.yml:1:4: no anchor before this place is named "b"'],
  ['a map as key', '? {b: 1}\n: 2\n', 'a.yml:1:3: a key must be a text, not a map or a list'],
  ['endless brackets', '['.repeat(50_000), 'a.yml:1:101: nested deeper than 100 levels'],
  ['endless dashes', '- '.repeat(50_000), 'a.yml:1:201: nested deeper than 100 levels'],
  [
    'brackets in many lines',
    `a:\n${' [\n'.repeat(200)}${' ]\n'.repeat(200)}`,
    'a.yml:101:2: nested deeper than 100 levels',
  ],
  ['maps in maps', lines(200, (each) => `${' '.repeat(each)}k:`), 'a.yml:100:100: nested deeper than 100 levels'],
  ['too many aliases', `a: &a 1\nb: [${'*a,'.repeat(1_001)}]`, 'a.yml:2:3005: more than 1000 aliases'],
])('refuses a text with %s as a whole', (_, text, problem) => {
  expect(read(text)).toEqual({ values: [], problems: [problem] });
});

test.each([2, 60, 5_000])(
  '%i lines that are not below their map are told as wrong indentation, where they begin',
  (count) => {
    const wrong =
      'wrong indentation or a text with ": " in it; keys of one map stand below each other, such a text in quotes';
    const below = lines(count, (each) => `    k${each}: 1`);
    expect(read(`check:\n  interval: 10s\n${below}`)).toEqual({ values: [], problems: [`a.yml:2:13: ${wrong}`] });
  },
);

test('what is wrong above a place that is too deep is told instead of it', () => {
  const deep = lines(200, (each) => `${' '.repeat(each)}k:`);
  expect(read(`a: "x\\q"\n${deep}`).problems).toEqual([
    'a.yml:1:6: no escape begins like this; within "..." a backslash is written twice',
  ]);
});

test('aliases of aliases cannot fill the memory', () => {
  const text = lines(12, (i) => `a${i}: &a${i} [${Array(8).fill(i === 0 ? 'x' : `*a${i - 1}`)}]`);
  expect(read(text).problems[0]).toMatch(/more than/);
});

test('knows the place of every key, and of the nearest one above what is not written', () => {
  const [document] = parseYaml('a:\n  - b: 1\n    c: {d: 1.0}\n', 'a.yml').documents;
  expect(document?.placeOf(['a', 0, 'c'])).toEqual({ line: 3, column: 5 });
  expect(document?.placeOf(['a', 0, 'c', 'zz'])).toEqual({ line: 3, column: 5 });
  expect(document?.sourceOf(['a', 0, 'c', 'd'])).toBe('1.0');
});

test('to know the place of every key the keys are looked through once', () => {
  const keys = Array.from({ length: 200 }, (_, at) => `k${at}`);
  const map = parseDocument<YAMLMap, true>(keys.map((key) => `${key}: 1\n`).join('')).contents as YAMLMap;
  let looks = 0;
  map.items = new Proxy(map.items, {
    get(items, name) {
      looks += 1;
      return Reflect.get(items, name);
    },
  });
  const lines = new LineCounter();
  keys.forEach((_, at) => void lines.addNewLine(at * 8));
  for (const key of keys) expect(placeIn(map, [key], lines).line).toBeGreaterThan(0);
  expect(looks).toBeLessThan(5 * keys.length);
});

test('of a key written again and again a thousand warnings are told', () => {
  const { documents, problems } = parseYaml('a: 1\n'.repeat(3_000), 'a.yml');
  expect(documents).toHaveLength(1);
  expect(problems).toHaveLength(1_000);
  expect(problems.at(-1)).toMatchObject({ line: 1_001 });
});

test('of lines that are wrong twenty are told, and the others not looked at', () => {
  const text = '\ta: 1\n'.repeat(300);
  const { errors, warnings } = parseDocument(text, { prettyErrors: false });
  const looked = new Set<number>();
  const watched = errors.map(
    (error, at) =>
      ({
        pos: error.pos,
        message: error.message,
        get code() {
          looked.add(at);
          return error.code;
        },
      }) as typeof error,
  );
  expect(errors.length).toBeGreaterThan(200);
  expect(textFaults({ errors: watched, warnings }, text)).toHaveLength(20);
  expect(looked.size).toBeLessThan(50);
  expect(read(text).problems).toHaveLength(20);
});

test('the line and its tab are right wherever on a line the fault is', () => {
  expect(read('a: 1\nb: "\\q" # x\n\tc: 2\nd: "\\q"\n').problems).toEqual([
    'a.yml:2:5: no escape begins like this; within "..." a backslash is written twice',
    'a.yml:3:1: tab used for indentation; YAML needs spaces',
    'a.yml:4:5: no escape begins like this; within "..." a backslash is written twice',
  ]);
});

test('tabs become blanks up to the next multiple of four', () => {
  expect(expandTabs('a:\n\tb: x\ty\n  \tc: 1\n')).toBe('a:\n    b: x\ty\n    c: 1\n');
});

test('never throws, whatever it is given', () => {
  const pieces = fc.constantFrom(
    'a',
    ':',
    ' ',
    '\n',
    '- ',
    '[',
    '{',
    '}',
    '"',
    '*x',
    '&x ',
    '<<',
    '\t',
    '!',
    '|',
    '>',
    '#',
    '---\n',
    '?',
    '\u0000',
    '0',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      parseYaml(parts.join(''), 'a.yml');
    }),
    { numRuns: 1_000 },
  );
});
