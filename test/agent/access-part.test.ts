import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Access } from '../../src/agent/access-part.ts';
import type { StateStore } from '../../src/agent/state-store.ts';
import type { World } from '../../src/agent/world.ts';
import { silent } from '../../src/base/log.ts';
import { secretHash } from '../../src/base/secret.ts';
import { AgentConfig } from '../../src/config/agent-schema.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';
import { tempDirectory } from '../support/temp.ts';

test('who may read without a token, and the tokens of the file, change without a restart', async () => {
  using home = tempDirectory();
  const health = { raise() {}, clear() {} };
  const world = { clock: new SimulatedClock(), log: { logger: silent }, health, home: { config: home.path } };
  const state = { shelf: () => memoryShelf() } as unknown as StateStore;
  using access = await Access.open({ world: world as unknown as World, state, config: AgentConfig.parse({}) });
  expect([access.anonymousRead, access.tokens.list()]).toEqual(['loopback', []]);

  const token = `- {name: ci, scope: read, hash: ${secretHash('x')}}\n`;
  writeFileSync(join(home.path, 'tokens.yml'), token, { mode: 0o600 });
  await access.apply(AgentConfig.parse({ http: { anonymous_read: 'none' } }));
  expect([access.anonymousRead, access.tokens.list()]).toEqual(['none', [expect.objectContaining({ name: 'ci' })]]);
});
