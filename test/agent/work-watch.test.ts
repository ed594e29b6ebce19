import { expect, test } from 'vitest';
import { Health } from '../../src/agent/health.ts';
import { WorkWatch } from '../../src/agent/work-watch.ts';
import { Bus } from '../../src/base/bus.ts';
import type { CheckRecord, CheckResult } from '../../src/model/check.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { HandlerRecord } from '../../src/model/handler.ts';
import { SimulatedClock } from '../support/clock.ts';
import { check, member as nodeMember } from '../support/nodes.ts';

const HANDLER: HandlerRecord = {
  ...{ id: 'mail', type: 'mail', state: 'ok', error: '', remark: '', pending: 0, dead: 0, sent: 0, failed: 0 },
  ...{ dropped: 0, lastSuccess: null, lastFailure: null, lastSeconds: 0, isHeldBack: false },
};

function watching() {
  const clock = new SimulatedClock();
  const health = new Health(clock);
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const work = { checks: [] as CheckRecord[], handlers: [] as HandlerRecord[], isDeathUntold: false };
  const watch = new WorkWatch({
    ...{ bus, clock, health, queueLimit: 1_000 },
    checks: () => work.checks,
    handlers: () => work.handlers,
    isDeathUntold: () => work.isDeathUntold,
  });
  const after = async (seconds: number) => {
    await clock.runAsync(seconds * 1_000);
    return health.report().reasons.map(({ part, text }) => `${part}: ${text}`);
  };
  return { work, bus, watch, after };
}

test('results are counted by state, and performance data that could not be read', () => {
  const { bus, watch } = watching();
  const ran = (result: CheckResult) => bus.emit({ type: 'check-done', check: check('a'), result });
  ran({ state: 'ok', output: '', badPerfdata: 2 });
  ran({ state: 'ok', output: '' });
  ran({ state: 'unknown', output: '', badPerfdata: 1 });
  const ofChecks = watch.families().filter(({ name }) => name !== 'opsbro_state_changes_total');
  const counted = ofChecks.flatMap(({ name, samples }) => [...samples].map((each) => ({ name, ...each })));
  expect(counted.map(({ name, labels, value }) => `${name} ${labels?.['result'] ?? ''} ${value}`)).toEqual([
    'opsbro_check_runs_total ok 2',
    'opsbro_check_runs_total warning 0',
    'opsbro_check_runs_total critical 0',
    'opsbro_check_runs_total unknown 1',
    'opsbro_perfdata_bad_total  3',
  ]);
  watch[Symbol.dispose]();
  ran({ state: 'ok', output: '' });
  const [runs] = watch.families().filter(({ name }) => name === 'opsbro_check_runs_total');
  expect([...(runs?.samples ?? [])][0]?.value).toBe(2);
});

test('changes of the states of nodes are counted by the new one; what else changes is none', () => {
  const { bus, watch } = watching();
  const member = nodeMember('b', { name: 'db-1' });
  bus.emit({ type: 'member-join', member });
  bus.emit({ type: 'member-failed', member: { ...member, state: 'dead' }, before: member });
  bus.emit({ type: 'member-alive', member, before: { ...member, state: 'dead' } });
  bus.emit({ type: 'member-alive', member, before: member });
  const [changes] = watch.families().filter(({ name }) => name === 'opsbro_state_changes_total');
  const counted = [...(changes?.samples ?? [])].map(({ labels, value }) => `${labels?.['to']} ${value}`);
  expect(counted).toEqual(['alive 2', 'suspect 0', 'dead 1', 'left 0']);
});

test('checks that begin late for five minutes are a trouble, named with the slowest, until they are in time', async () => {
  const { work, after } = watching();
  work.checks = [check('a', { latencyMs: 6_000 }), check('b', { latencyMs: 9_000 })];
  expect(await after(300)).toEqual([]);
  expect(await after(60)).toEqual(['checks: checks begin 9 s late; the slowest: b (9 s), a (6 s)']);
  work.checks = [check('a', { latencyMs: 100 })];
  expect(await after(30)).toEqual([]);
});

test('one late check in a hundred is none', async () => {
  const { work, after } = watching();
  const inTime = Array.from({ length: 199 }, (_, index) => check(`in-time-${index}`, { latencyMs: 10 }));
  work.checks = [...inTime, check('a', { latencyMs: 60_000 })];
  expect(await after(900)).toEqual([]);
});

test('a queue that is over 80 % full is a trouble', async () => {
  const { work, after } = watching();
  work.handlers = [
    { ...HANDLER, pending: 801 },
    { ...HANDLER, id: 'slack', pending: 800 },
  ];
  expect(await after(30)).toEqual(['handlers: too much waits to be sent by mail (801 messages)']);
  work.handlers = [HANDLER];
  expect(await after(30)).toEqual([]);
});

test('that nobody would be told about dead nodes is a trouble where some handler is at work', async () => {
  const { work, after } = watching();
  work.isDeathUntold = true;
  work.handlers = [{ ...HANDLER, state: 'disabled' }];
  expect(await after(30)).toEqual([]);
  work.handlers = [HANDLER];
  expect(await after(30)).toEqual(['handlers: nobody would be told about dead nodes']);
});
