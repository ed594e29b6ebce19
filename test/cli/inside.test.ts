import { describe, expect, test } from 'vitest';
import { fakeAgent, opsbro } from '../support/cli.ts';

const HEALTH = { health: 'ok', reasons: [], parts: [] };
const LOW = { part: 'disk', code: 'low', since: 0, text: 'only 5 MB are free' };

describe('agent health', () => {
  test.each([
    ['ok', '', 0],
    ['ok', '--strict', 0],
    ['degraded', '', 0],
    ['degraded', '--strict', 1],
    ['failed', '', 2],
    ['ok', '--nagios', 0],
    ['degraded', '--nagios', 1],
    ['failed', '--nagios', 2],
  ])('of an agent that is %s with "%s" ends with %i', async (health, option, code) => {
    await using agent = await fakeAgent({ 'GET /agent/health': { ...HEALTH, health } });
    expect((await opsbro(`agent health ${option}`, agent)).code).toBe(code);
  });

  test('for Nagios is one line with the reasons', async () => {
    await using agent = await fakeAgent({ 'GET /agent/health': { ...HEALTH, health: 'degraded', reasons: [LOW] } });
    const { out } = await opsbro('agent health --nagios', agent);
    expect(out).toBe('WARNING - the agent is degraded (disk: only 5 MB are free)\n');
  });

  test('for Nagios is critical when there is no agent', async () => {
    const { code, out } = await opsbro('agent health --nagios');
    expect({ code, out: out.slice(0, 29) }).toEqual({ code: 2, out: 'CRITICAL - no agent answers a' });
  });

  test('names parts that failed and went on', async () => {
    const parts = [{ name: 'kv', state: 'ok', restarts: 4, last_error: 'a bug' }];
    await using agent = await fakeAgent({ 'GET /agent/health': { ...HEALTH, parts } });
    expect((await opsbro('agent health', agent)).out).toContain('part kv failed and went on 4 times, last: a bug');
  });
});

test.each(['agent parts', 'agent internal show-threads'])('%s lists the parts as a table', async (line) => {
  const part = { name: 'kv', state: 'ok', restarts: 1, last_error: 'a bug', timers: 3, busy_ms: 40, busy_share: 0.4 };
  await using agent = await fakeAgent({ 'GET /debug/threads': { parts: [part], resources: {} } });
  expect((await opsbro(line, agent)).out).toBe(
    'PART  STATE  RESTARTS  CPU %  WAITING  LAST ERROR\nkv    ok            1   0.40        3  a bug\n',
  );
});

test('modules are shown by type with why they are in error', async () => {
  const module = (state: string, module_type: string, log = '') => ({ state, log, module_type, configuration: {} });
  const modules = { dns: module('STARTED', 'listener'), 'handler mail': module('ERROR', 'handler', 'refused') };
  await using agent = await fakeAgent({ 'GET /agent/modules': modules });
  const lines = (await opsbro('agent modules state', agent)).out.split('\n');
  expect(lines.slice(1, 2)).toEqual(['     * dns                  STARTED']);
  expect(lines.slice(3, 5)).toEqual(['     * handler mail         ERROR', '       | refused']);
});

test('hosting drivers are shown in the order they are asked', async () => {
  const drivers = [
    { name: 'ec2', is_active: false, unique_id: null, local_addr: null, public_addr: null, reason: 'no answer' },
    { name: 'on-premise', is_active: true, unique_id: 'abc', local_addr: null, public_addr: null, reason: '' },
  ];
  await using agent = await fakeAgent({ 'GET /agent/hosting': drivers });
  const { out } = await opsbro('agent hosting', agent);
  expect(out).toMatch(/^DRIVER .*\nec2 +no +- +- +- +no answer\non-premise +yes +abc /);
});

describe('history', () => {
  test('of handlers tells who was told of what', async () => {
    const entry = { type: 'sent', handler: 'mail', alert: 'a-1', node: 'db-1', name: 'linux/disk', state: 'critical' };
    await using agent = await fakeAgent({ 'GET /history/handlers': () => [{ date: 0, entries: [entry] }] });
    expect((await opsbro('history handlers --utc', agent)).out).toBe(
      '1970-01-01 00:00:00\n * mail told of db-1 linux/disk CRITICAL\n',
    );
  });

  test('of the configuration tells who changed what, and why not', async () => {
    const entry = { type: 'write', who: 'ci', what: 'PUT /agent/zone', result: 'forbidden' };
    await using agent = await fakeAgent({ 'GET /history/config': () => [{ date: 0, entries: [entry] }] });
    expect((await opsbro('history config --utc', agent)).out).toContain(
      ' * write by ci: PUT /agent/zone (forbidden)\n',
    );
  });

  test('of requests that were to change something tells who asked, from where, and what came of it', async () => {
    const entry = { who: 'token ci', from: '10.0.0.1', method: 'PUT', target: '/kv/a', status: 200, repeated: 3 };
    const entries = [
      entry,
      ...['', '10.0.0.1'].map((from) => ({ ...entry, who: from || 'socket (uid unknown)', from, repeated: 0 })),
    ];
    await using agent = await fakeAgent({ 'GET /history/audit': () => [{ date: 0, entries }] });
    expect((await opsbro('history audit --utc', agent)).out).toBe(
      [
        '1970-01-01 00:00:00',
        ' * token ci (10.0.0.1): PUT /kv/a 200, and 3 more like it',
        ' * socket (uid unknown): PUT /kv/a 200',
        ' * 10.0.0.1: PUT /kv/a 200\n',
      ].join('\n'),
    );
  });

  test('of a kind with a command of its own is what that command shows', async () => {
    await using agent = await fakeAgent({ 'GET /history/collectors': () => [] });
    expect((await opsbro('history collectors', agent)).code).toBe(0);
    expect(agent.asked()).toEqual(['GET /history/collectors']);
  });

  test('of anything else is refused with the kinds there are', async () => {
    const { code, err } = await opsbro('history handler');
    expect(code).toBe(2);
    expect(err).toContain('did you mean "handlers"');
  });
});
