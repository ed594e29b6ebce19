import { afterAll, beforeAll, expect, test } from 'vitest';
import { KvAgents } from '../support/kv-agents.ts';

// More of this kind, which takes longer, is in test/long/kv-agents.test.ts.

const NAMES = ['a', 'b', 'c'];
const KEYS = Array.from({ length: 10 }, (_, each) => `config/${each}`);
const agents = new KvAgents(NAMES, {
  where: (name) => ({ address: `127.0.43.${NAMES.indexOf(name) + 1}` }),
  gossipPort: 26_768,
  peerPort: 26_767,
  isKeyed: true,
  env: { OPSBRO_GOSSIP__PROFILE: 'local' },
});

beforeAll(async () => {
  for (const name of NAMES) await agents.start(name);
  await agents.settled(NAMES);
}, 120_000);
afterAll(() => agents[Symbol.asyncDispose]());

test('what is put at one of three agents is read at every other, and a killed one is not missed', async () => {
  for (const key of KEYS) expect(await agents.put('b', key, key)).toBe(200);
  for (const name of NAMES) for (const key of KEYS) expect(await agents.value(name, key)).toBe(key);
  const { stdout } = await agents.get('a').opsbro('kv', 'where', 'config/1');
  expect(stdout).toMatch(/^config\/1 is at [0-9a-f]{16} of the ring\n/);

  await agents.kill('c');
  for (const key of KEYS) expect(await agents.value('a', key)).toBe(key);
  for (const key of KEYS) expect(await agents.put('b', key, 'new')).toBe(200);
  for (const key of KEYS) expect(await agents.value('a', key)).toBe('new');
}, 60_000);
