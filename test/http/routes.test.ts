import { expect, test } from 'vitest';
import type { z } from 'zod';
import { routesOf } from '../../src/http/api.ts';
import type { PackJson } from '../../src/http/schemas/packs.ts';
import type { AgentInfoJson, CheckJson, MemberJson } from '../../src/http/schemas.ts';
import { check, member } from '../support/nodes.ts';
import { bodyOf, collector, errorOf, fakeApi, fakeParts, post } from './fake-parts.ts';

const READS = [
  'GET /agent/name',
  'GET /agent/uuid',
  'GET /agent/state',
  'GET /agent/version',
  'GET /agent/health',
  'GET /agent/info',
  'GET /agent/members',
  'GET /agent/detectors',
  'GET /agent/detectors/state',
  'GET /agent/evaluator/list',
  'GET /collectors',
  'GET /config/problems',
  'GET /monitoring/state',
  'GET /monitoring/checks',
  'GET /packs',
  'GET /kv',
  'GET /health',
] as const;

test.each(READS)('%s answers as its schema says', async (key) => {
  const parts = fakeParts();
  const answer = await fakeApi(parts)(key.slice('GET '.length));

  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const schema: z.ZodType = routesOf(parts)[key].answer;
  expect(schema.safeParse(await answer.json()).error).toBeUndefined();
});

test.each([
  ['/agent/name', 'one'],
  ['/agent/uuid', '11111111-1111'],
  ['/agent/state', 'ok'],
  ['/agent/version', '0.1.0'],
])('%s is a JSON text', async (path, text) => {
  expect(await (await fakeApi()(path)).json()).toBe(text);
});

test('members are a map by id, in the names that OpsBro uses', async () => {
  const members = await bodyOf<Record<string, MemberJson>>(await fakeApi()('/agent/members'));

  expect(Object.keys(members)).toEqual(['11111111-1111', '22222222-2222']);
  expect(members['11111111-1111']).toMatchObject({
    name: 'one',
    display_name: 'front',
    addr: '127.0.0.1',
    is_proxy: false,
  });
  expect(members['22222222-2222']?.checks['cpu/load']).toMatchObject({ state: 'critical', state_id: 2 });
});

test.each(['self', 'one', 'front', '1111', '11111111-1111'])('the node "%s" is found', async (ref) => {
  expect(await (await fakeApi()(`/agent/members/${ref}`)).json()).toMatchObject({ uuid: '11111111-1111' });
});

test('a name that is close is suggested, and one of several meanings is refused with all of them', async () => {
  const twins = ['aaaa1', 'aaaa2'].map((id) => member(id, { displayName: 'twin' }));
  const request = fakeApi(
    fakeParts({ membership: { self: member('x'), members: new Map(twins.map((m) => [m.id, m])) } }),
  );

  const ambiguous = await request('/agent/members/twin');
  expect(ambiguous.status).toBe(409);
  expect(await ambiguous.json()).toMatchObject({
    error: { code: 'ambiguous', details: { candidates: [{ uuid: 'aaaa1' }, { uuid: 'aaaa2' }] } },
  });
  const unknown = await request('/agent/members/name-aaaa');
  expect(unknown.status).toBe(404);
  expect((await errorOf(unknown)).message).toContain('did you mean "name-aaaa1"?');
});

test('the checks of another node are what its member record tells', async () => {
  expect(await (await fakeApi()('/monitoring/state/two')).json()).toMatchObject({
    node: '22222222-2222',
    checks: { 'cpu/load': { state: 'critical', pack_name: 'cpu', output: 'too much' } },
    counts: { critical: 1, ok: 0 },
  });
});

test('a check of another node that has not run yet has no time of its last change', async () => {
  const waiting = { state: 'pending', hard: true, changed: 0, output: '' } as const;
  const other = member('other', { checks: new Map([['cpu/load', waiting]]) });
  const request = fakeApi(fakeParts({ membership: { self: member('self'), members: new Map([['other', other]]) } }));
  const checks = { 'cpu/load': { state: 'pending', last_change: null } };

  expect(await (await request('/monitoring/state/other')).json()).toMatchObject({ checks });
  expect(await (await request('/agent/members/other')).json()).toMatchObject({ checks });
});

test('a check is asked for by its id, with the slash plain or escaped', async () => {
  const request = fakeApi();

  for (const path of ['/monitoring/checks/cpu/load', '/monitoring/checks/cpu%2Fload']) {
    expect(await (await request(path)).json()).toMatchObject({ name: 'cpu/load', definition: null });
  }
  expect(await (await request('/monitoring/checks/cpu/load/run', { method: 'POST' })).json()).toMatchObject({
    name: 'cpu/load',
  });
});

