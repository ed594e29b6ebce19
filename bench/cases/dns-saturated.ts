import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureBuilt, portOf, soon, startAgent } from '../agents.ts';
import type { BenchCase, Row } from '../case.ts';
import { Workplace } from '../workplace.ts';

const CHECKS = 20;
const WINDOW_S = 15;
const SETTLE_MS = 15_000;
const PROBE_MS = 500;

/** What an agent counted so far. */
interface Counted {
  readonly checkRuns: number;
  readonly suspicions: number;
  readonly answers: number;
  /** Probes of the other node that took at most so many seconds, by that number. */
  readonly probes: ReadonlyMap<number, number>;
}

/** Samples of the page for Prometheus, by name with labels. */
async function samplesOf(port: number): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

async function counted(port: number): Promise<Counted> {
  const samples = await samplesOf(port);
  const sum = (pattern: RegExp) =>
    [...samples].filter(([name]) => pattern.test(name)).reduce((total, [, value]) => total + value, 0);
  const buckets = [...samples].flatMap(([name, value]) => {
    const [, limit] = /^opsbro_probe_seconds_bucket\{le="([^"]+)"\}$/.exec(name) ?? [];
    return limit === undefined ? [] : [[limit === '+Inf' ? Number.POSITIVE_INFINITY : Number(limit), value] as const];
  });
  return {
    checkRuns: sum(/^opsbro_check_runs_total/),
    suspicions: sum(/^opsbro_state_changes_total\{.*to="(?:suspect|dead)"/),
    answers: sum(/^opsbro_dns_queries_total/),
    probes: new Map(buckets),
  };
}

/** What was counted in a window of time. */
async function during(port: number, work: () => Promise<unknown>): Promise<Counted> {
  const before = await counted(port);
  await work();
  const after = await counted(port);
  return {
    checkRuns: after.checkRuns - before.checkRuns,
    suspicions: after.suspicions - before.suspicions,
    answers: after.answers - before.answers,
    probes: new Map([...after.probes].map(([limit, value]) => [limit, value - (before.probes.get(limit) ?? 0)])),
  };
}

/** Within how many seconds 99 of 100 probes were answered, as exactly as the histogram says. */
function p99({ probes }: Counted): number {
  const all = probes.get(Number.POSITIVE_INFINITY) ?? 0;
  const enough = [...probes].sort(([a], [b]) => a - b).find(([, value]) => value >= all * 0.99);
  return enough?.[0] ?? Number.NaN;
}

async function saturate(place: Workplace, port: number): Promise<void> {
  const file = join(place.folder, 'queries');
  await writeFile(file, 'one.name.internet.opsbro A\ntwo.name.internet.opsbro A\nlinux.group.internet.opsbro A\n');
  const args = ['-s', '127.0.0.1', '-p', String(port), '-d', file, '-l', String(WINDOW_S), '-c', '4', '-q', '200'];
  const running = place.start('dnsperf', args);
  await new Promise((resolve) => running.child.once('close', resolve));
  await place.stop(running);
}

async function run(): Promise<Row[]> {
  ensureBuilt();
  await using place = await Workplace.make('dns-saturated');
  const objects = Array.from({ length: CHECKS }, () => 'check:\n  interval: 1s\n  critical_if: "1 > 2"\n');
  const folder = await place.directory('one/etc');
  await Promise.all(objects.map((text, index) => writeFile(join(folder, `check-${index}.yml`), text)));
  const gossip = { OPSBRO_GOSSIP__PROBE_INTERVAL: `${PROBE_MS}ms` };
  const one = await startAgent(place, 'one', [], { OPSBRO_NAME: 'one', ...gossip });
  const seed = `127.0.0.1:${await portOf(one, 'gossip')}`;
  await startAgent(place, 'two', ['--join', seed], { OPSBRO_NAME: 'two', ...gossip });
  const [http, dns] = [await portOf(one, 'http'), await portOf(one, 'dns')];
  await soon(one, async () => ((await counted(http)).checkRuns > CHECKS ? true : undefined), SETTLE_MS);
  await pause(SETTLE_MS);
  const idle = await during(http, () => pause(WINDOW_S * 1_000));
  const full = await during(http, () => saturate(place, dns));
  const peer = 'idle';
  return [
    { case: 'answers while saturated', value: full.answers / WINDOW_S, unit: 'answers/s' },
    {
      case: `runs of ${CHECKS} checks`,
      value: full.checkRuns / WINDOW_S,
      unit: 'runs/s',
      ratio: full.checkRuns / idle.checkRuns,
      peer: `${peer}, 1 is best`,
    },
    { case: 'probes: p99 at most', value: p99(full) * 1_000, unit: 'ms', ratio: p99(full) / p99(idle), peer },
    { case: 'nodes suspected', value: full.suspicions, unit: 'nodes' },
  ];
}

/** Whether gossip and checks stay on time while the DNS door has as much to do as one client can ask. */
export default { name: 'dns-saturated', run } satisfies BenchCase;
