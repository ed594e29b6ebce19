import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KvAgents } from '../support/kv-agents.ts';
import { tempDirectory } from '../support/temp.ts';

const NAMES = ['a', 'b', 'c'];
const PATIENCE_MS = 60_000;

/** The lines of an export that are keys. */
const entriesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.includes('"key"'));

test('all nodes lose their disks: an export puts everything back, with its versions, times and values', async () => {
  using folder = tempDirectory();
  await using agents = new KvAgents(NAMES, {
    where: (name) => ({ address: `127.0.43.${NAMES.indexOf(name) + 1}` }),
    gossipPort: 26_768,
    peerPort: 26_767,
    isKeyed: true,
    env: { OPSBRO_GOSSIP__PROFILE: 'local', OPSBRO_KV__REBALANCE_DELAY: '2s' },
  });
  for (const name of NAMES) await agents.start(name);
  await agents.settled(NAMES, PATIENCE_MS);
  await expect.poll(() => agents.put('a', 'first', '1'), { timeout: PATIENCE_MS }).toBe(200);
  for (let each = 0; each < 40; each++) {
    const query = each % 2 === 0 ? '' : '?ttl=1h';
    const { status } = await agents.ask('b', 'PUT', `/kv/kept/${each}${query}`, `\u0000${each}\u00ff\n`);
    expect(status).toBe(200);
  }
  expect((await agents.ask('c', 'DELETE', '/kv/kept/7')).status).toBe(200);
  const exported = async (name: string) => (await agents.get(name).opsbro('kv', 'export')).stdout;
  const before = await exported('a');
  expect(entriesOf(before)).toHaveLength(40);
  const file = join(folder.path, 'keys.jsonl');
  writeFileSync(file, before);

  await Promise.all(NAMES.map((name) => agents.kill(name)));
  for (const name of NAMES) {
    agents.wipe(name);
    await agents.start(name);
  }
  await agents.settled(NAMES, PATIENCE_MS);
  expect(entriesOf(await exported('b'))).toEqual([]);
  const put = () => agents.get('c').opsbro('kv', 'import', '--mode', 'newer', file);
  await expect.poll(put, { timeout: PATIENCE_MS, interval: 1_000 }).toMatchObject({ code: 0 });
  for (const name of NAMES) expect(entriesOf(await exported(name))).toEqual(entriesOf(before));
}, 300_000);
