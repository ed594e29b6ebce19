import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepMovedZone } from '../../src/agent/current-zone.ts';
import { gatherDoubts } from '../../src/agent/gather-doubts.ts';
import { AgentConfig } from '../../src/config/agent-schema.ts';
import { problemLine } from '../../src/model/pack.ts';
import { tempDirectory } from '../support/temp.ts';

const KEY = `${Buffer.alloc(32, 1).toString('base64')}\n`;

async function doubts(gather: string, keys: Readonly<Record<string, string>>, movedTo?: string) {
  using home = tempDirectory();
  mkdirSync(join(home.path, 'zone_keys'));
  for (const [zone, text] of Object.entries(keys)) {
    writeFileSync(join(home.path, 'zone_keys', `${zone}.gossip.key`), text);
  }
  keepMovedZone(home.path, movedTo);
  const config = AgentConfig.parse({ alerting: { gather, group_by: ['check'] } });
  const found = await gatherDoubts(
    { config: home.path, data: home.path },
    { config, origins: new Map([['alerting.gather', '/etc/agent.yml:4']]) },
  );
  return found.map(problemLine);
}

const told = (zone: string) => [
  expect.stringMatching(new RegExp(`^/etc/agent.yml:4:1: .*zone "${zone}" has no key that can be read here`)),
];

test('alerts cannot be gathered in a zone without a key that can be read', async () => {
  expect(await doubts('zone', {})).toEqual(told('internet'));
  expect(await doubts('zone', { internet: 'no key\n' })).toEqual(told('internet'));
  expect(await doubts('zone', { lan: KEY })).toEqual(told('internet'));
  expect(await doubts('zone', { internet: KEY })).toEqual([]);
  expect(await doubts('node', {})).toEqual([]);
});

test('the zone is the one that the node was moved to', async () => {
  expect(await doubts('zone', { internet: KEY }, 'lan')).toEqual(told('lan'));
  expect(await doubts('zone', { lan: KEY }, 'lan')).toEqual([]);
});
