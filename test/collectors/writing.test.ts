import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

test('what the page on writing a collector shows is the real one, and its real test', async () => {
  const page = await read('docs/writing-a-collector.md');
  const sources = await Promise.all([
    read('src/collectors/loadaverage.ts'),
    read('test/collectors/loadaverage.test.ts'),
  ]);
  const shown = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  expect(shown.length).toBeGreaterThan(2);
  for (const code of shown) expect(sources.join('\n')).toContain(code);
});
