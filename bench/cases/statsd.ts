import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchCase, Row } from '../case.ts';
import { cpuOf, dropsAt, residentOf, send, startOurs } from '../telemetry/loads.ts';
import { freePort, Workplace } from '../workplace.ts';

const PEER = 'statsd@0.9.0';
const STARTING_MS = 2_000;
const LOSS = 0.001;
const STEPS = 6;

interface Server {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<unknown>;
}

type Start = () => Promise<Server>;

/** The original, installed for this run; it asks for as large a buffer as we do. */
async function preparePeer(place: Workplace): Promise<Start> {
  const folder = await place.directory('peer');
  execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', PEER], { stdio: 'ignore' });
  const [port, manage] = [await freePort(), await freePort()];
  const buffers = join(folder, 'buffers.cjs');
  const dgram = "const d=require('node:dgram');const c=d.createSocket;";
  await writeFile(
    buffers,
    `${dgram}d.createSocket=(o,f)=>c({...(typeof o==='string'?{type:o}:o),recvBufferSize:4194304},f);`,
  );
  await writeFile(join(folder, 'null.js'), 'exports.init = () => true;');
  const settings = {
    port,
    mgmt_port: manage,
    address: '127.0.0.1',
    mgmt_address: '127.0.0.1',
    flushInterval: 3_600_000,
  };
  const config = join(folder, 'config.js');
  await writeFile(config, JSON.stringify({ ...settings, backends: [join(folder, 'null')] }));
  return async () => {
    const program = join(folder, 'node_modules/statsd/stats.js');
    const running = place.start('taskset', ['-c', '0', process.execPath, '-r', buffers, program, config]);
    await pause(STARTING_MS);
    return { pid: running.pid, port, stop: () => place.stop(running) };
  };
}

let runs = 0;
const ours = (place: Workplace): Start => {
  return async () => {
    runs += 1;
    const running = await startOurs(place, `ours-${runs}`);
    return { pid: running.pid, port: running.ports.statsd, stop: () => place.stop(running) };
  };
};

/** Processor seconds for a million samples that were not lost, at a steady rate. */
async function cost(place: Workplace, { pid, port }: Server, rate: number, kind: 'single' | 'multi'): Promise<number> {
  await send(place, 'udp', port, rate / 4, 1, kind);
  const [before, dropped] = [await cpuOf(pid), dropsAt(port)];
  const { packets, count } = await send(place, 'udp', port, rate, 2, kind);
  const lost = (dropsAt(port) - dropped) / packets;
  return (((await cpuOf(pid)) - before) / (count * (1 - lost))) * 1e6;
}

/** The highest rate of packets with twenty samples each at which next to nothing is lost. */
async function highest(place: Workplace, { port }: Server): Promise<number> {
  let [low, high, best] = [2_000, 200_000, 0];
  for (let step = 0; step < STEPS; step++) {
    const rate = Math.round(Math.sqrt(low * high));
    const before = dropsAt(port);
    const { packets, seconds } = await send(place, 'udp', port, rate, 1, 'multi');
    await pause(300);
    if ((dropsAt(port) - before) / packets < LOSS) {
      best = Math.max(best, packets / seconds);
      low = rate;
    } else high = rate;
  }
  return best;
}

/** How much memory ten values of each of so many timers take. */
async function growth(place: Workplace, start: Start, timers: number): Promise<number> {
  const server = await start();
  const before = await residentOf(server.pid);
  await send(place, 'timers', server.port, timers);
  await pause(500);
  const grown = (await residentOf(server.pid)) - before;
  await server.stop();
  return grown / 1_048_576;
}

async function measure(place: Workplace, start: Start) {
  const server = await start();
  const single = await cost(place, server, 40_000, 'single');
  const multi = await cost(place, server, 6_000, 'multi');
  const rate = await highest(place, server);
  await server.stop();
  return { single, multi, rate, memory: await growth(place, start, 100_000) };
}

const bench: BenchCase = {
  name: 'statsd: against statsd/statsd',
  async run(): Promise<Row[]> {
    await using place = await Workplace.make('statsd');
    const theirs = await measure(place, await preparePeer(place));
    const own = await measure(place, ours(place));
    const cpu = (name: string, value: number, peer: number, goal: string): Row => ({
      ...{ case: name, value, unit: 's', ratio: peer / value, peer: `statsd, more is better (goal ${goal})` },
    });
    return [
      cpu('CPU for a million samples, 1 a packet', own.single, theirs.single, '1.2'),
      cpu('CPU for a million samples, 20 a packet', own.multi, theirs.multi, '2'),
      {
        ...{
          case: 'rate without loss, 20 a packet',
          value: own.rate,
          unit: 'packets/s',
          ratio: own.rate / theirs.rate,
        },
        peer: 'statsd, more is better (goal 2.5)',
      },
      {
        ...{ case: 'memory for 100,000 timers of 10 values', value: own.memory, unit: 'MiB' },
        ...{ ratio: own.memory / theirs.memory, peer: 'statsd (goal 0.6)' },
      },
    ];
  },
};

export default bench;
