import { expect, test } from 'vitest';
import { ALERT } from '../support/alert.ts';
import { FAKE_NOW, fakeAlerting } from './fake-alerting.ts';
import { bodyOf, fakeApi, fakeParts } from './fake-parts.ts';

const ENDED = { ...ALERT, id: 'be2b3141e696fa34-1690000000', status: 'resolved' as const, name: 'linux/cpu' };
const HOUR = FAKE_NOW / 1_000 + 3_600;

function setUp() {
  const parts = fakeParts();
  const alerting = fakeAlerting(parts.done, [ALERT, ENDED]);
  return { api: fakeApi({ ...parts, alerting }), done: parts.done };
}

const send = (method: string, body: unknown) => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

test('open alerts are listed; with ?all those that ended as well', async () => {
  const { api } = setUp();
  expect(await bodyOf(await api('/monitoring/alerts'))).toMatchObject([
    { id: ALERT.id, kind: 'check', started: 1_700_000_000, node: { display_name: '' } },
  ]);
  expect(await bodyOf(await api('/monitoring/alerts?all'))).toMatchObject([{ id: ENDED.id }, { id: ALERT.id }]);
});

test.each([
  ["severity == 'critical'", 1],
  ["severity == 'warning'", 0],
  ["'mysql' in node['groups']", 1],
])('alerts can be chosen by %s', async (filter, count) => {
  const { api } = setUp();
  expect(await bodyOf(await api(`/monitoring/alerts?filter=${encodeURIComponent(filter)}`))).toHaveLength(count);
});

test('alerts come in pages', async () => {
  const { api } = setUp();
  const first = await api('/monitoring/alerts?all&limit=1');
  expect(await bodyOf(first)).toMatchObject([{ id: ENDED.id }]);
  const next = first.headers.get('x-opsbro-next') ?? '';
  expect(await bodyOf(await api(`/monitoring/alerts?all&limit=1&after=${next}`))).toMatchObject([{ id: ALERT.id }]);
});

test('an alert is found by its id and by its check', async () => {
  const { api } = setUp();
  for (const ref of [ALERT.id, ALERT.name, 'linux%2Fload-average'])
    expect(await bodyOf(await api(`/monitoring/alerts/${ref}`))).toMatchObject({ id: ALERT.id });
  expect((await api('/monitoring/alerts/nothing')).status).toBe(404);
});

test.each(['/monitoring/alerts/be2b3141e696fa34-1700000000/ack', '/monitoring/checks/linux/load-average/ack'])(
  'POST %s acknowledges, DELETE takes it back',
  async (path) => {
    const { api, done } = setUp();
    const ref = path.split('/').slice(3, -1).join('/');
    const body = { comment: 'on it', by: 'ann', until: HOUR, sticky: true, node: 'db-1' };
    expect(await bodyOf(await api(path, send('POST', body)))).toMatchObject({
      id: ALERT.id,
      acked: { by: 'ann', comment: 'on it', until: HOUR, sticky: true },
    });
    expect(await bodyOf(await api(path, send('DELETE', {})))).toMatchObject({ acked: null });
    expect(done).toEqual([`ack on it until ${HOUR * 1_000} ${ref} at db-1`, `unack ${ref} at undefined`]);
  },
);

test('a silence is taken with how many nodes know of it, listed and ended', async () => {
  const { api } = setUp();
  const body = { matchers: { check: 'linux/*', 'label.team': ['db', 'web'] }, ends: HOUR, comment: 'disk is changed' };
  expect(await bodyOf(await api('/monitoring/silences', send('POST', body)))).toMatchObject({
    id: 's1',
    matchers: { check: ['linux/*'], 'label.team': ['db', 'web'] },
    ends: HOUR,
    mute_recovery: false,
    fits: 1,
    replicated: false,
    nodes: 2,
    missed: ['three'],
  });
  expect(await bodyOf(await api('/monitoring/silences'))).toMatchObject([{ id: 's1', comment: 'disk is changed' }]);
  expect(await bodyOf(await api('/monitoring/silences/s1', { method: 'DELETE' }))).toMatchObject({
    state: 'ended',
    ends: FAKE_NOW / 1_000 + 1,
  });
  expect((await api('/monitoring/silences/s9', { method: 'DELETE' })).status).toBe(404);
});

test.each([
  [{ matchers: { check: '*' } }, 'ends'],
  [{ matchers: { colour: 'red' }, ends: HOUR }, 'check, node, pack'],
  [{ matchers: { check: '' }, ends: HOUR }, 'matchers'],
  [{ matcher: { check: '*' }, ends: HOUR }, 'nothing of this name'],
])('a silence such as %o is refused with what is wrong', async (body, message) => {
  const { api } = setUp();
  const response = await api('/monitoring/silences', send('POST', body));
  expect(response.status).toBe(400);
  expect(JSON.stringify(await bodyOf(response))).toContain(message);
});

test.each([
  [{}, { node: '11111111-1111', group: null, zone: null, drain: true }],
  [{ node: 'two' }, { node: 'two', group: null, zone: null }],
  [
    { group: 'mysql', drain: false },
    { node: null, group: 'mysql', drain: false },
  ],
  [{ zone: 'lan' }, { node: null, zone: 'lan' }],
])('maintenance of %o is taken', async (whose, shown) => {
  const { api } = setUp();
  const taken = await api('/monitoring/maintenance', send('POST', { ...whose, ends: HOUR }));
  expect(await bodyOf(taken)).toMatchObject({ ...shown, replicated: false });
  expect(await bodyOf(await api('/monitoring/maintenance'))).toMatchObject([shown]);
  expect(await bodyOf(await api('/monitoring/maintenance/m1', { method: 'DELETE' }))).toMatchObject({ state: 'ended' });
});

test('maintenance is of one thing', async () => {
  const { api } = setUp();
  const body = { node: 'one', zone: 'lan', ends: HOUR };
  expect((await api('/monitoring/maintenance', send('POST', body))).status).toBe(400);
});

test('handlers are listed with how they fare, and what waits for them', async () => {
  const { api, done } = setUp();
  expect(await bodyOf(await api('/agent/handlers'))).toMatchObject([
    { name: 'mail', state: 'error', error: 'connection refused', last_error: 1_700_000_000.5, rate_limited: false },
  ]);
  expect(await bodyOf(await api('/agent/handlers/queue'))).toMatchObject([
    { id: 'job-1', handler: 'mail', attempts: 2, next: 1_700_000_005, dead: false },
  ]);
  expect(await bodyOf(await api('/agent/handlers/queue/retry', { method: 'POST' }))).toEqual({ messages: 1 });
  expect(await bodyOf(await api('/agent/handlers/mail/test', { method: 'POST' }))).toEqual({
    name: 'mail',
    delivered: false,
    answer: 'connection refused',
    ms: 3,
  });
  expect((await api('/agent/handlers/fax/test', { method: 'POST' })).status).toBe(404);
  expect(done).toEqual(['retry', 'test mail']);
});

test('who would be told is answered with reasons', async () => {
  const { api } = setUp();
  expect(await bodyOf(await api('/monitoring/route?check=linux%2Fload-average&severity=warning'))).toMatchObject({
    ref: ALERT.name,
    severity: 'warning',
    routes: [{ number: 1, taken: false, why: 'its group is not mysql' }],
    handlers: [
      { name: 'mail', told: true, after: 2 },
      { name: 'slack', told: false, why: 'no route leads to it' },
    ],
  });
  expect((await api('/monitoring/route')).status).toBe(400);
});
