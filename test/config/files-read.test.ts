import { executionAsyncId } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { noteFile, notingFiles, textInstead } from '../../src/config/files-read.ts';

test('a reading knows its own files, also while another is going on', async () => {
  let go: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => {
    go = resolve;
  });
  const first = notingFiles(
    async () => {
      await wait;
      noteFile('/a', 'one');
      return textInstead('/b');
    },
    new Map([['/b', 'instead']]),
  );
  const second = await notingFiles(async () => noteFile('/c', 'two'));
  go();

  expect([...second.texts.keys()]).toEqual(['/c']);
  const { result, texts } = await first;
  expect({ result, files: [...texts.keys()] }).toEqual({ result: 'instead', files: ['/a'] });
});

test('after the last reading promises are not followed any more', async () => {
  await notingFiles(async () => await Promise.resolve());
  // Only where promises are followed has what comes after an await an id of its own.
  const ids = new Set<number>();
  for (let step = 0; step < 5; step++) {
    await Promise.resolve();
    ids.add(executionAsyncId());
  }
  expect(ids.size).toBe(1);
});
