import { describe, expect, test } from 'vitest';
import { compile } from '../../src/expressions/compile.ts';
import { partsOf } from '../../src/expressions/parts.ts';
import { jsonOf } from '../../src/expressions/values.ts';
import { evaluate, filled, functions, scopeOf, shown } from '../support/expressions.ts';
import { fakeHost } from '../support/host.ts';

const data = {
  collector: { a: { n: 5, l: ['x', 'y'], e: null }, d: { '/var/lib': { free: 3 }, 'cpu usage %': 9 } },
  parameters: { critical: 95, deep: { warning: 80 } },
  configuration: { load: { critical: 8 } },
  variables: { used: 12.5 },
};

describe('placeholders', () => {
  test.each([
    ['{{ collector.a.n }}', '5'],
    ['{{collector.a.e}}', 'None'],
    ['{{collector.a}}', "{'n': 5, 'l': ['x', 'y'], 'e': None}"],
    ['{{collector.d./var/lib.free}}', '3'],
    ['{{collector.d.cpu usage %}}', '9'],
    ['{{parameters.critical}}', '95'],
    ['{{parameters.deep.warning}}', '80'],
    ['{{parameters.absent|critical}}', '95'],
    ['{{parameters.absent|parameters.critical}}', '95'],
    ['{{parameters.absent|other||7}}', '7'],
    ['{{parameters.absent|other}}', 'missing parameters.absent'],
    ['{parameters.deep.warning} + 1', '81'],
    ['{{variables.used}} > 12', 'True'],
    ['{{configuration.load.critical}}', '8'],
    ['{configuration.load.critical}', '8'],
    ['$load.warning | load.critical$ > 7', 'True'],
    ['$load.critical$', '8'],
    ['{{collector.zz|}}', "''"],
    ['{{collector.zz||}}', "''"],
    ["{{collector.zz||{'a': [1, '}}']}}}", "{'a': [1, '}}']}"],
    ['{{collector.zz||{{parameters.critical}}}}', '95'],
    ['{{collector.zz| VirtualBox }}', "'VirtualBox'"],
    ["'%s' % {{collector.a.l}}", "\"['x', 'y']\""],
    ["'<{{collector.a.l}}>'", "'<x,y>'"],
    ["'<{{collector.zz|none}}>'", "'<none>'"],
    ["'{{' + '}'", "'{{}'"],
    ["{'a': {'b': 1}}['a']", "{'b': 1}"],
    ['{{collector}}', 'ERR SYNTAX'],
    ['{{collector.}}', 'ERR SYNTAX'],
    ['{{collector.a', 'ERR SYNTAX'],
    ['{{collector.a||1 2}}', 'ERR SYNTAX'],
    ['{{colector.a.n}}', 'ERR NAME'],
  ])('%s is %s', async (text, expected) => {
    expect(await shown(text, { data })).toBe(expected);
  });

  test('are told apart by kind, and collectors by name', () => {
    const compiled = compile('{{collector.a.n}} > {{parameters.x}} and {collector.b.c} and {{collector.a.m||1}}', {
      functions,
    });
    expect([...compiled.collectors]).toEqual(['a', 'b']);
    expect(compiled.references.map(({ kind, path, hasDefault }) => [kind, path.text, hasDefault])).toEqual([
      ['collector', 'a.n', false],
      ['parameters', 'x', false],
      ['collector', 'b.c', false],
      ['collector', 'a.m', true],
    ]);
  });
});

