import { once } from 'node:events';
import { soon } from '../agents.ts';
import { bundledProgram } from '../bundled.ts';
import { type BenchCase, median, type Row } from '../case.ts';
import { usageOf } from '../usage.ts';
import { type Running, Workplace } from '../workplace.ts';

const SECONDS = Number(process.env['WEBSOCKET_BENCH_SECONDS'] ?? 2);
const ROUNDS = Number(process.env['WEBSOCKET_BENCH_ROUNDS'] ?? 3);
const CLIENTS = [100, 1_000];

interface Measured {
  readonly perSecond: number;
  /** Seconds of processor time of the server for a million messages. */
  readonly cpu: number;
}

const script = (name: string): Promise<string> => bundledProgram(`bench/websocket/${name}.ts`);

/** Servers have a processor, and clients the other one. */
const pinned = (place: Workplace, processor: '0' | '1', args: readonly string[]): Running =>
  place.start('taskset', ['-c', processor, process.execPath, '--max-semi-space-size=2', ...args]);

async function measure(place: Workplace, kind: 'agent' | 'ws', clients: number): Promise<Measured> {
  const server = pinned(place, '0', [await script('server'), kind, String(SECONDS)]);
  const port = await soon(server, async () => /^\d+$/m.exec(server.printed())?.[0]);
  const load = pinned(place, '1', [await script('clients'), port, String(clients), String(SECONDS)]);
  await soon(load, async () => /^ready$/m.exec(load.printed())?.[0]);
  const before = await usageOf(server.pid);
  server.child.kill('SIGUSR2');
  if (load.child.exitCode === null) await once(load.child, 'exit');
  const { messages, seconds } = JSON.parse(/^\{.*$/m.exec(load.printed())?.[0] ?? '{}');
  const after = await usageOf(server.pid);
  await place.stop(server);
  return { perSecond: messages / seconds, cpu: ((after.cpu - before.cpu) / messages) * 1_000_000 };
}

async function compare(place: Workplace, clients: number): Promise<Row[]> {
  const measured = { agent: [] as Measured[], ws: [] as Measured[] };
  // They take turns, so that other load of the machine meets both alike.
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of ['agent', 'ws'] as const) measured[kind].push(await measure(place, kind, clients));
  }
  const middle = (kind: 'agent' | 'ws', value: keyof Measured) => median(measured[kind].map((one) => one[value]));
  const row = (name: string, value: keyof Measured, unit: string): Row => ({
    case: `${clients} clients, ${name}`,
    value: middle('agent', value),
    unit,
    ratio: middle('agent', value) / middle('ws', value),
    peer: 'ws',
  });
  return [
    row('delivered (more is better)', 'perSecond', 'messages/s'),
    row('processor time', 'cpu', 's per million messages'),
  ];
}

/** What the websocket delivers of 300 bytes each, against a plain broadcast with the library it is built on; clients run apart. */
export default {
  name: 'websocket',
  async run() {
    await using place = await Workplace.make('websocket');
    const rows: Row[] = [];
    for (const clients of CLIENTS) rows.push(...(await compare(place, clients)));
    return rows;
  },
} satisfies BenchCase;