test('a check shows where it is written, without its secrets', async () => {
  const definition = { file: '/packs/cpu/checks/load.yml', line: 3, fields: { password: '******', interval: '10s' } };
  const object = {
    type: 'check',
    id: 'cpu/load',
    packName: 'cpu',
    packLevel: 'core',
    file: definition.file,
    line: 3,
  } as const;
  const packs = { packs: [], problems: [], objects: [{ ...object, definition: { password: 'x', interval: '10s' } }] };
  const request = fakeApi(fakeParts({ packs: () => packs }));

  expect(await (await request('/monitoring/checks/cpu/load')).json()).toMatchObject({ definition });
});

test('a check that a request defined shows what was asked for', async () => {
  const object = { type: 'check', id: 'cpu/load', packName: 'local', packLevel: 'local', line: 1 } as const;
  const parts = fakeParts();
  const defined = { ...object, file: 'HTTP API', definition: { passive: true } };
  const request = fakeApi({
    ...parts,
    definitions: { ...parts.definitions, check: { ...parts.definitions.check, objects: () => [defined] } },
  });
  const definition = { file: 'HTTP API', line: 1, fields: { passive: true } };
  expect(await (await request('/monitoring/checks/cpu/load')).json()).toMatchObject({ definition });
});

test('secrets of packs are not shown, at any depth', async () => {
  const { core } = await bodyOf<{ core: { linux: PackJson[] } }>(await fakeApi()('/packs'));

  const parameters = Object.entries(core.linux[0]?.parameters ?? {}).map(([key, { value }]) => [key, value]);
  expect(parameters).toEqual([
    ['password', '******'],
    ['nested.api_key', '******'],
    ['nested.port', 1],
  ]);
});

test('groups are shown with what gave them', async () => {
  expect(await (await fakeApi()('/agent/detectors/state')).json()).toEqual({
    groups: { kv: { static: true, detectors: [] }, linux: { static: false, detectors: ['linux/linux'] } },
    logs: {},
  });
});

test('agent info tells static from detected groups, or gives them flat', async () => {
  const request = fakeApi();

  expect(await (await request('/agent/info')).json()).toMatchObject({
    groups: { static: ['kv'], detected: ['linux'] },
    groups_all: ['kv', 'linux'],
    members: { alive: 2, dead: 0 },
    monitoring: { ok: 1, suppressed: 0, alerts: 1 },
    collectors: { cpu: { state: 'ok' } },
    docker: { state: 'disabled', running: 0, total: 0, images: 0 },
  });
  const parts = fakeParts();
  const docker = collector('docker', { results: { running: 2, total: 3, images: 7 } });
  const withDocker = fakeApi({ ...parts, runtime: { ...parts.runtime, collectors: () => [docker] } });
  const { docker: shown } = await bodyOf<AgentInfoJson>(await withDocker('/agent/info'));
  expect(shown).toEqual({ state: 'ok', running: 2, total: 3, images: 7 });
  expect((await bodyOf<AgentInfoJson>(await request('/agent/info?groups=flat'))).groups).toEqual(['kv', 'linux']);
});

test.each([
  ['ok', 'ok', '', 200],
  ['ok', 'degraded', '', 200],
  ['ok', 'degraded', '?strict', 503],
  ['ok', 'failed', '', 503],
  ['initializing', 'ok', '', 503],
  ['stopping', 'ok', '', 503],
] as const)('an agent that is %s and %s answers /health%s with %i', async (state, health, query, status) => {
  const { agent } = fakeParts();
  const facts = { ...agent.facts(), agent_state: state };
  const request = fakeApi(
    fakeParts({ agent: { ...agent, facts: () => facts, health: () => ({ health, reasons: [] }) } }),
  );

  const answer = await request(`/health${query}`);
  expect(answer.status).toBe(status);
  expect(answer.headers.has('retry-after')).toBe(status === 503);
  expect(await answer.json()).toEqual({ state, health });
});