describe('what is meant when something is wrong', () => {
  test.each([
    ['a && b', '&& is not supported, write and'],
    ['1 || 2', '|| is not supported outside of a placeholder, write or'],
    ['!1', '! is not supported, write not'],
    ['1 === 1', '=== is not supported, write =='],
    ['x = 1', 'assignment is not supported, write == to compare'],
    ['1 ? 2 : 3', '?: is not supported, write x if condition else y'],
    ['[1][0:1]', 'slices are not supported'],
    ["u'x'", 'prefixes of texts are not supported: u'],
    ['max(*[1])', '*args and **kw are not supported'],
    ['1 # one', 'comments are not supported'],
    ['010', 'write 10 or 0o10'],
    ['1 +', 'a value is missing at the end'],
    ['', 'a value is missing at the end'],
    ["'abc", "the text is not closed by '"],
    ['true', 'unknown name "true", did you mean "True"?'],
    ['len', 'unknown name "len", did you mean "len(...)"?'],
    ['{{collectors.a.n}}', 'unknown kind of data "collectors", did you mean "collector"?'],
    ['{{foo.x}}', 'unknown kind of data "foo", did you mean "collector"?'],
    ['collector.memory.phys_used > 5', 'data stands in braces: {{collector.memory.phys_used}}'],
    ['100 - colector.cpustats.cpu_all.%idle', 'data stands in braces: {{collector.cpustats.cpu_all.%idle}}'],
    ["'x'.y", 'attributes are not supported, only calls: .y()'],
    ['file_exists(/etc/passwd)', 'a path needs quotes'],
    ['1(2)', 'only functions and methods can be called'],
  ])('%s: %s', (text, message) => {
    expect(() => compile(text, { functions })).toThrow(message);
  });

  test.each([
    ['fil_exists("/a")', 'no function is named "fil_exists", did you mean "file_exists"?'],
    ["grep_file('x', '/f', regex=True)", 'grep_file() has no argument "regex", did you mean "regexp"?'],
    ['is_in_group()', 'is_in_group() needs argument "group"'],
    ['abs(1, 2)', 'abs() takes at most 1 arguments, got 2'],
    ['abs(1, x=2)', 'abs() got argument "x" twice'],
  ])('%s is told when it is loaded, and fails only when it is reached', async (text, message) => {
    const compiled = compile(`False and ${text}`, { functions });
    expect(compiled.warnings).toMatchObject([{ code: 'FUNCTION', message, offset: 10, length: text.length }]);
    expect(await shown(`False and ${text}`)).toBe('False');
    expect(await evaluate(text)).toMatchObject({ type: 'error', code: 'FUNCTION', message });
  });

  test.each([
    ["abs('a')", 'abs.x: is not a number but a string', 0],
    ["1 + ('a' + 2)", 'cannot calculate string + number', 4],
    ["1 < 'a'", 'cannot compare number with string', 0],
    ["'x'.format(1)", 'string has no method "format"', 0],
    ["2 + ['a'][3]", 'index 3 out of range (length 1)', 4],
    ["{'a': 1}['b']", "no key 'b'", 0],
    ["'%d' % 'x'", '%d needs a number, got string', 0],
    ["'%q' % 1", 'unknown conversion %q', 0],
    ['{[1]: 2}', 'a list cannot be a key', 1],
  ])('%s: %s', async (text, message, offset) => {
    expect(await evaluate(text)).toMatchObject({ type: 'error', message, offset });
  });
});

describe('formats', () => {
  test.each([
    ["'%(%idle).1f%%' % {'%idle': 12.34}", "'12.3%'"],
    ["'%(a(b)c)s' % {'a(b)c': 1}", "'1'"],
    ["'%(a.b/c d)s' % {'a.b/c d': 1}", "'1'"],
    ["'%()s' % {'': 1}", "'1'"],
    ["'%(k)s %(k)05d' % {'k': 7}", "'7 00007'"],
    ["'%(k' % {'k': 7}", 'ERR FORMAT'],
    ["'%(k)' % {'k': 7}", 'ERR FORMAT'],
    ["'50%' % 1", 'ERR FORMAT'],
    ["'%(a)s' % {'b': 1}", 'ERR KEY'],
    ["'%(a)s' % 1", 'ERR FORMAT'],
    ["'%*d|%-*d|%.*f' % (4, 7, 4, 7, 2, 1.005)", "'   7|7   |1.00'"],
    ["'%.2s' % '\u{1f600}\u{1f600}\u{1f600}'", "'\u{1f600}\u{1f600}'"],
    ["'%s' % ((1, 2),)", "'(1, 2)'"],
  ])('%s is %s', async (text, expected) => {
    expect(await shown(text)).toBe(expected);
  });
});

describe('keys of dicts', () => {
  test.each([
    ["{True: 'a', None: 'b', 2: 'c'}", "{True: 'a', None: 'b', 2: 'c'}"],
    ["{True: 'a', 1: 'b'}", "{True: 'b'}"],
    ["{1: 'a'}[True]", "'a'"],
    ["{False: 'a'}.get(0)", "'a'"],
    ["1 in {True: 'a'}", 'True'],
    ["{True: 'a'} == {1: 'a'}", 'True'],
    ["{'1': 'a'}.get(1)", 'None'],
    ['{True: 1}.keys()', '[True]'],
  ])('%s is %s', async (text, expected) => {
    expect(await shown(text)).toBe(expected);
  });

  test('are texts in JSON, written as the language writes them', async () => {
    const outcome = await evaluate("(1, {'k': set([1]), None: True, True: None})");
    expect(outcome.type === 'value' && jsonOf(outcome.value)).toEqual([1, { k: [1], None: true, True: null }]);
  });
});

test('bits are exact up to 2**53', async () => {
  expect(await shown('2**53 | 1 - 1')).toBe('9007199254740992');
  expect(await shown('2**54 | 1')).toBe('ERR TYPE');
});

