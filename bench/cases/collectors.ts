import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { loadPlugins } from '../../src/agent/plugins.ts';
import { watchVitals } from '../../src/agent/vitals.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Host } from '../../src/net/host.ts';
import { systemHost } from '../../src/net/system-host.ts';
import type { Collect, Collector } from '../../src/plugins/kinds.ts';
import type { BenchCase, Row } from '../case.ts';
import { usageOf } from '../usage.ts';
import { freePort, type Running, Workplace } from '../workplace.ts';

const EXPORTER = '/usr/bin/prometheus-node-exporter';
const WARM_ROUNDS = 5;
const ROUNDS = Number(process.env['COLLECTORS_BENCH_ROUNDS'] ?? 40);
/** Rates need looks that are a second apart. */
const ROUND_MS = 1_050;
/** What a full round may cost more than a scrape. */
const ALLOWANCE_MS = 20;

const never = new AbortController().signal;

/** A collector at work, and whether it starts a program or asks servers, which no scrape does. */
interface AtWork {
  readonly name: string;
  readonly collect: Collect;
  readonly isApart: boolean;
}

/** The collectors of the host that find something here, each looked at once. */
async function hostCollectors(host: Host): Promise<AtWork[]> {
  const { collectors } = await loadPlugins();
  const found: AtWork[] = [];
  for (const collector of collectors) {
    if (collector.group !== undefined) continue;
    const isApart = await goesOut(collector, host);
    const collect = collector.configure({});
    const tree = await collect(host, never).catch(() => undefined);
    if (tree !== undefined) found.push({ name: collector.name, collect, isApart });
  }
  return found;
}

async function goesOut(collector: Collector, host: Host): Promise<boolean> {
  let isOut = false;
  const noted =
    <Words extends readonly unknown[], Answer>(ask: (...words: Words) => Answer) =>
    (...words: Words): Answer => {
      isOut = true;
      return ask(...words);
    };
  const watching = { ...host, run: noted(host.run), fetch: noted(host.fetch), connect: noted(host.connect) };
  await collector
    .configure({})(watching, never)
    .catch(() => undefined);
  return isOut;
}

/** Milliseconds of processor time of this process that `work` takes. */
async function costOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const roundOf = (collectors: readonly AtWork[], host: Host) => () =>
  Promise.all(collectors.map(({ collect }) => collect(host, never).catch(() => undefined)));

async function scrape(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  return (await answer.text()).split('\n').length;
}

async function waitFor(port: number, exporter: Running): Promise<void> {
  for (let left = 100; left > 0; left--) {
    if (await scrape(port).catch(() => undefined)) return;
    await pause(100);
  }
  throw new Error(`the exporter does not answer; it printed:\n${exporter.printed()}`);
}

/** Rounds and scrapes in turn, a second apart; the mean cost of each, in milliseconds. */
async function compare(collectors: readonly AtWork[], host: Host, exporter: Running | undefined, port: number) {
  const round = roundOf(collectors, host);
  for (let done = 0; done < WARM_ROUNDS; done++) {
    await round();
    if (exporter) await scrape(port);
    await pause(ROUND_MS);
  }
  const before = exporter ? (await usageOf(exporter.pid)).cpu : 0;
  let ours = 0;
  for (let done = 0; done < ROUNDS; done++) {
    ours += await costOf(round);
    if (exporter) await scrape(port);
    await pause(ROUND_MS);
  }
  const theirs = exporter ? 1_000 * ((await usageOf(exporter.pid)).cpu - before) : 0;
  return { ours: ours / ROUNDS, theirs: theirs / ROUNDS };
}

/** What each costs alone, the dearest first. */
async function each(collectors: readonly AtWork[], host: Host): Promise<Row[]> {
  const rounds = 5;
  const costs = new Map<string, number>();
  for (let done = 0; done < rounds; done++) {
    for (const { name, collect } of collectors) {
      const cost = await costOf(() => collect(host, never).catch(() => undefined));
      costs.set(name, (costs.get(name) ?? 0) + cost / rounds);
    }
    await pause(ROUND_MS);
  }
  const rows = Array.from(costs, ([name, value]): Row => ({ case: name, value, unit: 'ms of CPU a run' }));
  return rows.sort((a, b) => b.value - a.value);
}

const bench: BenchCase = {
  name: 'collectors: a full round of the host’s collectors, and a scrape of node_exporter',
  async run() {
    await using place = await Workplace.make('collectors');
    // The timers of the machine's clock do not hold a process.
    const stay = setInterval(() => {}, 60_000);
    using _ = { [Symbol.dispose]: () => clearInterval(stay) };
    await using system = systemHost(systemClock);
    using vitals = watchVitals(systemClock);
    const pool = { zone: 'internet', known: 1, alive: 1, suspect: 0, dead: 0, rttMs: [] };
    const host: Host = { ...system, self: () => ({ vitals: vitals(), pool }) };
    const found = await hostCollectors(host);
    const port = await freePort();
    const options = [`--web.listen-address=127.0.0.1:${port}`, '--log.level=error'];
    const exporter = existsSync(EXPORTER) ? place.start(EXPORTER, options) : undefined;
    if (exporter) await waitFor(port, exporter);

    const inProcess = found.filter(({ isApart }) => !isApart);
    const { ours, theirs } = await compare(inProcess, host, exporter, port);
    const goal = theirs + ALLOWANCE_MS;
    const rows: Row[] = [
      {
        ...{ case: `a round of ${inProcess.length} collectors`, value: ours, unit: 'ms of CPU' },
        ...(exporter && { ratio: ours / goal, peer: `of a scrape + ${ALLOWANCE_MS} ms` }),
      },
    ];
    if (exporter) rows.push({ case: 'a scrape of node_exporter', value: theirs, unit: 'ms of CPU' });
    const apart = found.filter(({ isApart }) => isApart).map(({ name }) => name);
    rows.push({
      case: `apart, as they start programs or ask servers: ${apart.join(', ')}`,
      value: apart.length,
      unit: '',
    });
    return [...rows, ...(await each(inProcess, host))];
  },
};

export default bench;
