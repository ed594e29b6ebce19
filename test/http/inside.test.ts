import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { BlockingReads } from '../../src/http/blocking.ts';
import type { InsidePart } from '../../src/http/inside-part.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { SimulatedClock } from '../support/clock.ts';
import { fakeInside } from './fake-inside.ts';
import { bodyOf, errorOf, fakeApi, fakeParts } from './fake-parts.ts';

const appWith = (over: Partial<InsidePart> = {}) => fakeApi(fakeParts({ inside: { ...fakeInside(), ...over } }));

test('the health names the parts and how often each failed and went on', async () => {
  const answer = await appWith()('/agent/health');
  expect(await bodyOf(answer)).toEqual({
    health: 'ok',
    reasons: [],
    parts: [{ name: 'kv', state: 'ok', restarts: 2, last_error: 'a bug' }],
  });
});

test.each(['/debug/threads', '/threads'])('%s shows what the parts wait for and took', async (path) => {
  const answer = await bodyOf<{ parts: unknown[]; resources: object }>(await appWith()(path));
  expect(answer.parts).toEqual([
    expect.objectContaining({ name: 'kv', timers: 3, busy_ms: 40, busy_share: expect.any(Number) }),
  ]);
});

test('memory is told by space of the heap', async () => {
  const answer = await bodyOf<{ process: { rss: number }; spaces: object }>(await appWith()('/debug/memory'));
  expect(answer.process.rss).toBeGreaterThan(1_000_000);
  expect(answer.spaces).toHaveProperty('old_space');
});

test.each(['/debug/state', '/debug/memory', '/debug/threads', '/threads'])('%s can be switched off', async (path) => {
  const answer = await appWith({ isDebugShown: () => false })(path);
  expect(answer.status).toBe(404);
  expect((await errorOf(answer)).message).toContain('debug_routes');
});

test('modules and hosting drivers are shown', async () => {
  const api = appWith();
  expect(await bodyOf(await api('/agent/modules'))).toHaveProperty('dns.state', 'STARTED');
  expect(await bodyOf(await api('/agent/hosting'))).toEqual([
    { name: 'on-premise', is_active: true, unique_id: 'abc', local_addr: null, public_addr: null, reason: '' },
  ]);
});

test('a part of the log is followed at the level that was asked for, until the reader goes', async () => {
  const asked: string[] = [];
  let say = (_: string) => {};
  const api = appWith({
    followLog(part, level, take) {
      asked.push(`${part} ${level}`);
      say = take;
      return { [Symbol.dispose]: () => void asked.push('gone') };
    },
  });
  const answer = await api('/log/follow/dns?level=debug');
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const reader = answer.body?.getReader();
  say('a query');
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('a query\n');
  await reader?.cancel();
  expect(asked).toEqual(['dns DEBUG', 'gone']);
});

test('who follows with a token that is taken back gets no further line', async () => {
  let say = (_: string) => {};
  let isGone = false;
  const followLog: InsidePart['followLog'] = (_, __, take) => {
    say = take;
    return {
      [Symbol.dispose]() {
        isGone = true;
      },
    };
  };
  const parts = fakeParts({ inside: { ...fakeInside(), followLog } });
  const { secret } = await parts.access.tokens.create({ name: 'ops', scope: 'admin' });
  const caller = { door: 'tcp', address: '10.0.0.1' } as const;
  const answer = await fakeApi(parts)('/log/follow/dns', { headers: { 'x-opsbro-token': secret } }, { caller });
  const reader = answer.body?.getReader();
  say('before');
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('before\n');

  await parts.access.tokens.revoke('ops');
  say('after');
  expect(await reader?.read()).toEqual({ done: true, value: undefined });
  expect(isGone).toBe(true);
});

test('who reads too slowly is told how many lines he missed', async () => {
  let say = (_: string) => {};
  const api = appWith({
    followLog(_, __, take) {
      say = take;
      return { [Symbol.dispose]() {} };
    },
  });
  const reader = (await api('/log/follow/dns')).body?.getReader();
  const line = 'x'.repeat(8_000);
  for (let number = 0; number < 100; number++) say(line);
  const got: string[] = [];
  for (let number = 0; number < 20; number++) got.push(Buffer.from((await reader?.read())?.value ?? []).toString());
  say('after');
  for (let text = ''; !text.startsWith('after'); got.push(text))
    text = Buffer.from((await reader?.read())?.value ?? []).toString();
  expect(got.join('')).toMatch(/\.\.\. \d+ lines were left out/);
  await reader?.cancel();
});

test.each([
  ['/log/follow/dsn', 404, 'did you mean "dns"'],
  ['/log/follow/dns?level=loud', 400, 'level'],
])('%s is refused with %i', async (path, status, text) => {
  const answer = await appWith()(path);
  expect(answer.status).toBe(status);
  expect((await errorOf(answer)).message).toContain(text);
});

test('the parts of the log are listed', async () => {
  expect(await bodyOf(await appWith()('/log/parts/'))).toEqual(['daemon', 'dns', 'gossip']);
});

test('who knows the health waits until there is news of it', async () => {
  const bus = new Bus<AgentEvent>(() => {});
  const reads = new BlockingReads({ bus, clock: new SimulatedClock(), random: () => 0, boot: 'b' });
  const ask = fakeApi(fakeParts({ reads }));
  const known = (await ask('/agent/health')).headers.get('x-opsbro-index');

  const waiting = ask(`/agent/health?index=${known}`);
  bus.emit({ type: 'agent-health' });
  expect(Number((await waiting).headers.get('x-opsbro-index'))).toBe(Number(known) + 1);
});
