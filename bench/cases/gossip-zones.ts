import { ZoneTree } from '../../src/model/zone-tree.ts';
import { ZonedSimulation } from '../../test/support/simulation/zoned.ts';
import { type BenchCase, median, type Row } from '../case.ts';

/** Members of all zones below together, one run for each, by commas; a night has time for `1000,5000,20000` in zones of 1000. */
const SIZES = (process.env['OPSBRO_BENCH_ZONED'] ?? '100,400').split(',').map(Number);
/** Members of each zone below. */
const ZONE = Number(process.env['OPSBRO_BENCH_ZONE'] ?? 50);
/** Members of the zone above, which sees everybody. */
const TOP = Number(process.env['OPSBRO_BENCH_TOP'] ?? 10);
const IDLE_MS = Number(process.env['OPSBRO_BENCH_IDLE'] ?? 30) * 1_000;
const PROXIES = 2;
/** Zones in which something happens, one after the other: now and then gossip misses somebody, who learns it seconds later. */
const STIRRED = 3;
const SETTLING_MS = 2_000;
const LIMIT_MS = 60_000;
/** How long what was never heard of before may take to get to everyone above. */
const FIRST_LIMIT_MS = 900_000;

/** What zones of one size were seen to do. Counts are those of one member and one second. */
interface Figures {
  /** Milliseconds until everyone above knows all below. */
  readonly linked: number;
  /** Bytes that all links carried until then, for each member below. */
  readonly linkBytes: number;
  readonly packetsBelow: number;
  readonly bytesBelow: number;
  readonly packetsAbove: number;
  readonly bytesAbove: number;
  /** Milliseconds until everyone in the zone and everyone above knows. */
  readonly join: number;
  readonly event: number;
  readonly change: number;
  readonly crash: number;
}

function poolsOf(zones: readonly string[]): ZonedSimulation {
  const { tree } = ZoneTree.of(new Map([['top', zones], ...zones.map((zone) => [zone, []] as const)]));
  const below = zones.map((name) => ({ name, members: ZONE, proxies: PROXIES }));
  const all = [{ name: 'top', members: TOP, proxies: PROXIES }, ...below];
  return new ZonedSimulation({ seed: 1, tree, zones: all, measured: true, unchecked: true });
}

/** What the members of a zone sent by now. */
function sentIn(pools: ZonedSimulation, zone: string): { packets: number; bytes: number } {
  const { members, pool } = pools.zone(zone);
  const sum = (key: 'packets' | 'bytes') => members.reduce((total, name) => total + pool.sentBy(name)[key], 0);
  return { packets: sum('packets'), bytes: sum('bytes') };
}

async function idle(pools: ZonedSimulation, zone: string) {
  const look = () => ({
    below: sentIn(pools, zone),
    above: sentIn(pools, 'top'),
  });
  const before = look();
  await pools.run(IDLE_MS);
  const after = look();
  const rate = (from: number, to: number, members: number) => (to - from) / members / (IDLE_MS / 1_000);
  return {
    packetsBelow: rate(before.below.packets, after.below.packets, ZONE),
    bytesBelow: rate(before.below.bytes, after.below.bytes, ZONE),
    packetsAbove: rate(before.above.packets, after.above.packets, TOP),
    bytesAbove: rate(before.above.bytes, after.above.bytes, TOP),
  };
}

