import type { Server } from 'node:http';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { Answered, fakeAgent, opsbro, refused } from '../support/cli.ts';

const cpu = {
  name: 'cpu',
  state: 'ok',
  log: '',
  results: { idle: 2.5 },
  metrics: 1,
  active: true,
  stale: false,
  restored: false,
  interval_ms: 10_000,
  last_check: 0,
  last_run: 0,
  next_check: 10_000,
  duration_ms: 1.4,
  runs_total: 1,
  errors_total: 0,
  skipped_total: 0,
};
const redis = { ...cpu, name: 'redis', state: 'not-eligible', active: false, log: 'no redis\u001b', results: null };

test('collectors state tells each state, with the reason', async () => {
  await using agent = await fakeAgent({ 'GET /collectors': [{ ...cpu, stale: true }, redis] });
  expect(await opsbro('collectors state', agent)).toEqual({
    code: 0,
    out: ` - ${'cpu'.padEnd(20)}  → OK (STALE)\n - ${'redis'.padEnd(20)}  → NOT-ELIGIBLE\n   | no redis\\e\n`,
    err: '',
  });
  expect(JSON.parse((await opsbro('collectors state --json', agent)).out)).toEqual([
    { name: 'cpu', state: 'ok', stale: true, log: '' },
    { name: 'redis', state: 'not-eligible', stale: false, log: 'no redis\u001b' },
  ]);
});

test('collectors show marks what is too old, and names those that have nothing to show', async () => {
  await using agent = await fakeAgent({ 'GET /collectors': [{ ...cpu, stale: true }, redis] });
  const { out, err } = await opsbro('collectors show', agent);
  expect(out).toContain('state: ok (stale)  (1 ms)\ncollector.cpu.idle = 2.5\n');
  expect(err).toBe('nothing to show: redis (not-eligible)\n');
  expect((await opsbro('collectors show --all', agent)).out).toContain('state: not-eligible  no redis\\e  (1 ms)');
});

test('collectors run prints what it saw; a name that is unknown is no success', async () => {
  const load = { ...cpu, name: 'loadaverage', results: { load1: 1, load5: 2, load15: 3 } };
  await using agent = await fakeAgent({
    'POST /collectors/loadaverage/run': load,
    'POST /collectors/lodaverage/run': refused(
      404,
      'not_found',
      'no collector is named "lodaverage"; did you mean "loadaverage"?',
    ),
  });
  const { code, out } = await opsbro('collectors run loadaverage', agent);
  expect(code).toBe(0);
  expect(out.match(/^collector\.loadaverage\.load\d+ = \d$/gm)).toHaveLength(3);
  expect(await opsbro('collectors run lodaverage', agent)).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean "loadaverage"?'),
  });
});

test('collectors history shows what changed, and why', async () => {
  const entry = { name: 'disk', old_state: 'ok', state: 'error', log: 'timeout after 10s' };
  await using agent = await fakeAgent({
    'GET /history/collectors': new Answered(200, [{ date: 0, entries: [entry] }], { 'x-opsbro-next': '1' }),
    'GET /history/collectors?after=1': [
      { date: 60, entries: [{ ...entry, old_state: 'error', state: 'ok', log: '' }] },
    ],
  });
  expect((await opsbro('collectors history --utc', agent)).out).toBe(
    '1970-01-01 00:00:00\n * disk OK → ERROR\n   | timeout after 10s\n1970-01-01 00:01:00\n * disk ERROR → OK\n',
  );
});

const HEAD = { 'x-opsbro-index': '1', 'x-opsbro-boot': 'b' };

test.each<[string, object, number, string]>([
  ['is ok', cpu, 0, 'cpu is ok\n'],
  ['is ok and runs again', { ...cpu, state: 'running' }, 0, 'cpu is ok\n'],
  ['is ok and its service is up', { ...cpu, results: { up: 1 } }, 0, 'cpu is ok\n'],
  ['sees that its service is down', { ...cpu, log: 'not answering', results: { up: 0 } }, 2, ''],
  ['failed', { ...cpu, state: 'error', active: false, log: 'broken' }, 2, ''],
  ['has not run', { ...cpu, state: 'pending', active: false, results: null }, 2, ''],
])('collectors wait-ok: it %s', async (_, collector, code, out) => {
  await using agent = await fakeAgent({ 'GET /collectors/cpu': new Answered(200, collector, HEAD) });
  expect(await opsbro('collectors wait-ok cpu --timeout 0', agent)).toMatchObject({ code, out });
});

test('collectors wait-ok waits for news, and tells how it stands when the time is over', async () => {
  let reads = 0;
  await using agent = await fakeAgent({
    'GET /collectors/redis': () => {
      reads += 1;
      return new Answered(200, reads > 2 ? { ...redis, active: true, state: 'ok', log: '' } : redis, HEAD);
    },
    'GET /collectors/down': new Answered(200, { ...cpu, results: { up: 0 }, log: 'not answering' }, HEAD),
  });
  expect(await opsbro('collectors wait-ok redis', agent)).toMatchObject({ code: 0, out: 'redis is ok\n' });
  expect(agent.asked().slice(1)).toEqual(Array(2).fill(expect.stringContaining('index=1&boot=b&wait=')));
  expect(await opsbro('collectors wait-ok down --timeout 0', agent)).toMatchObject({
    code: 2,
    err: 'down is not ok after 0 seconds (currently ok, its service is not up: not answering)\n',
  });
});

/** The stream of a fake agent: who asks for collectors gets these. */
function stream(server: Server, payloads: readonly object[]) {
  const door = new WebSocketServer({ server, path: '/ws' });
  door.on('connection', (client) => {
    client.on('message', (text) => {
      if (JSON.parse(String(text)).subscribe !== 'collectors') return;
      for (const payload of payloads) client.send(JSON.stringify({ channel: 'collectors', index: 1, ts: 0, payload }));
    });
  });
  return {
    [Symbol.dispose]() {
      for (const client of door.clients) client.terminate();
      door.close();
    },
  };
}

const many = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`k${at}`, at]));
const NEWS = [
  { name: 'cpu', state: 'ok', log: '', results: { idle: 1.5 } },
  { name: 'disk', state: 'error', log: 'timeout\u001b', results: null },
  { name: 'many', state: 'ok', log: '', results: many },
];

test('collectors show --watch gives a line for each change, or draws anew on a terminal', async () => {
  await using agent = await fakeAgent({ 'GET /collectors': [cpu], 'GET /collectors/disk': { ...cpu, name: 'disk' } });
  using _stream = stream(agent.server, NEWS);
  expect((await opsbro('collectors show --watch --count 3 --utc', agent)).out.split('\n')).toEqual([
    '1970-01-01 00:00:00  cpu  ok  idle=1.5',
    '1970-01-01 00:00:00  disk  error  timeout\\e',
    '1970-01-01 00:00:00  many  ok  k0=0  k1=1  k2=2  k3=3  k4=4  k5=5  k6=6  k7=7  (2 more)',
    '',
  ]);
  const { out } = await opsbro('collectors show disk --watch --count 1 --json', agent);
  expect(JSON.parse(out)).toEqual(NEWS[1]);
  const drawn = await opsbro('collectors show --watch --count 1', { ...agent, terminal: 'terminal' });
  expect(drawn.out).toContain('\u001b[H\u001b[2J──────────── cpu');
});
