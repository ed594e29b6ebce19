import { expect, test } from 'vitest';
import { bodyOf, fakeApi } from './fake-parts.ts';

const SAMPLE = {
  name: 'cpu',
  type: 'cumulative',
  unit: 'ns',
  volume: 5,
  resource_id: 'one',
  timestamp: '2026-01-02T15:04:05.000Z',
  resource_metadata: { cpus: 2 },
};

test('pollsters are listed and run, and their samples are shown', async () => {
  const api = fakeApi();
  const [pollster] = await bodyOf<object[]>(await api('/openstack/pollsters'));
  expect(pollster).toEqual({
    name: 'cpu',
    description: 'Samples of the processor.',
    namespace: 'node',
    meters: ['cpu'],
    state: 'ok',
    log: '',
    interval_ms: 60_000,
    last_run: 1,
    samples: 1,
    errors_total: 2,
    excluded: { 'vm-1': 'it is gone' },
  });
  expect(await bodyOf(await api('/openstack/samples'))).toEqual([SAMPLE]);
  expect(await bodyOf(await api('/openstack/samples?meter=c*'))).toEqual([SAMPLE]);
  expect(await bodyOf(await api('/openstack/samples?meter=disk*'))).toEqual([]);
  const ran = await bodyOf(await api('/openstack/pollsters/cpu/run', { method: 'POST' }));
  expect(ran).toEqual({ ...pollster, taken: [SAMPLE] });
  expect((await api('/openstack/pollsters/none/run', { method: 'POST' })).status).toBe(404);
});
