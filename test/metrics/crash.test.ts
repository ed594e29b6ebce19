import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { storeIn } from '../support/metric-store.ts';
import { tempDirectory } from '../support/temp.ts';

const writer = fileURLToPath(new URL('../support/metric-writer.ts', import.meta.url));

/** Lets another process write slots from `first` on, kills it in the middle, and gives the last slot of which it said that it is written. */
async function writeAndDie(path: string, start: number, first: number, count: number): Promise<number> {
  const words = ['--import', 'tsx', writer, path, String(start), String(first)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let last = first - 1;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last === first + count) child.kill('SIGKILL');
  }
  await ended;
  return last;
}

test('kill -9 while points come and blocks are stored loses nothing that was written down, and damages nothing', async () => {
  using folder = tempDirectory();
  const start = Math.floor(systemClock.wall() / 10_000) * 10 - 20_000;
  let next = 0;
  for (const count of [3, 250]) {
    const last = await writeAndDie(folder.path, start, next, count);
    const { store, close } = await storeIn(folder.path, { clock: systemClock, maxFuture: 10_000_000 });
    const read = await store.read(store.names('s*'), { from: start - 10, until: start + last * 10 });
    expect(read.length).toBe(20);
    for (const { name, values } of read) {
      const series = Number(name.slice(1));
      expect([...values], name).toEqual(Array.from({ length: last + 1 }, (_, slot) => slot * series));
    }
    expect(store.stats()).toMatchObject({ series: 20, badBlocks: 0 });
    const { bytes, blocks } = store.stats();
    await store.sweep();
    expect(store.stats()).toMatchObject({ bytes, blocks });
    await close();
    next = last + 1;
  }
}, 60_000);
