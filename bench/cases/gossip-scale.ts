import { Simulation } from '../../test/support/simulation.ts';
import type { BenchCase, Row } from '../case.ts';

/** Members of one flat pool, by commas. */
const SIZES = (process.env['OPSBRO_BENCH_NODES'] ?? '100,300').split(',').map(Number);
const IDLE_MS = 60_000;
const LIMIT_MS = 60_000;
const SETTLING_MS = 5_000;

/** What a pool of one size was seen to do. */
interface Figures {
  readonly idlePackets: number;
  readonly idleBytes: number;
  /** Those of push/pulls: they grow with the pool, as each brings all members, and stay in bounds as they become rare. */
  readonly idleStreamBytes: number;
  /** Milliseconds until everyone knows. */
  readonly join: number;
  readonly event: number;
  readonly change: number;
  readonly crash: number;
}

/** Lets a pool that has lived for long be idle, then lets one join, one change and one crash. */
function observe(size: number, seed: number): Figures {
  const pool = new Simulation({ seed, unchecked: true, measured: true });
  const names = pool.addPrimed(size);
  pool.run(SETTLING_MS);
  const sum = (key: 'packets' | 'bytes' | 'streamBytes') =>
    names.reduce((total, name) => total + pool.sentBy(name)[key], 0);
  const sums = () => ({ packets: sum('packets'), bytes: sum('bytes'), streamBytes: sum('streamBytes') });
  const before = sums();
  pool.run(IDLE_MS);
  const after = sums();
  const perMember = (count: number) => count / size / (IDLE_MS / 1_000);
  const idlePackets = perMember(after.packets - before.packets);
  const idleStreamBytes = perMember(after.streamBytes - before.streamBytes);
  const idleBytes = perMember(after.bytes - before.bytes) - idleStreamBytes;
  const until = (holds: () => boolean) => pool.runUntil(holds, LIMIT_MS) ?? Number.NaN;
  pool.add('late');
  pool.join('late', 'n1');
  const join = until(() => pool.allSee(['late'], 'alive'));
  const heard = new Set<string>(['n4']);
  pool.noticed = (by, effect) => effect.type === 'event' && heard.add(by);
  pool.give('n4', { type: 'tellEvent', name: 'deploy', payload: new Uint8Array() });
  const event = until(() => names.every((name) => heard.has(name)));
  pool.noticed = () => {};
  pool.say('n2', 'checks', { 'core/load': 'critical' });
  const change = until(() => names.every((by) => pool.core(by).record('id-n2').checks.entries.has('core/load')));
  pool.kill('n3');
  const crash = until(() => pool.allSee(['n3'], 'dead'));
  return { idlePackets, idleBytes, idleStreamBytes, join, event, change, crash };
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
    row('datagrams a second of a member, idle', '/s', 'idlePackets'),
    row('bytes a second of a member in datagrams, idle', 'B/s', 'idleBytes'),
    row('bytes a second of a member in streams, idle', 'B/s', 'idleStreamBytes'),
    row('a join is known to all', 'ms', 'join'),
    row('an event is known to all', 'ms', 'event'),
    row('a change is known to all', 'ms', 'change'),
    row('a crash is known to all', 'ms', 'crash'),
  ];
}

const bench: BenchCase = {
  name: 'gossip-scale: what a member costs as the pool grows',
  async run() {
    const rows: Row[] = [];
    let smallest: Figures | undefined;
    for (const size of SIZES) {
      const figures = observe(size, 1);
      smallest ??= figures;
      rows.push(...rowsOf(`${size} members`, figures, smallest));
    }
    return rows;
  },
};

export default bench;
