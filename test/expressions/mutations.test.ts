import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { OpsbroError } from '../../src/base/errors.ts';
import { seeded } from '../../src/base/random.ts';
import { compile, compileText } from '../../src/expressions/compile.ts';
import { corpusFolder, expressionsIn } from '../support/corpus.ts';
import { functions, scopeOf } from '../support/expressions.ts';
import { fakeHost } from '../support/host.ts';
import { mutated } from '../support/mutate.ts';

const MUTATIONS = 10_000;
/** Many times what any of them takes: the limits are counted in steps, and the machine may be busy. */
const ENDLESS_MS = 5_000;

const fixture = new URL('../fixtures/expressions/cpython-pairs.json', import.meta.url);
const recorded = (JSON.parse(await readFile(fixture, 'utf8')) as [string, unknown][]).map(([text]) => text);
const packs = existsSync(corpusFolder) ? (await expressionsIn(corpusFolder)).map(({ text }) => text) : [];
/** What mutations take pieces of, beside expressions that people have written. */
const TRAPS = [
  "{{collector.a.n||[1, 'x', {'k': (1,)}]}}['k'].get('__proto__')",
  "'%(constructor)s %*.*f %c' % {'constructor': 1}",
  "'aaaa'.replace('a', 'b' * 99999).split('b')",
  '2**2**2**2 % 7 | 3 ^ 5 & set([1, 2])',
  "grep_file('(a+)+$', '/etc/passwd', regexp=True) and sorted(list({'a': 1}))",
  '$load.warning | load.critical$ not in [1, 2, 3] and not {collector.a.%n} < 5 <= 7',
];
const originals = [...recorded.slice(0, 150), ...packs, ...TRAPS, ...TRAPS, ...TRAPS].map((text) =>
  new TextEncoder().encode(text),
);

const host = fakeHost({ files: { '/etc/passwd': 'root:x:0:0\n', '/t.json': '{"key": [1]}' } });
const scope = scopeOf({
  host,
  data: { collector: { a: { n: 5, '%n': 3, l: ['x'] } }, configuration: { load: { critical: 1 } } },
});
/** Everything that code could reach for to change what others see. */
const globalsNow = () =>
  [globalThis, Object.prototype, Array.prototype, String.prototype, Map.prototype, Function.prototype].map((each) =>
    Reflect.ownKeys(each).map(String),
  );

async function outcomeOf(text: string, isText: boolean): Promise<string> {
  try {
    const make = isText ? compileText : compile;
    return (await make(text, { functions }).evaluate(scope, isText ? 'text' : 'value')).type;
  } catch (error) {
    return error instanceof OpsbroError && error.code === 'expression' ? 'unreadable' : `thrown: ${error}`;
  }
}

test('10,000 mutations of real expressions give a value, missing or an error, soon, and change nothing', async () => {
  const random = seeded(20_260_102);
  const before = globalsNow();
  const kinds = new Map<string, number>();
  let slowest = 0;
  for (let turn = 0; turn < MUTATIONS; turn++) {
    const text = new TextDecoder().decode(mutated(random, originals));
    const start = performance.now();
    const kind = await outcomeOf(text, turn % 8 === 0);
    slowest = Math.max(slowest, performance.now() - start);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if (!['value', 'missing', 'error', 'unreadable'].includes(kind))
      expect.soft(kind, JSON.stringify(text)).toBe('an outcome');
  }
  expect(slowest).toBeLessThan(ENDLESS_MS);
  expect(globalsNow()).toEqual(before);
  // The mutations are of some use only if many of them still mean something.
  for (const kind of ['value', 'missing', 'error', 'unreadable']) expect(kinds.get(kind), kind).toBeGreaterThan(100);
});
