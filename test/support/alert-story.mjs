// Tells of checks that change all the time, until it is killed; with `calm` only until everything was told.
import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [dist, home, what, seed] = process.argv.slice(2);
const load = (path) => import(`${dist}/${path}`);
const { StateStore } = await load('agent/state-store.js');
const { Pipeline } = await load('alerts/pipeline.js');
const { wishesOf } = await load('alerts/wishes.js');
const { systemClock: clock } = await load('base/clock.js');
const { silent } = await load('base/log.js');
const { seeded } = await load('base/random.js');
const { alerting } = await load('config/alerting-schema.js');

const stay = setInterval(() => {}, 1_000);
const node = { uuid: 'n1', name: 'db-1', displayName: '', address: '127.0.0.1', zone: 'lan', groups: [] };
const traits = { severityMap: new Map(), labels: new Map(), runbook: '', repair: [] };
const random = seeded(Number(seed));
const store = await StateStore.open(`${home}/state`, clock, silent);
const checks = store.shelf('checks');
const states = await checks.load();

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

function look(id, state, before, isKnown) {
  const record = {
    id,
    packName: 'p',
    displayName: id,
    state,
    hardState: state,
    hard: true,
    output: state,
    longOutput: '',
  };
  const rest = { perfdata: [], flapping: false, suppressedBy: [], isWaiting: false, service: '' };
  pipeline.check({ check: { ...record, ...rest }, traits, before, ...(isKnown && { isKnown }) });
}
for (const [id, state] of states) look(id, state, state, true);

if (what === 'calm') {
  const started = clock.now();
  while (pipeline.telling.queue('ops').messages().length > 0 || clock.now() - started < 500) await sleep(20);
  const alerts = pipeline.book.all().map(({ alert: { id, state, status } }) => ({ id, state, status }));
  writeFileSync(`${home}/end`, JSON.stringify(alerts));
  await store[Symbol.asyncDispose]();
  clearInterval(stay);
  process.exit(0);
}
for (;;) {
  const id = `p/c${Math.floor(random() * 4)}`;
  const before = states.get(id) ?? 'ok';
  const state = ['ok', 'warning', 'critical'][Math.floor(random() * 3)];
  if (state !== before) {
    states.set(id, state);
    checks.put(id, state);
    look(id, state, before);
  }
  await sleep(8);
}
