import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Health } from '../../src/agent/health.ts';
import { ZoneChange } from '../../src/agent/zone-change.ts';
import { ZoneKeyFiles } from '../../src/agent/zone-key-files.ts';
import { Zones } from '../../src/agent/zones.ts';
import { Bus } from '../../src/base/bus.ts';
import { silent } from '../../src/base/log.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { ZoneTree } from '../../src/model/zone-tree.ts';
import { SimulatedClock } from '../support/clock.ts';
import { tempDirectory } from '../support/temp.ts';

const [A, B] = [1, 2].map((fill) => `${Buffer.alloc(32, fill).toString('base64')}\n`) as [string, string];

const treeOf = (zones: Readonly<Record<string, readonly string[]>>) => ZoneTree.of(new Map(Object.entries(zones))).tree;
const TREE = treeOf({ internet: ['lan'], lan: [] });

/** An agent's home with these key files, and the zones in it. */
async function zonesWith(keys: Readonly<Record<string, string>>, { moved = '', mode = 0o600 } = {}) {
  const home = tempDirectory();
  const directory = join(home.path, 'zone_keys');
  mkdirSync(directory, { mode: 0o700 });
  const putKey = (zone: string, text: string) => {
    writeFileSync(join(directory, `${zone}.gossip.key`), text);
    chmodSync(join(directory, `${zone}.gossip.key`), mode);
  };
  for (const [zone, text] of Object.entries(keys)) putKey(zone, text);
  if (moved !== '') writeFileSync(join(home.path, 'current_zone'), `${moved}\n`);
  const health = new Health(new SimulatedClock());
  const events: string[] = [];
  const bus = new Bus<AgentEvent>(() => {});
  bus.on('key-change', () => events.push('key-change'));
  const files = new ZoneKeyFiles(home.path);
  const open = () =>
    Zones.open({ tree: TREE, configured: 'internet', data: home.path, files, log: silent, health, bus });
  const close = () => home[Symbol.dispose]();
  const reasons = () => health.report().reasons.map(({ part, code }) => `${part} ${code}`);
  return { home: home.path, directory, putKey, health, reasons, events, open, [Symbol.dispose]: close };
}

test('the own zone is that of the configuration, until the node was moved', async () => {
  using plain = await zonesWith({});
  expect((await plain.open()).own).toBe('internet');
  using moved = await zonesWith({}, { moved: 'lan' });
  expect((await moved.open()).own).toBe('lan');
  using lost = await zonesWith({}, { moved: 'moon' });
  await expect(lost.open()).rejects.toMatchObject({
    code: 'invalid_config',
    message: `${lost.home}/current_zone names the zone "moon", which is not defined (known: internet, lan); run opsbro gossip zone change --reset`,
  });
});

test('a key file that cannot be used makes the agent fail, and says why', async () => {
  using home = await zonesWith({ internet: 'rubbish!' });
  const zones = await home.open();
  expect(zones.keys.state).toBe('closed');
  expect(home.health.report()).toMatchObject({
    health: 'failed',
    reasons: [
      {
        code: 'zone_closed',
        text: `zone "internet" is closed, nothing is sent or accepted: ${home.directory}/internet.gossip.key: line 1 is not base64`,
      },
    ],
  });
  home.putKey('internet', A);
  await zones.reloadKeys('internet');
  expect([zones.keys.state, home.health.report().health, home.events]).toEqual(['keyed', 'ok', ['key-change']]);
});

test('what is odd about key files is a warning as long as it lasts', async () => {
  using home = await zonesWith({ internet: A }, { mode: 0o640 });
  const zones = await home.open();
  expect(zones.warnings).toEqual([expect.stringContaining('can be read or changed by others (mode 0640)')]);
  expect(home.reasons()).toEqual(['zone_keys readable']);
  chmodSync(join(home.directory, 'internet.gossip.key'), 0o600);
  await zones.reload(TREE);
  expect([zones.warnings, home.reasons()]).toEqual([[], []]);
});

test('every zone is listed with the keys that are held here', async () => {
  using home = await zonesWith({ internet: A + B, lan: 'x!' });
  const zones = await home.open();
  const fingerprint = expect.stringMatching(/^[0-9a-f]{16}$/);
  expect(await zones.list()).toEqual([
    {
      name: 'internet',
      'sub-zones': ['lan'],
      parent: null,
      is_our_zone: true,
      have_gossip_key: true,
      keys: [fingerprint, fingerprint],
      key_problem: '',
    },
    {
      name: 'lan',
      'sub-zones': [],
      parent: 'internet',
      is_our_zone: false,
      have_gossip_key: false,
      keys: [],
      key_problem: `${home.directory}/lan.gossip.key: line 1 is not base64`,
    },
  ]);
});

