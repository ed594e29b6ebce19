import { describe, expect, test } from 'vitest';
import { GroupCommit } from '../../src/kv/group-commit.ts';

const LIMITS = { items: 4, bytes: 100 };

/** A commit that takes a turn, and the batches it got. */
function committing() {
  const batches: string[][] = [];
  const commits = new GroupCommit<string>(async (items) => {
    batches.push([...items]);
    await new Promise((resolve) => setImmediate(resolve));
  }, LIMITS);
  const addAll = (...items: string[]) => {
    for (const item of items) commits.add(item, 1);
  };
  /** Adds each as the callback of a connection of its own would, all in one turn. */
  const addApart = async (...items: string[]) => {
    const added = items.map(
      (item) => new Promise<void>((resolve) => setImmediate(() => resolve(commits.add(item, 1)))),
    );
    await Promise.all(added);
    await commits.idle();
  };
  return { batches, commits, addAll, addApart };
}

describe('a batch', () => {
  test('is what came while the one before was under way', async () => {
    const { batches, commits, addAll } = committing();
    addAll('a', 'b');
    await new Promise((resolve) => process.nextTick(resolve));
    addAll('c', 'd');
    await commits.idle();
    expect(batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  test('counts what is heavy as several', async () => {
    const { batches, commits, addAll } = committing();
    commits.add('heavy', 1, 3);
    addAll('a', 'b');
    commits.add('too heavy', 1, 9);
    addAll('c');
    await commits.idle();
    expect(batches).toEqual([['heavy', 'a'], ['b'], ['too heavy'], ['c']]);
  });

  test('begins at once for who comes alone', async () => {
    const { batches, addAll, commits } = committing();
    addAll('a');
    await new Promise((resolve) => process.nextTick(resolve));
    expect(batches).toEqual([['a']]);
    await commits.idle();
  });

  test('waits for the others of the turn once there are several', async () => {
    const { batches, addApart } = committing();
    await addApart('a', 'b', 'c');
    await addApart('d', 'e', 'f');
    await addApart('g');
    await addApart('h', 'i');
    expect(batches).toEqual([['a'], ['b', 'c'], ['d', 'e', 'f'], ['g'], ['h'], ['i']]);
  });

  test('takes in who comes in the turn in which a large one ends', async () => {
    for (const [weight, expected] of [
      [17, [['large'], ['a', 'b']]],
      [16, [['large'], ['a'], ['b']]],
    ] as const) {
      const batches: string[][] = [];
      const commits = new GroupCommit<string>(
        async (items) => {
          batches.push([...items]);
          await new Promise((resolve) => setImmediate(resolve));
          if (batches.length === 1) setImmediate(() => commits.add('b', 1));
        },
        { items: 100, bytes: 100 },
      );
      commits.add('large', 1, weight);
      commits.add('a', 1, 90);
      await commits.idle();
      expect(batches).toEqual(expected);
    }
  });

  test('has no more items and bytes than it may, but at least one', async () => {
    const { batches, commits, addAll } = committing();
    addAll('a', 'b', 'c', 'd', 'e');
    commits.add('long', 200);
    commits.add('f', 1);
    await commits.idle();
    expect(batches).toEqual([['a', 'b', 'c', 'd'], ['e'], ['long'], ['f']]);
  });
});
