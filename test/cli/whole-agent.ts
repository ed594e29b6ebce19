import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dockerPart } from '../../src/agent/docker-part.ts';
import docker from '../../src/collectors/docker.ts';
import type { ApiParts } from '../../src/http/parts.ts';
import type { KvRing, KvStore } from '../../src/model/kv.ts';
import type { PackSet } from '../../src/model/pack.ts';
import { fakeHealth } from '../http/fake-health.ts';
import { fakePacks } from '../http/fake-packs.ts';
import { collector, memoryStore } from '../http/fake-parts.ts';
import { fakePool, keysOf, OWN_KEY } from '../http/fake-pool.ts';
import { SimulatedClock } from '../support/clock.ts';
import { look } from '../support/collecting.ts';
import { FakeDocker, filesOf, WEB } from '../support/docker.ts';

const MEMBER = '11111111-1111';

/** What the fakes of the API's tests lack: containers, keys that change, a ring, a pack that overloads another, repairs that wait. */
export async function wholeParts(home: string) {
  const health = fakeHealth({
    'local/key': { service: 'web', state: 'critical', repair: [{ name: 'Fix', command: ['true'] }] },
    'local/mended': { service: 'db', state: 'critical' },
  });
  const over: Partial<ApiParts> = {
    ...(await withContainers()),
    ...withChangingKeys(),
    kv: sharedStore(),
    packs: () => withOverloadedPack(home),
    health: health.part,
  };
  return { over, waitingRepair: () => waitingRepair(health) };
}

/** A node with one container, at which its collector has looked twice. */
async function withContainers(): Promise<Pick<ApiParts, 'docker'>> {
  const engine = new FakeDocker();
  engine.containers = [WEB];
  const clock = new SimulatedClock();
  const files = filesOf(WEB, { cpuS: 1, readBytes: 1_000 });
  const host = engine.host({ files, clock });
  const collect = docker.configure({});
  await look(collect, host);
  await clock.runAsync(8_000);
  const results = await look(collect, host);
  return { docker: dockerPart({ host, socket: () => '', collected: () => collector('docker', { results }) }) };
}

/** Two nodes that have the same keys, and change them as they are told. */
function withChangingKeys(): Pick<ApiParts, 'pool' | 'keyNamed'> {
  const held = new Map([[OWN_KEY.fingerprint, OWN_KEY.base64]]);
  let primary = OWN_KEY.fingerprint;
  const fingerprintOf = (key: string) =>
    createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 16);
  const pool = fakePool([], {
    async keyring(operation, key) {
      const named = key === undefined ? '' : fingerprintOf(String(key));
      if (operation === 'install') held.set(named, String(key));
      if (operation === 'use' && held.has(named)) primary = named;
      if (operation === 'remove' && named !== primary) held.delete(named);
      const answers = ['one', 'two'].map((node) => keysOf(node, [...held.keys()], { primary }));
      return { answers, silent: [] };
    },
  });
  return { pool, keyNamed: (fingerprint) => held.get(fingerprint) };
}

const RING: KvRing = {
  ...{ phase: 'running', view: '0123456789abcdef', members: [MEMBER, 'unknown'] },
  ...{ isReady: true, isSettled: false, isClockSound: true, unseen: 1, owed: 0, counts: new Map([['repairs', 2]]) },
};

/** A store that shares its keys with a node that nobody knows. */
function sharedStore(): KvStore {
  const store = memoryStore();
  return {
    ...store,
    stats: () => ({ ...store.stats(), ring: RING }),
    sync() {},
    async reopen() {},
    where: async (key) => ({
      key,
      position: '00ff',
      replicas: [
        { node: MEMBER, trust: 'whole', version: 'v1' },
        { node: 'unknown', trust: 'silent', version: null },
      ],
    }),
  };
}

/** The pack `web`, of which there is a copy with another text. */
function withOverloadedPack(home: string): PackSet {
  const [original, copy] = [join(home, 'packs/core/web'), join(home, 'packs/local/web')];
  mkdirSync(original, { recursive: true });
  writeFileSync(join(original, 'package.yml'), 'name: web\n');
  cpSync(original, copy, { recursive: true });
  writeFileSync(join(copy, 'package.yml'), 'name: web\nversion: 2\n');
  const { packs, ...rest } = fakePacks();
  const overloaded = packs
    .map((pack) => ({ ...pack, name: 'web', settings: [], parameters: {} }))
    .flatMap((pack) => [
      { ...pack, directory: original, overloadedBy: 'local' as const },
      { ...pack, directory: copy, level: 'local' as const },
    ]);
  return { ...rest, packs: [...packs, ...overloaded] };
}

/** Has a repair wait until somebody confirms it, and tells its id. */
async function waitingRepair({ part }: ReturnType<typeof fakeHealth>): Promise<string> {
  const options = { command: ['true'], auto: true, requires_confirmation: true };
  const action = { name: 'Mend', info: null, parameters: [], takesRest: false, takesAnyName: false, options };
  const target = { service: 'db', check: 'local/mended', outcome: 'unhealthy', code: 2, actions: [action] } as const;
  await part.services.repairs.seen(target, { isHard: true, isFlapping: false });
  return part.audit.list({}).find(({ event }) => event === 'waiting-confirmation')?.id ?? 'none waits';
}
