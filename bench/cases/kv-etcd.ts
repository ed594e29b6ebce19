import { ensureBuilt } from '../agents.ts';
import type { BenchCase, Row } from '../case.ts';
import type { KvLoad } from '../kv/load.ts';
import { loaded, type Store, startAgents, startBare, startEtcds } from '../kv/stores.ts';
import { usageOf } from '../usage.ts';
import { Workplace } from '../workplace.ts';

const SECONDS = Number(process.env['KV_BENCH_SECONDS'] ?? 2);
const CLIENTS = [1, 16, 64];
/** Each member that is compiled while it runs has its speed only after ten thousand requests of a kind or so. */
const WARM_UP_SECONDS = { put: 10, get: 3, near: 1 } as const;

interface Compared {
  readonly title: string;
  readonly ours: Store;
  readonly theirs: Store;
  readonly op: KvLoad['op'];
  readonly clients: readonly number[];
}

/** Puts and gets of 128 bytes, both sides durable; each figure is measured right after the one it is compared with. */
async function compare(place: Workplace, { title, ours, theirs, op, clients }: Compared): Promise<Row[]> {
  const rows: Row[] = [];
  for (const store of [ours, theirs]) await warm(place, store, op);
  for (const count of clients) {
    const how = { op, clients: count, seconds: SECONDS };
    const peer = await measured(place, theirs, how);
    const own = await measured(place, ours, how);
    const name = `${title}, ${op}, ${count} clients`;
    rows.push(
      { case: `${name}, peer`, value: peer.rate, unit: '/s' },
      { case: name, value: own.rate, unit: '/s', ratio: own.rate / peer.rate, peer: 'peer, more is better' },
      { case: `${name}, p99`, value: own.p99, unit: 'ms', ratio: own.p99 / peer.p99, peer: 'peer' },
      { case: `${name}, processor`, value: own.cpu, unit: 'us a request', ratio: own.cpu / peer.cpu, peer: 'peer' },
    );
  }
  return rows;
}

/** A load with the processor time that each request took, in microseconds, all members together. */
async function measured(place: Workplace, store: Store, how: Omit<KvLoad, 'places' | 'form'>) {
  const used = async () => {
    const each = await Promise.all(store.members.map(({ pid }) => usageOf(pid)));
    return each.reduce((sum, { cpu }) => sum + cpu, 0);
  };
  const before = await used();
  const seen = await loaded(place, store, how);
  const cpu = (await used()) - before;
  return { ...seen, cpu: (cpu * 1e6) / (seen.rate * how.seconds) };
}

const warm = (place: Workplace, store: Store, op: KvLoad['op']) =>
  loaded(place, store, { op, clients: 64, seconds: WARM_UP_SECONDS[op] * store.members.length });

async function with3(place: Workplace): Promise<Row[]> {
  const ours = await startAgents(place, 3);
  const theirs = await startEtcds(place, 3);
  const title = '3 members, etcd of 3';
  return [
    ...(await compare(place, { title, ours, theirs, op: 'put', clients: CLIENTS })),
    ...(await compare(place, { title, ours, theirs, op: 'get', clients: [64] })),
    ...(await compare(place, { title, ours, theirs, op: 'near', clients: [64] })),
  ];
}

async function with1(place: Workplace): Promise<Row[]> {
  const ours = await startAgents(place, 1);
  const theirs = await startEtcds(place, 1);
  const rows = [
    ...(await compare(place, { title: '1 member, etcd of 1', ours, theirs, op: 'put', clients: CLIENTS })),
    ...(await compare(place, { title: '1 member, etcd of 1', ours, theirs, op: 'near', clients: CLIENTS })),
  ];
  const bare = await startBare(place);
  rows.push(...(await compare(place, { title: '1 member, bare hono', ours, theirs: bare, op: 'get', clients: [64] })));
  return rows;
}

const bench: BenchCase = {
  name: 'kv-etcd: puts and gets against etcd',
  async run() {
    ensureBuilt();
    const rows: Row[] = [];
    for (const part of [with1, with3]) {
      await using place = await Workplace.make('kv');
      rows.push(...(await part(place)));
    }
    return rows;
  },
};

export default bench;
