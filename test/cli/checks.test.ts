import { describe, expect, test } from 'vitest';
import { fakeAgent, opsbro } from '../support/cli.ts';

const check = {
  name: 'linux/cpu',
  display_name: 'linux/cpu',
  pack_name: 'linux',
  state: 'critical',
  state_id: 2,
  hard: false,
  last_change: Date.now() - 60_500,
  output: 'busy',
  long_output: 'more\u001b',
  attempt: 2,
  max_attempts: 3,
  perfdata: ['cpu=99'],
};

test('monitoring state shows state, age and output, and can be narrowed', async () => {
  const state = {
    node: 'id',
    name: 'n',
    display_name: '',
    checks: { 'linux/cpu': check },
    services: {},
    node_state: 'alive',
    counts: {},
  };
  await using agent = await fakeAgent({ 'GET /monitoring/state': state, 'GET /monitoring/state/n2': state });
  const lines = '  - linux > checks > cpu Х CRITICAL  for 1m  (soft 2/3)\n    | busy\n    | more\\e\n';
  expect((await opsbro('monitoring state', agent)).out).toBe(lines);
  expect((await opsbro('monitoring state n2', agent)).out).toMatch(/^──────────── n ─/);
  expect(await opsbro('monitoring state --state OK', agent)).toEqual({ code: 0, out: '', err: 'no checks\n' });
  expect((await opsbro('monitoring state --state bad', agent)).code).toBe(2);
});

test('monitoring state marks what keeps people from being told', async () => {
  const muted = {
    ...check,
    hard: true,
    acked: true,
    silenced: ['s1'],
    maintenance: 'm1',
    suppressed_by: ['linux/net'],
  };
  const state = { node: 'id', name: 'n', display_name: '', services: {}, node_state: 'alive', counts: {} };
  await using agent = await fakeAgent({ 'GET /monitoring/state': { ...state, checks: { 'linux/cpu': muted } } });
  const marks = '(acknowledged)  (silenced)  (maintenance)  (suppressed by linux/net)';
  expect((await opsbro('monitoring state', agent)).out).toMatch(`CRITICAL  for 1m  ${marks}\n`);
});

test('monitoring state shows how much of its time a check that flaps changes', async () => {
  const checks = { 'linux/cpu': { ...check, hard: true, flapping: true, flap_percent: 40.83 } };
  const state = { node: 'id', name: 'n', display_name: '', checks, services: {}, node_state: 'alive', counts: {} };
  await using agent = await fakeAgent({ 'GET /monitoring/state': state });
  expect((await opsbro('monitoring state', agent)).out).toContain('CRITICAL  for 1m  (flapping 41%)\n');
});

test('monitoring state tells no age of a check that has not run yet', async () => {
  const waiting = { name: 'linux/cpu', display_name: '', pack_name: 'linux', state: 'pending', state_id: 3 };
  const checks = { 'linux/cpu': { ...waiting, hard: true, last_change: null, output: '' } };
  const state = { node: 'id', name: 'n', display_name: '', checks, services: {}, node_state: 'alive', counts: {} };
  await using agent = await fakeAgent({ 'GET /monitoring/state': state });
  expect((await opsbro('monitoring state', agent)).out).toBe('  - linux > checks > cpu - PENDING\n');
});

test.each([
  ['ok', 0],
  ['warning', 1],
  ['critical', 2],
  ['unknown', 3],
  ['pending', 3],
])('check run --nagios ends with the code of %s', async (state, code) => {
  await using agent = await fakeAgent({ 'POST /monitoring/checks/linux/cpu/run': { ...check, state } });
  expect(await opsbro('check run linux/cpu --nagios', agent)).toEqual({ code, out: 'busy | cpu=99\n', err: '' });
  expect((await opsbro('monitoring run linux/cpu', agent)).code).toBe(0);
});

test('check run --explain shows what its expressions are made of', async () => {
  const fields = { critical_if: 'a > 1', interval: '10s' };
  const part = (text: string, shown: string, ...parts: unknown[]) => ({ text, offset: 0, shown, parts });
  await using agent = await fakeAgent({
    'POST /monitoring/checks/linux/cpu/run': check,
    'GET /monitoring/checks/linux/cpu': { ...check, definition: { file: '/f', line: 1, fields } },
    'POST /agent/evaluator/eval': part('a > 1', 'True', part('a', '3')),
  });
  const { code, out } = await opsbro('check run linux/cpu --explain', agent);
  expect({ code, shown: out.slice(out.indexOf('    critical_if')) }).toEqual({
    code: 0,
    shown: '    critical_if:\n      a > 1 → True\n        a → 3\n',
  });
  expect(agent.asked().at(-1)).toBe('POST /agent/evaluator/eval {"expr":"a > 1","explain":true,"pack":"linux"}');
  const json = JSON.parse((await opsbro('check run linux/cpu --explain --json', agent)).out) as {
    explained: unknown;
  };
  expect(json.explained).toMatchObject({ critical_if: { shown: 'True' } });
});

test('check run --explain puts what variables stand for in their place', async () => {
  const variables = { used: '100 - {{variables.idle}}', idle: '{{collector.cpustats.idle}}' };
  const fields = { critical_if: '{{variables.used}} > 90', variables };
  await using agent = await fakeAgent({
    'POST /monitoring/checks/linux/cpu/run': check,
    'GET /monitoring/checks/linux/cpu': { ...check, definition: { file: '/f', line: 1, fields } },
    'POST /agent/evaluator/eval': { text: '', shown: '', parts: [] },
  });
  await opsbro('check run linux/cpu --explain', agent);
  const expr = '(100 - ({{collector.cpustats.idle}})) > 90';
  expect(agent.asked().at(-1)).toBe(
    `POST /agent/evaluator/eval ${JSON.stringify({ expr, explain: true, pack: 'linux' })}`,
  );
});

test('check show names the file', async () => {
  const definition = { file: '/etc/cpu.yml', line: 3, fields: { interval: '10s', ok: 'ok' } };
  await using agent = await fakeAgent({ 'GET /monitoring/checks/linux/cpu': { ...check, definition } });
  expect((await opsbro('check show linux/cpu', agent)).out).toContain('    /etc/cpu.yml:3\n      interval: 10s\n');
});

describe('opsbro monitoring wait-ok of a name that no check has', () => {
  const load = { ...check, name: 'linux/load', state: 'ok', hard: true };
  const all = { checks: { 'linux/load': load }, services: {} };

  test('ends at once with the nearest name', async () => {
    await using agent = await fakeAgent({ 'GET /monitoring/state': all, 'GET /agent/state': 'ok' });
    expect(await opsbro('monitoring wait-ok linux/laod', agent)).toMatchObject({
      code: 2,
      err: 'error: no check is named "linux/laod"; did you mean "linux/load"? (--appear waits for it)\n',
    });
  });

  test('waits for it when told to, and while the agent still looks around', async () => {
    const none = { checks: {}, services: {} };
    const inTurn = (...answers: unknown[]) => {
      return () => (answers.length > 1 ? answers.shift() : answers[0]);
    };
    await using appearing = await fakeAgent({ 'GET /monitoring/state': inTurn(none, none, all) });
    expect(await opsbro('monitoring wait-ok linux/load --appear', appearing)).toMatchObject({ code: 0 });
    const routes = {
      'GET /monitoring/state': inTurn(none, all),
      'GET /agent/state': inTurn('initializing', 'ok'),
    };
    await using starting = await fakeAgent(routes);
    expect(await opsbro('monitoring wait-ok linux/load', starting)).toMatchObject({ code: 0 });
  });
});
