import { expect, test } from 'vitest';
// Loaded by the first run otherwise, which takes no time of a simulated clock.
import '../../src/collectors/support/maas-collecting.ts';
import keystone from '../../src/collectors/keystone-api-local-check.ts';
import novaServices from '../../src/collectors/nova-service-check.ts';
import services from '../../src/collectors/openstack-services.ts';
import { SimulatedClock } from '../support/clock.ts';
import { CLOUD, cloudHost, json, type Pages, recordedPage, refusing } from '../support/cloud.ts';
import { configured, eventsOf, runtimeOf } from '../support/runtime.ts';
import { functions, shipped } from './shipped.ts';

const ROOT = 'http://127.0.0.1:5000/';
const SERVICES = 'http://127.0.0.1:5000/v3/services';
const pack = shipped.packs.filter(({ name }) => name === 'openstack');
const written = shipped.objects.filter(({ id }) =>
  /^openstack\/(keystone-api|nova-services|openstack-keystone|openstack-nova)$/.test(id),
);

test('an API that goes away is a problem after the third look, and none when it is back', async () => {
  const pages: Pages = {
    ...CLOUD,
    [ROOT]: recordedPage('ks_root.json', 300),
    'http://127.0.0.1:8774/': json({ versions: [] }),
  };
  const clock = new SimulatedClock();
  const { runtime, events } = runtimeOf(configured(written, { packs: pack }), {
    clock,
    host: cloudHost(pages, { clock }),
    collectors: [services, keystone, novaServices],
    functions,
  });
  void runtime.start();
  const api = () => runtime.check('openstack/keystone-api');
  await clock.runAsync(245_000);
  expect([api().state, runtime.check('openstack/nova-services').state]).toEqual(['ok', 'ok']);
  for (const url of [SERVICES, ROOT]) pages[url] = refusing;
  await clock.runAsync(300_000);
  expect(api()).toMatchObject({ state: 'critical', hard: true, hardState: 'critical', attempt: 3 });
  expect(api().output).toMatch(
    /^CRITICAL: API unavailable: http:\/\/127\.0\.0\.1:5000\S+ does not answer: ECONNREFUSED/,
  );
  expect(runtime.collector('keystone_api_local_check')).toMatchObject({ results: { _status: 'okay', _up: 0 } });
  for (const url of [SERVICES, ROOT]) pages[url] = CLOUD[url] ?? {};
  await clock.runAsync(125_000);
  expect(api()).toMatchObject({ state: 'ok', hard: true });
  const states = eventsOf(events, 'check-change')
    .filter(({ check }) => check.id === 'openstack/keystone-api')
    .map(({ check: { state, hard } }) => [state, hard]);
  expect(states).toEqual([
    ['ok', true],
    ['critical', false],
    ['critical', true],
    ['ok', true],
  ]);
});

test('a service that stays away is no longer looked for after a day', async () => {
  const pages: Pages = { ...CLOUD, [ROOT]: recordedPage('ks_root.json', 300) };
  const clock = new SimulatedClock();
  const parts = { clock, host: cloudHost(pages, { clock }), collectors: [services], functions };
  const { runtime } = runtimeOf(configured(written, { packs: pack }), parts);
  void runtime.start();
  await clock.runAsync(125_000);
  expect([...runtime.groups]).toContain('openstack-keystone');
  pages[ROOT] = refusing;
  const hour = 3_600_000;
  await clock.runAsync(23 * hour);
  expect([...runtime.groups]).toContain('openstack-keystone');
  await clock.runAsync(2 * hour);
  expect([...runtime.groups]).not.toContain('openstack-keystone');
});
