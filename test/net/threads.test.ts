import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { inThreads, type ThreadOutcome } from '../../src/net/threads.ts';
import { tempDirectory } from '../support/temp.ts';

async function outcomes(code: string, items: readonly unknown[]): Promise<ThreadOutcome[]> {
  using folder = tempDirectory();
  const path = join(folder.path, 'work.mjs');
  writeFileSync(path, code);
  return await inThreads({ module: pathToFileURL(path), items, limitMs: 1_000, memoryMiB: 32 }, systemClock);
}

test('each item is answered in its place, and one that throws fails alone', async () => {
  const code = 'export default (n) => { if (n === 2) throw new Error("two"); return n * 10; }';
  expect(await outcomes(code, [1, 2, 3])).toEqual([
    { type: 'done', value: 10 },
    { type: 'failed', message: 'two' },
    { type: 'done', value: 30 },
  ]);
});

test('an item that never ends and one that needs all memory fail alone', async () => {
  const code = `export default (what) => {
    if (what === 'loop') for (;;);
    const all = [];
    if (what === 'memory') for (;;) all.push(new Array(100_000).fill(what));
    return what;
  }`;
  const [loop, memory, well] = await outcomes(code, ['loop', 'memory', 'well']);
  expect(loop).toEqual({ type: 'failed', message: 'took longer than 1 s' });
  expect(memory?.type).toBe('failed');
  expect(well).toEqual({ type: 'done', value: 'well' });
});

test('a module that cannot be loaded fails every item', async () => {
  expect(await outcomes('throw new Error("no good")', [1, 2])).toEqual([
    { type: 'failed', message: 'no good' },
    { type: 'failed', message: 'no good' },
  ]);
});

test('nothing of the environment of the agent is in a thread', async () => {
  const [only] = await outcomes('export default () => Object.keys(process.env).length', [1]);
  expect(only).toEqual({ type: 'done', value: 0 });
});
