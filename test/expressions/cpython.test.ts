import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { jsonOf } from '../../src/expressions/values.ts';
import { evaluate } from '../support/expressions.ts';

const fixture = new URL('../fixtures/expressions/cpython-pairs.json', import.meta.url);
const pairs = JSON.parse(await readFile(fixture, 'utf8')) as [string, unknown][];

/** JavaScript's and Python's ways to power differ in the last digit at times. */
function isClose(a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= Math.abs(b) * 1e-14;
}

test('every recorded expression has the value that CPython gives it', async () => {
  const different: unknown[] = [];
  for (const [text, expected] of pairs) {
    const outcome = await evaluate(text);
    const value = outcome.type === 'value' ? jsonOf(outcome.value) : `ERR ${outcome.type === 'error' && outcome.code}`;
    if (JSON.stringify(value) !== JSON.stringify(expected) && !isClose(value, expected)) {
      different.push({ text, value, expected });
    }
  }
  expect(pairs.length).toBeGreaterThan(800);
  expect(different).toEqual([]);
});
