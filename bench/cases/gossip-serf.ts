import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureBuilt } from '../agents.ts';
import { type BenchCase, median, type Row } from '../case.ts';
import type { Adapter } from '../gossip/adapter.ts';
import { type Measured, measure, measurePauses } from '../gossip/measure.ts';
import { opsbroAdapter } from '../gossip/opsbro.ts';
import { measureCuts } from '../gossip/partition.ts';
import { serfAdapter } from '../gossip/serf.ts';

/** Sizes of the pools, such as `OPSBRO_BENCH_SIZES=3,10,30`. */
const sizes = listOf('OPSBRO_BENCH_SIZES', '3,10,30').map(Number);
/** What is measured: `pool`, `encrypted`, `pause` and `cut`. */
const parts = new Set(listOf('OPSBRO_BENCH_PARTS', 'pool,encrypted,pause,cut'));
const EFFORT = { idleMs: 60_000, events: 35, kills: 8 };
const PAUSES = { count: 4, stillMs: 12_000, awakeMs: 1_000, lengthMs: 104_000 };
const CUTS = { cutMs: 40_000, rounds: 7 };

function listOf(variable: string, otherwise: string): string[] {
  return (process.env[variable] ?? otherwise).split(',').filter((part) => part !== '');
}

function findSerf(): string {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  const found = places.map((folder) => join(folder, 'serf')).find((path) => existsSync(path));
  if (found === undefined) throw new Error('serf is not installed; run `npm run setup:services`');
  return found;
}

/** The three kinds of pools: all serf, all ours, and both in turn. */
function pools(key: string | undefined): ReadonlyMap<string, readonly Adapter[]> {
  const [serf, ours] = [serfAdapter(findSerf(), key), opsbroAdapter(key)];
  return new Map([
    ['serf', [serf]],
    ['opsbro', [ours]],
    ['mixed', [serf, ours]],
  ]);
}

/** Rows of each kind of pool, with the ratio to serf's. */
async function comparePools(size: number, key: string | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  let serf: Measured | undefined;
  for (const [kind, adapters] of pools(key)) {
    const measured = await measure(adapters, size, EFFORT);
    serf ??= measured;
    const title = `${size}${key === undefined ? '' : ' encrypted'}, ${kind}`;
    rows.push(...rowsOf(title, measured, serf));
  }
  return rows;
}

function rowsOf(title: string, measured: Measured, serf: Measured): Row[] {
  const row = (name: string, unit: string, numberOf: (of: Measured) => number): Row => {
    const value = numberOf(measured);
    const plain = { case: `${title}: ${name}`, value, unit };
    return measured === serf ? plain : { ...plain, ratio: value / numberOf(serf), peer: 'serf' };
  };
  const complaints = [...measured.complaints].map(([name, lines]) => {
    for (const line of lines.slice(0, 5)) process.stderr.write(`${title}: ${name} complains: ${line}\n`);
    return { case: `${title}: complaints of ${name}`, value: lines.length, unit: 'lines' };
  });
  const costs = [...measured.cost].flatMap(([name, { cpu, resident }]) => [
    { case: `${title}: processor time of ${name}`, value: cpu, unit: 's/min' },
    { case: `${title}: memory of ${name}`, value: resident, unit: 'MiB' },
  ]);
  return [
    row('join to all', 'ms', ({ joinAll }) => joinAll),
    row('event to all, p50', 'ms', ({ eventAll }) => median(eventAll)),
    { case: `${title}: deliveries lost of ${measured.deliveries}`, value: measured.eventsLost, unit: '' },
    row('kill to all, p50', 'ms', ({ killAll }) => median(killAll)),
    row('kill to all, worst', 'ms', ({ killAll }) => Math.max(...killAll)),
    row('idle traffic of a member', 'B/s', ({ idleBytes }) => idleBytes),
    row('idle datagrams of a member', '/s', ({ idleDatagrams }) => idleDatagrams),
    row('idle connections of a member', '/min', ({ connectsPerMinute }) => connectsPerMinute),
    { case: `${title}: false deaths`, value: measured.falseDeaths, unit: '' },
    ...complaints,
    ...costs,
  ];
}

async function comparePauses(size: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [kind, adapters] of pools(undefined)) {
    if (kind === 'mixed') continue;
    const { healthyAccused, pausedAccused, bytes, healMs } = await measurePauses(adapters, size, PAUSES);
    const title = `${size}, ${PAUSES.count} of them stopped again and again, ${kind}`;
    rows.push(
      { case: `${title}: healthy accused`, value: healthyAccused, unit: '' },
      { case: `${title}: stopped accused`, value: pausedAccused, unit: '' },
      { case: `${title}: traffic of a member`, value: bytes, unit: 'B/s' },
      { case: `${title}: all see all after`, value: healMs, unit: 'ms' },
    );
  }
  return rows;
}

async function compareCuts(size: number): Promise<Row[]> {
  const rows: Row[] = [];
  let serf = Number.NaN;
  for (const [kind, adapters] of pools(undefined)) {
    const cuts = await measureCuts(adapters, size, CUTS);
    const healed = cuts.map(({ healedMs }) => healedMs ?? Number.POSITIVE_INFINITY);
    const noticed = cuts.map(({ noticedMs }) => noticedMs ?? Number.POSITIVE_INFINITY);
    if (kind === 'serf') serf = median(healed);
    const title = `${size} cut in halves, ${kind}`;
    rows.push(
      { case: `${title}: noticed, p50`, value: median(noticed), unit: 'ms' },
      { case: `${title}: healed, p50`, value: median(healed), unit: 'ms', ratio: median(healed) / serf, peer: 'serf' },
      { case: `${title}: healed, worst`, value: Math.max(...healed), unit: 'ms' },
      { case: `${title}: false deaths`, value: cuts.reduce((sum, { falseDeaths }) => sum + falseDeaths, 0), unit: '' },
    );
  }
  return rows;
}

const bench: BenchCase = {
  name: 'gossip-serf: pools of this agent, of real serf and of both, in one run',
  async run() {
    ensureBuilt();
    const rows: Row[] = [];
    if (parts.has('pool')) for (const size of sizes) rows.push(...(await comparePools(size, undefined)));
    if (parts.has('encrypted')) rows.push(...(await comparePools(10, randomBytes(32).toString('base64'))));
    if (parts.has('pause')) rows.push(...(await comparePauses(16)));
    if (parts.has('cut')) rows.push(...(await compareCuts(10)));
    return rows;
  },
};

export default bench;
