import { expect, test } from 'vitest';
// Loaded by the first run otherwise, which takes no time of a simulated clock.
import '../../src/collectors/support/maas-collecting.ts';
import keystone from '../../src/collectors/keystone-api-local-check.ts';
import novaServices from '../../src/collectors/nova-service-check.ts';
import { SimulatedClock } from '../support/clock.ts';
import { CLOUD, cloudHost, type Pages, refusing } from '../support/cloud.ts';
import { configured, eventsOf, runtimeOf } from '../support/runtime.ts';
import { shipped } from './shipped.ts';

const pack = shipped.packs.filter(({ name }) => name === 'openstack');
const checks = shipped.objects.filter(({ id }) => /^openstack\/(keystone-api|nova-services)$/.test(id));

test('an API that goes away is a problem after the third look, and none when it is back', async () => {
  const services = 'http://127.0.0.1:5000/v3/services';
  const pages: Pages = { ...CLOUD };
  const clock = new SimulatedClock();
  const { runtime, events } = runtimeOf(
    configured(checks, { packs: pack, staticGroups: ['openstack-keystone', 'openstack-nova'] }),
    { clock, host: cloudHost(pages, { clock }), collectors: [keystone, novaServices] },
  );
  void runtime.start();
  const api = () => runtime.check('openstack/keystone-api');
  await clock.runAsync(125_000);
  expect([api().state, runtime.check('openstack/nova-services').state]).toEqual(['ok', 'ok']);
  pages[services] = refusing;
  await clock.runAsync(300_000);
  expect(api()).toMatchObject({ state: 'critical', hard: true, hardState: 'critical', attempt: 3 });
  expect(api().output).toMatch(
    /^CRITICAL: API unavailable: http:\/\/127\.0\.0\.1:5000\S+ does not answer: ECONNREFUSED/,
  );
  expect(runtime.collector('keystone_api_local_check')).toMatchObject({ results: { _status: 'okay', _up: 0 } });
  pages[services] = CLOUD[services] ?? {};
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
