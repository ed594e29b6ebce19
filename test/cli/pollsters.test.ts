import { expect, test } from 'vitest';
import { fakeAgent, opsbro } from '../support/cli.ts';

const SAMPLE = {
  name: 'cpu.busy',
  type: 'cumulative',
  unit: 's',
  volume: 5.5,
  resource_id: 'one\u001b',
  timestamp: '2026-01-02T15:04:05.000Z',
  resource_metadata: {},
};
const POLLSTER = {
  name: 'local_node',
  description: 'Samples.',
  namespace: 'node',
  meters: ['cpu.busy'],
  state: 'ok',
  log: '',
  interval_ms: 60_000,
  last_run: 0,
  samples: 1,
  errors_total: 2,
  excluded: { 'vm-1': 'it is gone' },
};
const TABLE =
  'METER     TYPE        VOLUME  UNIT  TIME                 RESOURCE\n' +
  'cpu.busy  cumulative     5.5  s     2026-01-02 15:04:05  one\\e\n';

test('pollsters list shows how each is, and what it leaves out', async () => {
  await using agent = await fakeAgent({ 'GET /openstack/pollsters': [POLLSTER] });
  expect(await opsbro('pollsters list --utc', agent)).toEqual({
    code: 0,
    out:
      'NAME        NAMESPACE  STATE  INTERVAL  LAST                 SAMPLES  ERRORS  LOG\n' +
      'local_node  node       ok          60s  1970-01-01 00:00:00        1       2\n',
    err: 'local_node leaves out vm-1: it is gone\n',
  });
});

test('pollsters run and samples show print samples', async () => {
  const ran = { ...POLLSTER, taken: [SAMPLE] };
  await using agent = await fakeAgent({
    'GET /openstack/samples': [SAMPLE],
    'GET /openstack/samples?meter=cpu*': [SAMPLE],
    'POST /openstack/pollsters/local_node/run': ran,
    'POST /openstack/pollsters/bad/run': { ...ran, state: 'error', log: 'broken', taken: [] },
  });
  expect((await opsbro('samples show --utc', agent)).out).toBe(TABLE);
  expect((await opsbro('samples show --meter cpu* --utc', agent)).out).toBe(TABLE);
  expect(await opsbro('pollsters run local_node --utc', agent)).toEqual({ code: 0, out: TABLE, err: '' });
  expect(JSON.parse((await opsbro('pollsters run local_node --json', agent)).out)).toEqual(ran);
  expect(await opsbro('pollsters run bad', agent)).toMatchObject({ code: 2, err: 'no samples\nerror: broken\n' });
});
