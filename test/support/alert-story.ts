// Tells of checks that change all the time, until it is killed; with `calm` only until everything was told.
import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StateStore } from '../../src/agent/state-store.ts';
import { Pipeline } from '../../src/alerts/pipeline.ts';
import { wishesOf } from '../../src/alerts/wishes.ts';
import { systemClock as clock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { alerting } from '../../src/config/alerting-schema.ts';
import { check as checkOf } from './nodes.ts';

const [home = '', what = '', seed = '0'] = process.argv.slice(2);

type State = 'ok' | 'warning' | 'critical';
const STATES: readonly State[] = ['ok', 'warning', 'critical'];

const stay = setInterval(() => {}, 1_000);
const node = { uuid: 'n1', name: 'db-1', displayName: '', address: '127.0.0.1', zone: 'lan', groups: [] };
const traits = { severityMap: new Map(), labels: new Map(), runbook: '', repair: [] };
const random = seeded(Number(seed));
const store = await StateStore.open(`${home}/state`, clock, silent);
const checks = store.shelf('checks');
const states = new Map((await checks.load()) as ReadonlyMap<string, State>);

const pipeline = new Pipeline(
  {
    ...{ clock, random, shelves: { alerts: store.shelf('alerts'), messages: store.shelf('messages') } },
    mutes: {
      of: () => ({ silences: [], maintenance: null, isEndMuted: false }),
      onChange: () => ({ [Symbol.dispose]() {} }),
    },
    compile: () => () => true,
    node: () => node,
    sender: () => ({ uuid: 'n1', name: 'db-1', zone: 'lan', version: '1' }),
    async attempt(_, { id, alerts }) {
      const told = alerts.map(({ id: alert, state, status, longOutput }) => ({ alert, state, status, longOutput }));
      appendFileSync(`${home}/told`, `${JSON.stringify({ id, told })}\n`);
      process.send?.('told');
      await sleep(10);
      return { type: 'delivered', remark: '' };
    },
    tell: () => {},
    failing: () => {},
  },
  alerting.parse({ group_by: ['...'], group_wait: '0s', group_interval: '0s', storm_limit: 100_000 }),
);
pipeline.telling.setHandler('ops', wishesOf({ rate: '100000/s' }));
await pipeline.load();
pipeline.start();

function look(id: string, state: State, before: State, isKnown = false): void {
  const record = checkOf(id, { state, hardState: state, output: state });
  pipeline.check({ check: record, traits, before, ...(isKnown && { isKnown }) });
}
for (const [id, state] of states) look(id, state, state, true);

if (what === 'calm') {
  const started = clock.now();
  while ((pipeline.telling.queue('ops')?.messages() ?? []).length > 0 || clock.now() - started < 500) await sleep(20);
  const alerts = pipeline.book.all().map(({ alert: { id, state, status } }) => ({ id, state, status }));
  writeFileSync(`${home}/end`, JSON.stringify(alerts));
  await store[Symbol.asyncDispose]();
  clearInterval(stay);
  process.exit(0);
}
for (;;) {
  const id = `p/c${Math.floor(random() * 4)}`;
  const before = states.get(id) ?? 'ok';
  const state = STATES[Math.floor(random() * 3)] ?? 'ok';
  if (state !== before) {
    states.set(id, state);
    checks.put(id, state);
    look(id, state, before);
  }
  await sleep(8);
}