test('peers get the keys of our zone and of those below, and none of a zone whose file cannot be used', async () => {
  using home = await zonesWith({ internet: A + B, lan: A, moon: A });
  const zones = await home.open();
  const shown = () => zones.keyrings.map(({ zone, keyring }) => `${zone} ${keyring.length}`);
  expect(shown()).toEqual(['internet 2', 'lan 1']);
  home.putKey('lan', 'x!');
  await zones.reloadKeys('lan');
  expect([shown(), home.events]).toEqual([['internet 2', 'lan 0'], ['key-change']]);
  await zones.reloadKeys('lan');
  expect(home.events).toEqual(['key-change']);
  home.putKey('internet', 'x!');
  await zones.reloadKeys('internet');
  expect(shown()).toEqual(['internet 0', 'lan 0']);
});

test('a key of our zone is found by its fingerprint', async () => {
  using home = await zonesWith({ internet: A + B, lan: A });
  const zones = await home.open();
  expect(zones.keys.fingerprints.map((each) => `${zones.keys.named(each)}\n`)).toEqual([A, B]);
  expect(zones.keys.named('0123456789abcdef')).toBeUndefined();
});

test('keys of an unknown zone cannot be read again', async () => {
  using home = await zonesWith({});
  await expect((await home.open()).reloadKeys('lna')).rejects.toMatchObject({
    code: 'not_found',
    message: 'no zone "lna" is defined (expected one of internet, lan); did you mean "lan"?',
  });
});

test('a tree without the own zone does not count', async () => {
  using home = await zonesWith({});
  const zones = await home.open();
  await zones.reload(treeOf({ lan: [] }));
  expect([zones.tree, home.reasons()]).toEqual([TREE, ['zones unknown']]);
  const grown = treeOf({ internet: ['lan'], lan: ['dc'], dc: [] });
  await zones.reload(grown);
  expect([zones.tree, home.reasons()]).toEqual([grown, []]);
});

/** A node that notes where it goes. */
async function movable(home: Awaited<ReturnType<typeof zonesWith>>, failure = '') {
  const zones = await home.open();
  const done: string[] = [];
  const change = new ZoneChange({
    zones,
    health: home.health,
    async movePool() {
      if (failure !== '') throw new Error(failure);
      done.push(`pool of ${zones.own}, ${zones.keys.state}`);
    },
    moved: (zone) => done.push(`told ${zone}`),
  });
  return { zones, change, done };
}

test('the node goes to another zone, with its keys, and stays there after a restart', async () => {
  using home = await zonesWith({ lan: A });
  const { zones, change, done } = await movable(home);
  expect(await change.to('lan')).toEqual({ success: true, text: 'this node is in zone lan now' });
  expect([zones.own, zones.keys.state]).toEqual(['lan', 'keyed']);
  expect(readFileSync(join(home.home, 'current_zone'), 'utf8')).toBe('lan\n');
  expect((await home.open()).own).toBe('lan');

  expect((await change.to(null)).text).toBe('this node is in zone internet now');
  expect(existsSync(join(home.home, 'current_zone'))).toBe(false);
  expect(done).toEqual(['pool of lan, keyed', 'told lan', 'pool of internet, open', 'told internet']);
});

test('only the keys of the zone it is in matter then', async () => {
  using home = await zonesWith({ lan: A });
  const { zones, change } = await movable(home);
  await change.to('lan');
  rmSync(join(home.directory, 'lan.gossip.key'));
  await zones.reloadKeys('lan');
  expect([home.events, home.reasons()]).toEqual([['key-change'], ['gossip zone_closed']]);
  await change.to('internet');
  expect(home.reasons()).toEqual([]);
});

test('where it is already it does not go, but stays there from now on', async () => {
  using home = await zonesWith({});
  const { change, done } = await movable(home);
  expect((await change.to('internet')).text).toBe('this node is in zone internet already');
  expect([done, readFileSync(join(home.home, 'current_zone'), 'utf8')]).toEqual([[], 'internet\n']);
});

test('to a zone that is not defined or is closed it does not go', async () => {
  using home = await zonesWith({ lan: 'x!' });
  const { zones, change, done } = await movable(home);
  await expect(change.to('moon')).rejects.toMatchObject({ code: 'not_found' });
  await expect(change.to('lan')).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('zone "lan" is closed'),
  });
  expect([zones.own, done, existsSync(join(home.home, 'current_zone'))]).toEqual(['internet', [], false]);
});

test('a pool that cannot be opened is a failure of the agent', async () => {
  using home = await zonesWith({});
  const { change } = await movable(home, 'port taken');
  await expect(change.to('lan')).rejects.toThrow('cannot open that of zone lan: port taken; restart the agent');
  expect(home.reasons()).toEqual(['gossip not_open']);
});
