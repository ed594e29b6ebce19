import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escaped } from '../../src/cli/escape.ts';
import { pythonText } from '../../src/cli/python.ts';
import { tableLines } from '../../src/cli/table.ts';
import { fakeAgent, opsbro } from '../support/cli.ts';

const plain = { width: undefined, paint: ({ text }: { text: string }) => text };

describe('text of others', () => {
  test.each([
    ['plain é 日本', 'plain é 日本'],
    ['a\u001b[31mred', 'a\\e[31mred'],
    ['two\nlines\r\t', 'two\\nlines\\r\\t'],
    ['\u0000\u007f\u009b', '\\x00\\x7f\\x9b'],
    ['abc\u202edcba', 'abc\\u202edcba'],
  ])('%j is shown as %s', (text, shown) => {
    expect(escaped(text)).toBe(shown);
  });

  test('never steers a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested
        expect(escaped(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });

  test('a node with a hostile name is shown, not obeyed', async () => {
    await using agent = await fakeAgent({ 'GET /agent/members': { 1: member({ name: 'evil\u001b]0;x\u0007' }) } });
    expect((await opsbro('gossip members', agent)).out).toContain('evil\\e]0;x\\x07');
  });
});

describe('tables', () => {
  const columns = [{ title: 'NAME' }, { title: 'N', align: 'right' }, { title: 'LOG' }] as const;

  test('two blanks between columns, numbers to the right, nothing behind the last', () => {
    expect(
      tableLines(
        columns,
        [
          ['a', '10', ''],
          ['日本', '5', 'x'],
        ],
        plain,
      ),
    ).toEqual(['NAME   N  LOG', 'a     10', '日本   5  x']);
  });

  test('the last column gives way to the terminal', () => {
    const [, row] = tableLines(columns, [['a', '1', 'a long story']], { ...plain, width: 14 });
    expect(row).toBe('a     1  a lo…');
  });
});

test.each([
  [true, 'True'],
  [null, 'None'],
  [2, '2'],
  ['text', 'text'],
  [['a', null, "it's"], `['a', None, "it's"]`],
  [{ a: [1.5, false] }, "{'a': [1.5, False]}"],
])('%j is %s in Python', (value, text) => {
  expect(pythonText(value)).toBe(text);
});

describe('colour', () => {
  const answers = { 'GET /agent/members': { 1: member({}) } };
  const ESCAPE = '\u001b';

  test.each([
    ['a pipe', 'gossip members', {}, 'none'],
    ['a terminal', 'gossip members', { terminal: 'terminal' }, 'some'],
    ['NO_COLOR', 'gossip members', { terminal: 'terminal', env: { NO_COLOR: '1' } }, 'none'],
    ['a dumb terminal', 'gossip members', { terminal: 'terminal', env: { TERM: 'dumb' } }, 'none'],
    ['--color always', 'gossip members --color always', {}, 'some'],
    ['--color never', 'gossip members --color never', { terminal: 'terminal' }, 'none'],
  ] as const)('%s', async (_, line, situation, amount) => {
    await using agent = await fakeAgent(answers);
    const { out } = await opsbro(line, { home: agent.home, ...situation });
    expect(out.includes(ESCAPE) ? 'some' : 'none').toBe(amount);
    expect(out).not.toContain('\r');
  });

  test('signs are ASCII where the locale is not UTF-8', async () => {
    await using agent = await fakeAgent(answers);
    expect((await opsbro('gossip members', agent)).out).toContain('√ alive');
    for (const [line, LANG] of [
      ['gossip members', 'C'],
      ['gossip members --ascii', 'C.UTF-8'],
    ] as const) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a line end is one
      expect((await opsbro(line, { home: agent.home, env: { LANG } })).out).toMatch(/^[\u0000-\u007f]*$/);
    }
  });
});

function member(over: object) {
  return {
    uuid: '1f0c',
    name: 'node1',
    display_name: '',
    kind: 'opsbro',
    addr: '127.0.0.1',
    port: 6768,
    state: 'alive',
    incarnation: 1,
    zone: 'internet',
    is_proxy: false,
    groups: ['linux'],
    services: {},
    checks: {},
    tags: {},
    version: '0.1.0',
    since: 0,
    rtt_ms: null,
    ...over,
  };
}
