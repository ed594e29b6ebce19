import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failedWith } from '../../src/base/errors.ts';
import { type Expression, parseTarget } from '../../src/render/parse.ts';

/** An expression in brackets. */
function plain(expression: Expression): unknown {
  switch (expression.kind) {
    case 'path':
      return expression.path;
    case 'literal':
      return { is: expression.value };
    case 'template':
      return ['template', plain(expression.body), Object.fromEntries(expression.values)];
    case 'call': {
      const named = Array.from(expression.named, ([name, each]) => ({ [name]: plain(each) }));
      return [expression.name, ...expression.args.map(plain), ...named];
    }
  }
}

test.each<readonly [string, unknown]>([
  ['a.b', 'a.b'],
  [' a.*.c[0-9]?.{x,y{1,2}} ', 'a.*.c[0-9]?.{x,y{1,2}}'],
  ['m;a=1;b=2', 'm;a=1;b=2'],
  ['one-two:three%/x', 'one-two:three%/x'],
  [String.raw`a\(b\).c\ d`, 'a(b).c d'],
  ['f(a.b)', ['f', 'a.b']],
  [
    'f( a.b , 1, -2.5, 1e3, "x,y", \'z\', true, None, inf )',
    [
      'f',
      'a.b',
      { is: 1 },
      { is: -2.5 },
      { is: 1000 },
      { is: 'x,y' },
      { is: 'z' },
      { is: true },
      { is: null },
      { is: Number.POSITIVE_INFINITY },
    ],
  ],
  ['f(1.2.3)', ['f', '1.2.3']],
  ['f(trueish.x)', ['f', 'trueish.x']],
  ['f(g(a),b,c=1,d="e")', ['f', ['g', 'a'], 'b', { c: { is: 1 } }, { d: { is: 'e' } }]],
  ['a.b|f(1)|g()', ['g', ['f', 'a.b', { is: 1 }]]],
  ['f(a|g())', ['f', ['g', 'a']]],
  ['f()', ['f']],
  ['template(f($x.b),x="a",2)', ['template', ['f', '$x.b'], { x: 'a', 2: 2 }]],
])('%s is read', (text, expected) => {
  expect(plain(parseTarget(text))).toEqual(expected);
});

test.each([
  ['', /the target ends where a path or a function/],
  ['f(', /the target ends/],
  ['f(a', /where \) was expected/],
  ['f(a))', /the end was expected/],
  ['f(a=1,b)', /named argument/],
  ['a|b', /a function after \|/],
  ['a b', /the end/],
  ['f("x)', /path or a function/],
  ['a.{b', /closing }/],
  [`${'f('.repeat(33)}a${')'.repeat(33)}`, /nested deeper than 32/],
  [`a${'|f()'.repeat(33)}`, /nested deeper than 32/],
  ['a'.repeat(70_000), /longer than 65536/],
  [`f(${'1,'.repeat(3_000)}1)`, /more than 2000 parts/],
])('%j is refused', (text, message) => {
  expect(() => parseTarget(text)).toThrow(message);
});

test('whatever is written, it is read or refused', () => {
  const piece = fc.constantFrom(
    'f(',
    ')',
    ',',
    'a.b',
    '"',
    "'",
    '{',
    '}',
    '|',
    '\\',
    '=',
    '1',
    ' ',
    '$x',
    'template(',
    '*',
    '[',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        parseTarget(pieces.join(''));
      } catch (error) {
        expect(failedWith(error, 'bad_request')).toBe(true);
      }
    }),
  );
});
