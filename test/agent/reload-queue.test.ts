import { expect, test } from 'vitest';
import { type ReloadMode, ReloadQueue } from '../../src/agent/reload-queue.ts';

/** Reloads that end when they are told to; `begun` lists them. */
function queue() {
  const begun: ReloadMode[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const reloads = new ReloadQueue((mode) => {
    begun.push(mode);
    const number = begun.length;
    return new Promise<number>((resolve, reject) => {
      ends.push((error) => (error ? reject(error) : resolve(number)));
    });
  });
  /** Ends the running one once it has begun, and lets the next begin. */
  const end = async (error?: Error) => {
    await settle();
    ends.shift()?.(error);
    await settle();
  };
  return { begun, end, ask: (mode: ReloadMode = 'leave-out') => reloads.ask(mode) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('however many ask while one runs, exactly one more follows, and all of them get its answer', async () => {
  const { begun, end, ask } = queue();
  const first = ask();
  await settle();
  const later = [ask(), ask(), ask()];
  expect(begun).toHaveLength(1);
  await end();
  await end();
  expect(await first).toBe(1);
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
  expect(begun).toHaveLength(2);
});

test('one that fails fails for those who asked for it, and the next one runs', async () => {
  const { end, ask } = queue();
  const first = ask();
  await settle();
  const second = ask();
  const failed = expect(first).rejects.toThrow('disk');
  await end(new Error('disk'));
  await end();
  await failed;
  expect(await second).toBe(2);
});

test('who wants all or nothing does not share with who does not', async () => {
  const { begun, end, ask } = queue();
  const first = ask();
  await settle();
  const [some, all] = [ask(), ask('all-or-nothing')];
  for (let each = 0; each < 3; each++) await end();
  expect(await Promise.all([first, some, all])).toEqual([1, 2, 3]);
  expect(begun).toEqual(['leave-out', 'leave-out', 'all-or-nothing']);
});