test('an expression is taken apart into what has a value of its own', () => {
  const part = (text: string, offset: number, ...parts: unknown[]) => ({ text, offset, parts });
  expect(partsOf("(a() + 2) * -len('x') < {{collector.a||(b())}}")).toEqual(
    part(
      "(a() + 2) * -len('x') < {{collector.a||(b())}}",
      0,
      part(
        "(a() + 2) * -len('x')",
        0,
        part('(a() + 2)', 0, part('a()', 1)),
        part("-len('x')", 12, part("len('x')", 13)),
      ),
      part('{{collector.a||(b())}}', 24, part('(b())', 39)),
    ),
  );
  expect(() => partsOf(`[${'a(),'.repeat(300)}]`)).toThrow('more than 200 parts');
});

describe('texts for people', () => {
  test.each([
    ["'%d%% %s' % ({{variables.used}}, {{variables.bar}})", "'12% '"],
    ["'%(a)s-%(b)s' % {'a': {{collector.zz}}, 'b': 1}", "'-1'"],
    ["'Load {{collector.zz}}'", "'Load '"],
    ["'cpu:\\n%s' % get_donut({{collector.zz}})", "'cpu:\\n'"],
    ['{{collector.zz}} + 1', "''"],
    ["get_horizontal_bar({{collector.zz}}, width=4) + '.'", "'.'"],
  ])('%s is %s, missing data being nothing', async (text, expected) => {
    expect(await shown(text, { data }, 'text')).toBe(expected);
    expect(await evaluate(text, { data }, 'text')).toHaveProperty('missing.reason', 'not there');
    expect(await shown(text, { data })).toMatch(/^missing/);
  });

  test.each([
    ['plain, with %s and a { brace', 'plain, with %s and a { brace'],
    ['{{collector.a.l}}', 'x,y'],
    ['hosting-{{collector.a.n}}', 'hosting-5'],
    ["it's {{parameters.critical}}%", "it's 95%"],
    ['{{collector.zz||none}}', undefined],
    ["{{collector.zz||'none'}}!", 'none!'],
  ])('a plain text %s is filled', async (text, expected) => {
    if (expected === undefined) await expect(filled(text, { data })).rejects.toThrow('unknown name "none"');
    else expect(await filled(text, { data })).toMatchObject({ type: 'value', value: expected, text: expected });
  });

  test('tell what was missing', async () => {
    expect(await filled('group-{{collector.zz}}', { data })).toMatchObject({
      text: 'group-',
      missing: { path: 'collector.zz' },
    });
  });
});

describe('evaluation', () => {
  test('is synchronous unless host or net functions are called', () => {
    expect(compile("is_in_group('linux')", { functions })).toMatchObject({ isAsync: false });
    const compiled = compile("file_exists('/a') and True", { functions });
    expect(compiled.isAsync).toBe(true);
    expect(compiled.evaluate(scopeOf(), 'value')).toBeInstanceOf(Promise);
  });

  test('calls each host function once, and not those that are not reached', async () => {
    const asked: string[] = [];
    const host = { ...fakeHost(), exists: async (path: string) => path === '/b' || !asked.push(path) };
    const text = "file_exists('/a') or (file_exists('/b') and not file_exists('/c')) or file_exists('/d')";
    expect(await shown(text, { host })).toBe('True');
    expect(asked).toEqual(['/a', '/c']);
  });

  test('does not call a function with missing data', async () => {
    const host = { ...fakeHost(), exists: () => Promise.reject(new Error('asked')) };
    expect(await shown('file_exists({{collector.zz}})', { host })).toBe('missing collector.zz');
    expect(await shown("{{collector.zz}} > 5 or file_exists('/x')", { host })).toBe('ERR FUNCTION');
  });

  test('gives text and truth of a value', async () => {
    expect(await evaluate("[1, 'a', None]")).toMatchObject({ type: 'value', text: "[1, 'a', None]", truth: true });
    expect(await evaluate("''", {}, 'condition')).toMatchObject({ type: 'value', text: '', truth: false });
  });

  test('of missing data names the path and the reason', async () => {
    expect(await evaluate('{{collector.zz.a}} > 1')).toEqual({
      type: 'missing',
      path: 'collector.zz.a',
      reason: 'not there',
    });
  });

  test('reads bare names from the record, if they are declared', async () => {
    const record = { idle: 3, name: 'web' };
    expect(await shown("(100 - idle) > 50 and name == 'web'", { record })).toBe('True');
    expect(await shown('other', { record })).toBe('ERR NAME');
  });
});
