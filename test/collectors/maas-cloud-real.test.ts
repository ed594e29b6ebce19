import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { tokenFiles } from '../../src/agent/maas-tokens.ts';
import { systemClock } from '../../src/base/clock.ts';
import glance from '../../src/collectors/glance-api-local-check.ts';
import keystone from '../../src/collectors/keystone-api-local-check.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { probed, shown } from '../support/cloud.ts';
import { hasOpenstack, type Keystone, startGlance, startKeystone } from '../support/servers/openstack.ts';
import type { Server } from '../support/servers/server.ts';
import { testWith } from '../support/services.ts';

const host = systemHost(systemClock);
afterAll(() => host[Symbol.asyncDispose]());

const START_MS = 200_000;

let identity: Keystone;
let images: Server | undefined;
const has = hasOpenstack('keystone') && hasOpenstack('glance');

beforeAll(async () => {
  if (!has) return;
  identity = await startKeystone();
  images = await startGlance(identity);
  const users = [
    ['maas', 'maaspass', 'admin'],
    ['reader', 'readerpass', 'reader'],
  ] as const;
  const { projects } = (await identity.ask('GET', '/projects')) as { projects: { id: string }[] };
  const { roles } = (await identity.ask('GET', '/roles')) as { roles: { id: string; name: string }[] };
  for (const [name, password, role] of users) {
    const { user } = (await identity.ask('POST', '/users', { user: { name, password } })) as { user: { id: string } };
    const id = roles.find((each) => each.name === role)?.id ?? '';
    await identity.ask('PUT', `/projects/${projects[0]?.id}/users/${user.id}/roles/${id}`);
  }
}, START_MS);
afterAll(async () => {
  await images?.[Symbol.asyncDispose]();
  if (has) await identity[Symbol.asyncDispose]();
});

const options = (user = 'maas', password = 'maaspass') => ({ openrc: identity.openrc(user, password, 'admin') });

testWith('keystone-manage', 'a real keystone and a real glance are counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'opsbro-maas-'));
  const store = tokenFiles(folder);
  expect(shown(await probed(keystone, { host, store, options: options() }))).toEqual([
    'status okay',
    'metric keystone_api_local_status uint32 1',
    'metric keystone_api_local_response_time double N ms',
    'metric keystone_user_count uint32 3 users',
    'metric keystone_tenant_count uint32 1 tenants',
  ]);
  const run = await probed(glance, { host, store, options: options(), profile: 'full' });
  expect(shown(run)).toEqual([
    'status okay',
    'metric glance_api_local_status uint32 1',
    'metric glance_api_local_response_time double N ms',
    'metric glance_active_images uint32 0 images',
    'metric glance_queued_images uint32 0 images',
    'metric glance_killed_images uint32 0 images',
  ]);
  expect(run.metrics).toContainEqual(expect.objectContaining({ name: 'glance_healthcheck_status', value: 1 }));
  rmSync(folder, { recursive: true });
});

testWith('keystone-manage', 'a real keystone tells a reader less', async () => {
  expect(shown(await probed(keystone, { host, options: options('reader', 'readerpass') }))[1]).toBe(
    'metric keystone_api_local_status uint32 1',
  );
});

testWith('keystone-manage', 'a real keystone lets nobody in with a wrong password', async () => {
  const wrong = await probed(keystone, { host: { ...host }, options: options('maas', 'wrong') });
  expect(shown(wrong)).toEqual([
    expect.stringMatching(/^status error http:\S+ answered 401: The request you have made requires authentication\.$/),
  ]);
});

testWith(
  'keystone-manage',
  'a real keystone is reached by an address of the second version, which is gone',
  async () => {
    const path = join(identity.folder, 'openrc-v2');
    writeFileSync(
      path,
      `OS_AUTH_URL=http://127.0.0.1:${identity.port}/v2.0\nOS_USERNAME=maas\nOS_PASSWORD=maaspass\nOS_TENANT_NAME=admin\n`,
    );
    expect(shown(await probed(keystone, { host, options: { openrc: path } }))[0]).toBe('status okay');
  },
);

testWith('keystone-manage', 'a real glance is down when it is, while the token still counts', async () => {
  await images?.[Symbol.asyncDispose]();
  images = undefined;
  expect(shown(await probed(glance, { host, options: options() }))).toEqual([
    'status okay',
    'metric glance_api_local_status uint32 0',
  ]);
});
