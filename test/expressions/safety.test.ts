import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OpsbroError } from '../../src/base/errors.ts';
import { compile } from '../../src/expressions/compile.ts';
import { SimulatedClock } from '../support/clock.ts';
import { evaluate, functions, scopeOf, shown } from '../support/expressions.ts';
import { fakeHost } from '../support/host.ts';

const messageOf = async (text: string): Promise<string> => {
  try {
    const outcome = await evaluate(text);
    return outcome.type === 'error' ? outcome.message : outcome.type;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('limits', () => {
  test.each([
    ['expression too long', `${'1+'.repeat(9_000)}1`],
    ['nested too deeply', `${'('.repeat(70)}1${')'.repeat(70)}`],
    ['nested too deeply', `${'['.repeat(70)}${']'.repeat(70)}`],
    ['nested too deeply', `${'-'.repeat(80)}{{collector.a}}`],
    ['nested too deeply', `${'not '.repeat(80)}1`],
    ['nested too deeply', `${'1+'.repeat(2_000)}1`],
    ['nested too deeply', `${'2**'.repeat(3_000)}1`],
    ['value', `[${'1,'.repeat(8_000)}]`],
    ['value', `[${'[],'.repeat(5_400)}]`],
    ['result too large', "'a' * 1048577"],
    ['result too large', "'a' * 9007199254740991"],
    ['result too large', '[1] * 100001'],
    ['a width is at most 1000', "'%1001d' % 1"],
    ['a precision is at most 100', "'%.101f' % 1"],
    ['result too large', "('ab' * 100000).replace('a', 'x' * 100)"],
    ['result too large', "('x' * 1000000).join(['a', 'b', 'c'])"],
    ['result too large', "('a,' * 200000).split(',')"],
    ['result too large', '1e308 * 10'],
    ['result too large', '1e400'],
    ['too many steps', '[[0] * 100000] * 100000 == [[0] * 100000] * 100000'],
    ['too many steps', "('a' * 500000) in ('b' + 'a' * 500000 + 'b')"],
    ['result too large', "'%s' % ([['a' * 1000] * 1000] * 1000,)"],
    ['too many steps', "('%(k).0s' * 2000) % {'k': [1] * 100000}"],
    ['too many steps', "('%.0e' * 50000) % ((5e-324,) * 50000)"],
    ['too many steps', "('%%' * 500000) % ()"],
    ['result too large', "set([('a' * 1000000,) * 100])"],
    ['result too large', "'{{collector.zz||['a' * 1000000] * 100}}'"],
    ['result too large', "str([[['a'] * 100] * 100] * 100)"],
    ['too many steps', 'max([[1] * 1000] * 100000)'],
    ['result too large', '2 ** 2 ** 2 ** 2 ** 2 ** 2'],
    ['result too large', '9 ** 9 ** 9'],
    ['nested too deeply', `{{collector.a${'.a'.repeat(5_000)}}}`],
    ['too many calls', `[${'len([]),'.repeat(201)}]`],
    ['too many calls', `[${"file_exists('/a'),".repeat(51)}]`],
  ])('%s (%#)', async (expected, text) => {
    expect(await messageOf(text)).toBe(expected);
  });

  test('a container too large to be shown is an error, not a trap for who asks for its text', async () => {
    expect(await shown("[['a' * 1000] * 1000] * 1000")).toBe('ERR LIMIT');
  });

  test('a format of nothing but beginnings of keys costs no more than its length', async () => {
    const start = performance.now();
    expect(await shown("('%(' * 500000) % 1")).toBe('ERR FORMAT');
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test('host functions are waited for 15 seconds', async () => {
    const clock = new SimulatedClock();
    const host = { ...fakeHost({ clock }), exists: () => new Promise<boolean>(() => {}) };
    const outcome = compile("file_exists('/dead')", { functions }).evaluate(scopeOf({ host }), 'value');
    await clock.runAsync(15_000);
    expect(await outcome).toMatchObject({ type: 'error', code: 'LIMIT', message: 'took longer than 15 s' });
  });

  test('an evaluation that is given up ends', async () => {
    const giveUp = new AbortController();
    const host = { ...fakeHost(), exists: () => new Promise<boolean>(() => {}) };
    const outcome = compile("file_exists('/dead')", { functions }).evaluate(
      scopeOf({ host, signal: giveUp.signal }),
      'value',
    );
    giveUp.abort();
    expect(await outcome).toMatchObject({ type: 'error', code: 'LIMIT' });
  });
});

describe('no way out of the language', () => {
  const ESCAPES = [
    "'x'.constructor('return process')()",
    "''.__proto__",
    "[].constructor.constructor('1')()",
    "{'a': 1}.__proto__.polluted()",
    "{}['constructor']",
    "{'__proto__': {'polluted': 1}}['polluted']",
    '{{collector.__proto__.polluted}}',
    '{{collector.a.constructor.name}}',
    '{{collector.a.l.length}}',
    '{collector.constructor}',
    'constructor()',
    '__proto__()',
    'toString()',
    'hasOwnProperty("a")',
    'this',
    'process',
    'globalThis',
    'len(__proto__=1)',
    "'%(__proto__)s' % {'a': 1}",
    "'%(constructor)s' % {'a': 1}",
    '[1].map(abs)',
    '`a`',
    'a => a',
    "import('fs')",
    "get_env('constructor').call('x')",
    "'a'.join.constructor",
    "len.constructor('1')",
    "[1]['length']",
    "(1,)['items']",
    "set([1])['size']",
    "{'a': 1}.get.call()",
    "'%(items.constructor)s' % {'items': [1]}",
    "{'a': 1}[['__proto__']]",
    '{{parameters.__proto__.polluted}}',
    '$constructor.name$',
    'default(__proto__, 1)',
    'max(key=1)',
  ];
  const data = { collector: { a: { l: ['x'] } } };

  test.each(ESCAPES)('%s', async (text) => {
    expect(await shown(text, { data })).toMatch(/^(ERR (SYNTAX|NAME|KEY|FUNCTION|TYPE)|missing .*)$/);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('a name is a field only if the record itself has it', async () => {
    expect(await shown('toString', { record: { toString: 'own' } })).toBe("'own'");
    const compiled = compile('valueOf', { functions, fields: new Set(['valueOf']) });
    expect(compiled.evaluate(scopeOf({ record: {} }), 'value')).toMatchObject({ type: 'missing', path: 'valueOf' });
  });

  test('a class of functions that is not allowed is refused before evaluation', () => {
    const allowed = new Set(['pure', 'node'] as const);
    expect(() => compile("True or file_exists('/etc')", { functions, allowed })).toThrow(
      expect.objectContaining({
        message: 'file_exists() may not be used here: it is a host function',
        details: expect.objectContaining({ code: 'FORBIDDEN', offset: 8 }),
      }),
    );
    expect(compile("len('a')", { functions, allowed }).isAsync).toBe(false);
  });

  test('errors of files do not show what is in them', async () => {
    const host = fakeHost({ files: { '/secret': 'hunter2 {' } });
    const outcome = await evaluate("parse_json_file('/secret')", { host });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
  });
});

const PIECES = [
  ...['1', '0', '2.5', '1e9', "'a'", '"%s"', "'%d %s'", 'True', 'None', '[1, 2]', '(1,)', '()', "{'k': 1}", 'set([1])'],
  ...[
    '{{collector.a.n}}',
    '{collector.a.%i}',
    '{{collector.zz||[]}}',
    '{{collector.zz|W}}',
    '$a | b$',
    "'x{{collector.a.n}}'",
  ],
  ...[
    ' + ',
    ' - ',
    '*',
    '/',
    '%',
    '**',
    '|',
    '&',
    '^',
    ' < ',
    ' == ',
    ' in ',
    ' not in ',
    ' and ',
    ' or ',
    ' not ',
    ' if ',
    ' else ',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '{{',
    '}}',
    ',',
    ':',
    '.',
    '=',
    "'",
    '"',
    '\\',
    '$',
    '|',
    ' ',
    '\n',
    '#',
    ';',
    'é',
    '\u{1f600}',
  ],
  ...[
    'len(',
    'max(',
    'sorted(',
    'get_donut(',
    'hash(',
    '.upper()',
    '.split(',
    '.join(',
    '.get(',
    '[0]',
    '[-1]',
    'lambda',
    'is',
    'for',
  ],
];

test('whatever is written, the outcome is a value, missing, or an error of the language, and soon', async () => {
  const data = { collector: { a: { n: 5, '%i': 3, l: ['x'] } } };
  const written = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 })), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(written, async (pieces) => {
      const start = performance.now();
      try {
        const outcome = await evaluate(pieces.join(''), { data });
        expect(['value', 'missing', 'error']).toContain(outcome.type);
      } catch (error) {
        expect(error).toBeInstanceOf(OpsbroError);
        expect(error).toMatchObject({ code: 'expression' });
      }
      // Generous, since the machine may be busy; the limits are counted in steps, not in time.
      expect(performance.now() - start).toBeLessThan(2_000);
    }),
    { numRuns: 5_000 },
  );
});
