import { expect, test } from 'vitest';
import type { CheckResult, Reporting } from '../../src/model/check.ts';
import type { CheckChange } from '../../src/model/history.ts';
import { ALERT } from '../support/alert.ts';
import { fakeAlerting } from './fake-alerting.ts';
import { bodyOf, fakeApi, fakeParts, post } from './fake-parts.ts';

/** Posts a result; gives the answer and what the checks were told. */
async function posted(body: unknown) {
  const told: [string, CheckResult, Reporting | undefined][] = [];
  const { runtime } = fakeParts();
  const reportCheck: typeof runtime.reportCheck = (id, result, how) => {
    told.push([id, result, how]);
    return runtime.reportCheck(id, result, how);
  };
  const api = fakeApi(fakeParts({ runtime: { ...runtime, reportCheck } }));
  const answer = await api('/monitoring/checks/cpu/load/result', post(body));
  return { answer, told };
}

test('a result is taken, with performance data in the output and beside it', async () => {
  const { answer, told } = await posted({
    state: 1,
    output: 'slow | time=2s',
    perfdata: 'size=3B',
    ttl: '90s',
    time: 5,
  });
  expect(answer.status).toBe(200);
  expect(await bodyOf(answer)).toMatchObject({ name: 'cpu/load', state: 'warning', output: 'slow' });
  expect(told).toEqual([
    [
      'cpu/load',
      { state: 'warning', output: 'slow', longOutput: '', perfdata: ['time=2s', 'size=3B'] },
      { ttlMs: 90_000, at: 5_000 },
    ],
  ]);
});

test.each([
  [{ state: 'fine', output: '' }],
  [{ state: 4, output: '' }],
  [{ output: 'x' }],
  [{ state: 0, output: 'x', extra: 1 }],
])('%j is refused', async (body) => {
  const { answer, told } = await posted(body);
  expect(answer.status).toBe(400);
  expect(told).toEqual([]);
});

const CHANGES: readonly CheckChange[] = [
  {
    ...{ number: 1, at: 1_000, name: 'cpu/load', displayName: 'Load', packName: 'cpu', packLevel: 'core' },
    ...{ state: 'critical', oldState: 'ok', hard: true, attempt: 3, output: 'high', lastCheck: 900 },
  },
];

test.each(['/history/monitoring', '/monitoring/history/checks'])('%s has the changes of states', async (path) => {
  const api = fakeApi(fakeParts({ checkHistory: { changes: async () => CHANGES } }));
  expect(await bodyOf(await api(path))).toEqual([
    {
      date: 1,
      entries: [
        {
          name: 'cpu/load',
          display_name: 'Load',
          pack_name: 'cpu',
          pack_level: 'core',
          state: 'critical',
          state_id: 2,
          old_state: 'ok',
          old_state_id: 0,
          hard: true,
          attempt: 3,
          output: 'high',
          last_check: 900,
        },
      ],
    },
  ]);
});

test('a check says what keeps its alert quiet', async () => {
  const acked = { by: 'ann', comment: '', at: 1_000, until: null, sticky: false };
  const alert = { ...ALERT, name: 'cpu/load', acked, silenced: ['s1'], maintenance: 'm1' };
  const api = fakeApi(fakeParts({ alerting: fakeAlerting([], [alert, { ...alert, kind: 'service' }]) }));
  const marks = { acked: true, silenced: ['s1'], maintenance: 'm1' };
  expect(await bodyOf(await api('/monitoring/state'))).toMatchObject({ checks: { 'cpu/load': marks } });
  expect(await bodyOf(await api('/agent/info'))).toMatchObject({ monitoring: { suppressed: 0, alerts: 2 } });
});

test('services stand beside the checks, and for themselves', async () => {
  const api = fakeApi(fakeParts());
  expect(await bodyOf(await api('/monitoring/state'))).toMatchObject({ services: { db: { state: 'ok', port: 3306 } } });
  expect(await bodyOf(await api('/monitoring/services'))).toMatchObject([{ name: 'db', checks: ['cpu/load'] }]);
  for (const path of ['/monitoring/services/db', '/state/services/db']) {
    expect(await bodyOf(await api(path))).toMatchObject({ id: 'my/db', state: 'ok', state_id: 0 });
  }
});