/** In one zone one joins, one tells an event, one changes and one crashes, all at once. */
async function stir(pools: ZonedSimulation, zone: string) {
  const { members, pool } = pools.zone(zone);
  const top = pools.zone('top');
  const [, , , teller = '', changed = '', crashed = ''] = members;
  const heard = new Set<string>([teller]);
  pools.noticed = (by, effect) => effect.type === 'event' && heard.add(by);
  const late = `late-${zone}`;
  pool.add(late);
  pool.join(late, members[2] ?? '');
  pool.give(teller, { type: 'tellEvent', name: 'deploy', payload: new Uint8Array() });
  pool.say(changed, 'checks', { 'core/load': 'critical' });
  pool.kill(crashed);
  const others = members.filter((name) => name !== crashed);
  const everyone = [...others.map((name) => pool.core(name)), ...top.members.map((name) => top.pool.core(name))];
  const above = (id: string, state: string) =>
    top.members.every((name) => top.pool.core(name).foreigners.get(id)?.state === state);
  const within = (name: string, state: string) => others.every((by) => pool.seen(by, name) === state);
  const conditions: Readonly<Record<'join' | 'event' | 'change' | 'crash', () => boolean>> = {
    join: () => within(late, 'alive') && above(`id-${late}`, 'alive'),
    event: () => [...others, ...top.members].every((name) => heard.has(name)),
    change: () => everyone.every((core) => core.record(`id-${changed}`).checks.entries.has('core/load')),
    crash: () => within(crashed, 'dead') && above(`id-${crashed}`, 'dead'),
  };
  const start = pools.clock.now();
  const until = async (holds: () => boolean) =>
    Number.isNaN(await pools.runUntil(holds, LIMIT_MS)) ? Number.NaN : pools.clock.now() - start;
  const event = await until(conditions.event);
  const change = await until(conditions.change);
  const join = await until(conditions.join);
  const crash = await until(conditions.crash);
  return { event, change, join, crash };
}

/** What is usual of several zones. */
async function stirs(pools: ZonedSimulation, zones: readonly string[]) {
  const seen: Awaited<ReturnType<typeof stir>>[] = [];
  for (const zone of zones) seen.push(await stir(pools, zone));
  const usual = (key: keyof (typeof seen)[number]) => median(seen.map((each) => each[key]));
  return { event: usual('event'), change: usual('change'), join: usual('join'), crash: usual('crash') };
}

/** Lets pools that have lived for long link, be idle, and then change. */
async function observe(size: number): Promise<Figures> {
  const zones = Array.from({ length: Math.max(1, Math.round(size / ZONE)) }, (_, place) => `z${place}`);
  const pools = poolsOf(zones);
  await pools.run(SETTLING_MS);
  pools.link();
  const { members, pool } = pools.zone('top');
  const isKnown = () => members.every((name) => pool.core(name).foreigners.size === zones.length * ZONE);
  const linked = await pools.runUntil(isKnown, FIRST_LIMIT_MS);
  const linkBytes = pools.wires.reduce((sum, { sent }) => sum + sent[0] + sent[1], 0) / (zones.length * ZONE);
  const isQuiet = () =>
    members.every((name) => [...pool.core(name).queueDepths.values()].every((depth) => depth === 0));
  await pools.runUntil(isQuiet, FIRST_LIMIT_MS);
  const rates = await idle(pools, 'z0');
  return { linked, linkBytes, ...rates, ...(await stirs(pools, zones.slice(0, STIRRED))) };
}

function rowsOf(label: string, figures: Figures, small: Figures): Row[] {
  const row = (what: string, unit: string, key: keyof Figures): Row => ({
    case: `${label}: ${what}`,
    value: figures[key],
    unit,
    ratio: figures[key] / small[key],
    peer: 'the smallest',
  });
  return [
    row('the zone above knows all, from the first link on', 'ms', 'linked'),
    row('bytes over links until then, for each member below', 'B', 'linkBytes'),
    row('datagrams a second of a member below, idle', '/s', 'packetsBelow'),
    row('bytes a second of a member below, idle', 'B/s', 'bytesBelow'),
    row('datagrams a second of a member above, idle', '/s', 'packetsAbove'),
    row('bytes a second of a member above, idle', 'B/s', 'bytesAbove'),
    row('an event of a zone is known to all there and above', 'ms', 'event'),
    row('a change is known to all there and above', 'ms', 'change'),
    row('a join is known to all there and above', 'ms', 'join'),
    row('a crash is known to all there and above', 'ms', 'crash'),
  ];
}

const bench: BenchCase = {
  name: 'gossip-zones: what a member costs as zones become more',
  async run() {
    const rows: Row[] = [];
    let smallest: Figures | undefined;
    for (const size of SIZES) {
      const figures = await observe(size);
      // A night's run is looked at before it ends, and may not end.
      process.stderr.write(`${size}: ${JSON.stringify(figures)}\n`);
      smallest ??= figures;
      rows.push(...rowsOf(`${size} in zones of ${ZONE}`, figures, smallest));
    }
    return rows;
  },
};

export default bench;