test('what changes the agent gets there', async () => {
  const parts = fakeParts();
  const request = fakeApi(parts);

  expect(await (await request('/agent/join', post({ seeds: ['10.0.0.1', '[::1]:6768'] }))).json()).toEqual({
    joined: 2,
    errors: {},
  });
  expect(await (await request('/config/validate', { method: 'POST' })).json()).toMatchObject({ changes: [] });
  expect(await (await request('/agent/reload', { method: 'POST' })).json()).toMatchObject({ added: 1 });
  expect(await (await request('/agent/stop', post({ leave: true }))).json()).toEqual({ stopping: true });
  await request('/agent/stop', { method: 'POST' });
  expect((await request('/agent/leave', { method: 'POST' })).status).toBe(202);
  expect((await request('/agent/leave', post({ node: '2222' }))).status).toBe(200);
  expect((await request('/agent/leave', post({ node: 'nobody' }))).status).toBe(404);
  expect(parts.done).toEqual(['stop and leave', 'stop', 'leave', 'force two']);
});

test('an expression is evaluated, from JSON or from the form of old clients', async () => {
  const request = fakeApi();
  const form = { method: 'POST', body: new URLSearchParams({ expr: btoa('12345') }) };

  expect(await (await request('/agent/evaluator/eval', post({ expr: '1234' }))).json()).toBe(4);
  expect(await (await request('/agent/evaluator/eval', form)).json()).toBe(5);
});

test('a wrong expression is told from missing data', async () => {
  const request = fakeApi();

  const wrong = await request('/agent/evaluator/eval', post({ expr: 'bad' }));
  expect([wrong.status, await wrong.json()]).toMatchObject([422, { error: { code: 'expression', offset: 0 } }]);
  const missing = await request('/agent/evaluator/eval', post({ expr: 'gone' }));
  expect([missing.status, await missing.json()]).toMatchObject([
    424,
    { error: { code: 'missing', path: 'collector.x' } },
  ]);
});

test('an expression is explained part by part', async () => {
  const request = fakeApi();
  const answer = await request('/agent/evaluator/eval', post({ expr: '[len("a"), 2]', explain: true }));
  expect(await answer.json()).toMatchObject({
    text: '[len("a"), 2]',
    offset: 0,
    type: 'value',
    parts: [{ text: 'len("a")', offset: 1, type: 'value', parts: [] }],
  });
  const wrong = await request('/agent/evaluator/eval', post({ expr: '1 +', explain: true }));
  expect([wrong.status, await wrong.json()]).toMatchObject([
    422,
    { error: { code: 'expression', details: { fault: 'SYNTAX' }, offset: 3 } },
  ]);
});

test('a map keyed by input keeps every key', async () => {
  const checks = new Map([['__proto__', { state: 'ok', hard: true, changed: 1, output: '' } as const]]);
  const self = member('x', { checks });
  const request = fakeApi(fakeParts({ membership: { self, members: new Map([['x', self]]) } }));

  expect(await (await request('/agent/members/x')).text()).toContain('"checks":{"__proto__":{');
});

test('the state of a check that is only suspected is shown beside the confirmed one', async () => {
  const soft = check('cpu/load', { state: 'critical', hard: false, hardState: 'ok', attempt: 1 });
  const { runtime } = fakeParts();
  const request = fakeApi(fakeParts({ runtime: { ...runtime, checks: () => [soft] } }));

  const { checks, counts } = await bodyOf<{ checks: Record<string, CheckJson>; counts: object }>(
    await request('/monitoring/state'),
  );
  expect(checks['cpu/load']).toMatchObject({ state: 'critical', hard_state: 'ok', hard: false });
  expect(counts).toMatchObject({ ok: 1, critical: 0 });
});

test('a posted text is judged, and without one the files are', async () => {
  const parts = fakeParts();
  const asked: unknown[] = [];
  const agent = {
    ...parts.agent,
    async judgePosted(posted: unknown) {
      asked.push(posted);
      return { changes: [], restart_needed: [], stand_ins: [], errors: [], warnings: [] };
    },
  };
  const request = fakeApi({ ...parts, agent });
  const post = (body: object) =>
    request('/config/validate', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  expect((await post({})).status).toBe(200);
  expect(asked).toEqual([]);
  expect((await post({ text: 'groups: [a]', file: 'checks.yml' })).status).toBe(200);
  expect((await post({ text: 'groups: [a]' })).status).toBe(200);
  expect(asked).toEqual([
    { text: 'groups: [a]', file: 'checks.yml' },
    { text: 'groups: [a]', file: 'posted.yml' },
  ]);
  for (const file of ['../agent.yml', '/etc/passwd', 'a.txt', ''])
    expect((await post({ text: '', file })).status).toBe(400);
});
