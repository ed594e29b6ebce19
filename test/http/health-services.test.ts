import { expect, test } from 'vitest';
import { Reply } from '../../src/http/route.ts';
import type { YamlMap } from '../../src/model/pack.ts';
import { fakeHealth, type ServedCheck } from './fake-health.ts';
import { bodyOf, errorOf, fakeApi, fakeParts } from './fake-parts.ts';

const FIX: YamlMap = {
  name: 'Fix',
  description: 'Mends it.',
  command: ['fix', '{{arg.x}}'],
  params: { x: { default: '1' }, word: { default: '', secret: true } },
};
const BROKEN: ServedCheck = { service: 'svc1', state: 'critical', repair: [FIX] };
const TCP = { caller: { door: 'tcp', address: '127.0.0.1' } } as const;

function api(checks: Readonly<Record<string, ServedCheck>>) {
  const health = fakeHealth(checks);
  const ask = fakeApi(fakeParts({ health: health.part }));
  const post = (path: string, body: unknown = {}) =>
    ask(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  return { ...health, ask, post };
}

test('clients of Mob* Monitor see the services as they know them', async () => {
  const { ask } = api({
    'local/key': BROKEN,
    'local/load': { service: 'svc1', state: 'warning' },
    'local/x': { service: 'fine', state: 'ok' },
  });
  expect(await (await ask('/mob/GetServiceList')).text()).toBe('["fine","svc1"]');
  expect(await (await ask('/mob/GetStatus?service=svc1')).text()).toBe(
    '[{"service":"svc1","health":false,"healthchecks":[{"name":"local/key","health":false,"description":"local/key is critical","actions":["Fix"]},{"name":"local/load","health":true,"description":"local/load is warning","actions":[]}]}]',
  );
  expect(await (await ask('/mob/GetStatus?service=nope')).text()).toBe(
    '[{"service":"nope","health":false,"healthchecks":[]}]',
  );
  expect(await bodyOf<unknown[]>(await ask('/mob/GetStatus?service='))).toHaveLength(2);
  expect(await (await ask('/mob/ActionInfo?service=svc1&healthcheck=local/key&action=Fix')).text()).toBe(
    '{"action":"Fix","info":"Mends it.","args":[],"kwargs":{"x":"1","word":""}}',
  );
  expect(await (await ask('/mob/ActionInfo?service=nope')).text()).toBe(
    '{"action":"","info":"Service not recognized.","args":[],"kwargs":{}}',
  );
});

test('what a form has to know of an action is told, but no secret', async () => {
  const hidden = { ...FIX, params: { word: { default: 'hidden', secret: true } }, requires_confirmation: true };
  const { ask } = api({ 'local/key': BROKEN, 'local/b': { ...BROKEN, service: 'b', repair: [hidden] } });
  const [offer] = await bodyOf<{ params: unknown[]; requires_confirmation: boolean }[]>(
    await ask('/health-services/svc1/actions'),
  );
  expect(offer).toMatchObject({ healthcheck: 'local/key', action: 'Fix', requires_confirmation: false });
  expect(offer?.params[0]).toEqual({
    ...{ name: 'x', type: 'text', required: false, default: '1', choices: [], pattern: null, secret: false },
  });
  expect(await bodyOf(await ask('/health-services/b/actions'))).toMatchObject([
    { params: [{ name: 'word', default: null, secret: true }], requires_confirmation: true, kwargs: { word: '***' } },
  ]);
  const asked = await ask('/mob/ActionInfo?service=b&healthcheck=local/b&action=Fix');
  expect(await asked.text()).toBe('{"action":"Fix","info":"Mends it.","args":[],"kwargs":{"word":"***"}}');
});

test('of an action that is written wrong the reason is told, and no default', async () => {
  const wrong = { ...FIX, cooldown: 'soon' };
  const { ask } = api({ 'local/key': { ...BROKEN, repair: [wrong] } });
  const answer = await ask('/mob/ActionInfo?service=svc1&healthcheck=local/key&action=Fix');
  const info = await bodyOf<{ info: string; kwargs: unknown }>(answer);
  expect(info.info).toContain('repair Fix.cooldown');
  expect(info.kwargs).toEqual({});
});

test('where nothing is, nothing is listed', async () => {
  const { ask } = api({});
  expect(await (await ask('/mob/GetServiceList')).text()).toBe('[]');
  expect(await (await ask('/mob/GetStatus')).text()).toBe('[]');
});

test.each([
  ['JSON', '', { service: 'svc1', action: 'Fix', args: "['it\\'s']", kwargs: "{'word': None}" }],
  [
    'a query',
    '?service=svc1&healthcheck=local/key&action=Fix&args=%5B%22it%27s%22%5D&kwargs=%7B%22word%22%3Anull%7D',
    {},
  ],
])('a repair asked for by %s answers with the status after it', async (_, query, body) => {
  const { post, acts, records } = api({ 'local/key': BROKEN });
  const answer = await post(`/mob/RepairService${query}`, body);
  expect(await answer.text()).toBe('{"service":"svc1","health":true,"healthchecks":[]}');
  expect(acts.map(({ given }) => [given.args, [...given.kwargs]])).toEqual([[["it's"], [['word', null]]]]);
  expect(records.map(({ event, who, before, after, kwargs }) => [event, who, before, after, kwargs])).toEqual([
    ['start', 'socket (uid unknown)', 'unhealthy', null, { word: '***' }],
    ['end', 'socket (uid unknown)', 'unhealthy', 'healthy', { word: '***' }],
  ]);
});

test('a repair asked for by a form is done as well', async () => {
  const { ask, acts } = api({ 'local/key': BROKEN });
  const answer = await ask('/mob/RepairService', {
    method: 'POST',
    body: new URLSearchParams({ service: 'svc1', action: 'Fix', args: '', kwargs: "{'x': '2'}" }),
  });
  expect(answer.status).toBe(200);
  expect([...(acts[0]?.given.values ?? [])]).toEqual([
    ['x', '2'],
    ['word', ''],
  ]);
});

test.each([
  [{ service: 'nope', action: 'Fix' }, '{"service":"nope","health":false,"healthchecks":[]}', 0],
  [{ service: 'fine', action: 'Fix' }, '{"service":"fine","health":true,"healthchecks":[]}', 0],
  [{ service: 'svc1', action: 'Nope' }, undefined, 1],
  [{ service: 'svc1', action: 'Fix', healthcheck: 'nope' }, undefined, 1],
  [{ service: 'svc1', action: 'Fix', args: [1, 2, 3] }, undefined, 1],
  [{ service: 'svc1', action: 'Fix', kwargs: { nope: 1 } }, undefined, 1],
])('the repair %j changes nothing', async (body, text, refusals) => {
  const { post, ask, acts, records } = api({ 'local/key': BROKEN, 'local/x': { service: 'fine', state: 'ok' } });
  const [status] = await bodyOf<unknown[]>(await ask('/mob/GetStatus?service=svc1'));
  const answer = await post('/mob/RepairService', body);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe(text ?? JSON.stringify(status));
  expect(acts).toEqual([]);
  expect(records.map(({ event }) => event)).toEqual(Array(refusals).fill('refusal'));
});

test('an action that two checks offer is ambiguous', async () => {
  const { post } = api({ 'local/a': BROKEN, 'local/b': BROKEN });
  const answer = await post('/mob/RepairService', { service: 'svc1', action: 'Fix' });
  expect(answer.status).toBe(409);
  expect(await errorOf(answer)).toMatchObject({ code: 'ambiguous', message: 'ambiguous: local/a, local/b' });
});

test('nobody repairs over TCP, by GET, or with arguments that cannot be read', async () => {
  const { ask, post, acts } = api({ 'local/key': BROKEN });
  expect((await ask('/mob/RepairService?service=svc1&action=Fix')).status).toBe(405);
  for (const path of ['/mob/RepairService?service=svc1&action=Fix', '/health-services/svc1/repair']) {
    expect((await ask(path, { method: 'POST' }, TCP)).status).toBe(401);
  }
  expect((await ask('/mob/GetStatus', {}, TCP)).status).toBe(200);
  expect((await post('/mob/RepairService', { service: 'svc1', action: 'Fix', args: '[' })).status).toBe(400);
  expect(acts).toEqual([]);
});

test('the own API tells more: where checks and their actions stand', async () => {
  const { ask, post } = api({ 'local/key': BROKEN });
  expect(await bodyOf(await ask('/health-services'))).toEqual([
    { service: 'svc1', is_service: true, health: false, directory: '', problems: [] },
  ]);
  const check = await bodyOf(await ask('/health-services/svc1/checks/local/key'));
  expect(check).toMatchObject({
    name: 'local/key',
    outcome: 'unhealthy',
    code: -1,
    repairs: [{ action: 'Fix', state: 'idle', attempts: 0, max_attempts: 3 }],
  });
  expect(await bodyOf(await ask('/health-services/svc1/actions'))).toMatchObject([
    { healthcheck: 'local/key', action: 'Fix', info: 'Mends it.' },
  ]);
  expect(await bodyOf(await post('/health-services/svc1/repair', { action: 'Fix', dry_run: true }))).toMatchObject({
    argv: ['fix', '{{arg.x}}'],
    dry_run: true,
    refusal: '',
  });
  const repaired = await bodyOf<{ id: string }>(await post('/health-services/svc1/repair', { action: 'Fix' }));
  expect(repaired).toMatchObject({ result: { fixed: true, attempt: 1, output: 'done' }, status: { health: true } });
  expect(await bodyOf<unknown[]>(await ask(`/history/repairs/${repaired.id}`))).toMatchObject([
    { event: 'start' },
    { event: 'end' },
  ]);
  expect(await bodyOf<unknown[]>(await ask('/history/repairs?service=svc1'))).toMatchObject([
    { event: 'end' },
    { event: 'start' },
  ]);
  expect(await bodyOf(await ask('/health/services/svc1'))).toMatchObject({ service: 'svc1', health: true });
  expect((await ask('/health-services/nope')).status).toBe(404);
  expect((await post('/history/repairs/nope/confirm')).status).toBe(404);
  expect((await post('/health-services/-/breaker/reset')).status).toBe(200);
});

test('a repair too soon says when, and an eleventh within a minute is refused', async () => {
  const { post } = api({
    'local/a': { ...BROKEN, repair: [{ ...FIX, command: ['x'] }] },
    'local/b': { service: 'svc1', state: 'critical' },
  });
  await post('/health-services/svc1/repair', { action: 'Fix' });
  for (let count = 2; count <= 10; count++) await post('/health-services/svc1/repair', { action: 'Nope' });
  const answer = await post('/health-services/svc1/repair', { action: 'Nope' });
  expect(answer.status).toBe(429);
  expect(await errorOf(answer)).toMatchObject({ details: { retry_after: expect.any(Number) } });
});

test('a repair that need not be waited for is answered at once', async () => {
  const { post } = api({ 'local/key': BROKEN });
  const answer = await post('/health-services/svc1/repair', { action: 'Fix', async: true });
  expect(answer.status).toBe(202);
  expect(await bodyOf(answer)).toMatchObject({ result: null, status: null });
});

test('a repair may be for another node, if this one knows others', async () => {
  const health = fakeHealth({ 'local/key': BROKEN });
  const sent: unknown[] = [];
  const repairAt = (node: string, asked: unknown) => {
    if (node === 'here') return undefined;
    sent.push(asked);
    return Promise.resolve(
      new Reply({ argv: [], user: null, id: 'x', dry_run: true, refusal: '', result: null, status: null }),
    );
  };
  const post = (part: typeof health.part, node: string) =>
    fakeApi(fakeParts({ health: part }))('/health-services/svc1/repair', {
      method: 'POST',
      body: JSON.stringify({ node, action: 'Fix', dry_run: true }),
      headers: { 'content-type': 'application/json' },
    });
  expect(await bodyOf(await post({ ...health.part, repairAt }, 'there'))).toMatchObject({ id: 'x' });
  expect(await bodyOf(await post({ ...health.part, repairAt }, 'here'))).toMatchObject({
    id: '',
    argv: ['fix', '{{arg.x}}'],
  });
  expect(sent).toEqual([
    { action: 'Fix', args: [], kwargs: {}, dry_run: true, async: false, service: 'svc1', who: 'socket (uid unknown)' },
  ]);
  expect((await post(health.part, 'there')).status).toBe(404);
});
