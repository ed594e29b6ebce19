import { expect, test } from 'vitest';
import { signatureOf } from '../../src/health/function-parameters.ts';

const shown = (source: string) => {
  const { parameters, takesRest } = signatureOf(source);
  const list = parameters.map(({ name, isRequired, defaultValue }) => (isRequired ? name : { [name]: defaultValue }));
  return takesRest ? [...list, '...'] : list;
};

test.each<[string, unknown[]]>([
  ['function f() {}', []],
  ['function f(x) {}', ['x']],
  ['async function f(x, y = 1) {}', ['x', { y: 1 }]],
  ['function f(...rest) {}', ['...']],
  ['(x, y = "a, b)") => x', ['x', { y: 'a, b)' }]],
  ['path => path', ['path']],
  ['async path => path', ['path']],
  ['Fix(x /* of (it) */, y = [1, 2], // more\n z = now()) {}', ['x', { y: [1, 2] }, { z: null }]],
  ['function ({ a, b }, c = true) {}', ['arg1', { c: true }]],
  ['() => [1, 2]', []],
])('%s', (source, parameters) => {
  expect(shown(source)).toEqual(parameters);
});
