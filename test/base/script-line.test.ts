import { expect, test } from 'vitest';
import { macrosIn, parseScriptLine } from '../../src/base/script-line.ts';

const VALUES: Readonly<Record<string, string>> = {
  plugins: '/usr/lib/p',
  level: '3',
  text: "it's; rm -rf x",
  empty: '',
};

/** The words of a line with its macros filled in; a macro without a value shows its paths. */
function words(line: string): string[] {
  return parseScriptLine(line).words.map(({ pieces }) =>
    pieces
      .map((piece) => ('text' in piece ? piece.text : (VALUES[piece.macro[0] ?? ''] ?? `<${piece.macro.join('|')}>`)))
      .join(''),
  );
}

test.each([
  ['check_load -w 1 -c 2', ['check_load', '-w', '1', '-c', '2']],
  ['a \'b c\' "d e"', ['a', 'b c', 'd e']],
  ['a\\ b c', ['a b', 'c']],
  ["a '' b", ['a', '', 'b']],
  ['a"b"\'c\'d', ['abcd']],
  ['"a \\" b" \'\\n\'', ['a " b', '\\n']],
  ['  spaced \t out  ', ['spaced', 'out']],
  ["check_dummy $level$ '$text$'", ['check_dummy', '3', "it's; rm -rf x"]],
  ['$plugins$/check_mailq -w $level$', ['/usr/lib/p/check_mailq', '-w', '3']],
  ['a $text$ b', ['a', "it's; rm -rf x", 'b']],
  ['bla$load.moncul | load.critical$bla', ['bla<load.moncul|load.critical>bla']],
  ['echo $HOME and $$ $', ['echo', '$HOME', 'and', '$', '$']],
  ['echo $ level $', ['echo', '$', 'level', '$']],
  ["never 'closed", ['never', 'closed']],
  ['', []],
])('%s is split into words', (line, expected) => {
  expect(words(line)).toEqual(expected);
});

test.each([
  ['a | b', true],
  ['a && b', true],
  ['a > /tmp/x', true],
  ['a $(b)', true],
  ['a "$(b)"', true],
  ['a `b`', true],
  ['a *.log', true],
  ['~/bin/a', true],
  ['LANG=C a', true],
  ["a '|' \"; rm\" '$(b)' '*'", false],
  ['a --url=x b~c', false],
  ['"LANG=C" a', false],
  ['a\\|b', false],
  ['a $x$', false],
  ['a $HOME', false],
  ['bla$load.moncul | load.critical$bla', false],
])('%s needs a shell: %s', (line, needsShell) => {
  expect(parseScriptLine(line).needsShell).toBe(needsShell);
});

test('in a line for a shell every macro is a variable, quoted as the place it stands in', () => {
  const { program, macros } = parseScriptLine('a $x$ "b $y | z$" \'c $x$\' | cat $$');
  const variable = (number: number) => `\${OPSBRO_M${number}}`;
  expect(program).toBe(`a "${variable(1)}" "b ${variable(2)}" 'c '"${variable(3)}"'' | cat \\$`);
  expect(macros).toEqual([['x'], ['y', 'z'], ['x']]);
});

test('a list of arguments is searched for macros without any quoting', () => {
  expect(macrosIn("it's $a | b.c$ $$5")).toEqual([
    { text: "it's " },
    { macro: ['a', 'b.c'] },
    { text: ' ' },
    { text: '$' },
    { text: '5' },
  ]);
});
