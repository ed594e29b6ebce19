import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import level from '../../src/kv/engines/level.ts';
import { engineContext, temporaryFolder } from '../support/kv.ts';

const writer = fileURLToPath(new URL('../support/kv-writer.ts', import.meta.url));

/** Lets another process write until it has acknowledged `count` keys, kills it in the middle, and gives what it acknowledged. */
async function writeAndDie(path: string, count: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === count) child.kill('SIGKILL');
  }
  await ended;
  return acknowledged;
}

test('what was acknowledged survives kill -9 in the middle of writing', async () => {
  await using folder = await temporaryFolder();
  const all: string[] = [];
  for (const count of [1, 500]) {
    all.push(...(await writeAndDie(folder.path, count)));
    await using store = await level.configure({})(engineContext(folder.path).context);
    for (const key of all) expect(Buffer.from((await store.get(key))?.value ?? []).toString(), key).toBe(key);
    const { items } = await store.keys();
    expect(store.stats().records).toBe(items.length);
  }
  expect(all.length).toBeGreaterThanOrEqual(501);
});
