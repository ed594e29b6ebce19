import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { shown } from '../support/expressions.ts';

const text = await readFile(new URL('../../docs/expressions.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```expressions\n(.*?)```/gs)].flatMap(([, block = '']) =>
  block
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ +→ /) as [string, string]),
);
const data = {
  collector: {
    disk: { '/': { used: 91 }, '/var/lib': { used: 40 } },
    os: { name: 'debian', '%idle': 12.5, tags: ['a', 'b'] },
  },
  parameters: { limit: 90 },
};

test('the guide has examples', () => {
  expect(examples.length).toBeGreaterThan(25);
});

test.each(examples)('the guide says of %s what is true: %s', async (expression, expected) => {
  expect(await shown(expression, { data })).toBe(expected);
});
