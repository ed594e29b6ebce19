import { mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchCase, Row } from '../case.ts';
import { cpuOf, send, settled, startOurs } from '../telemetry/loads.ts';
import { freePort, type Running, Workplace } from '../workplace.ts';

interface Load {
  readonly name: string;
  readonly series: number;
  readonly points: number;
  /** How old the newest point is, in seconds. */
  readonly age: number;
}

/** Who was just started has its code compiled for speed while it reads the first. */
const LOADS: readonly Load[] = [
  { name: '1000 series x 300 points, just started', series: 1_000, points: 300, age: 3_000 },
  { name: '10000 series x 30 points', series: 10_000, points: 30, age: 0 },
  { name: '1000 series x 300 points, the next', series: 1_000, points: 300, age: 0 },
];

interface Measured {
  /** Points a second while all were sent and read, and from the start of the sender until nothing was left to do. */
  readonly read: number;
  readonly durable: number;
  /** Processor seconds for a million points. */
  readonly cpu: number;
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => resolve(true));
    socket.on('error', () => resolve(false)).once('connect', () => socket.destroy());
  });

/** Debian's carbon-cache, as fast as it can be set. */
async function startCarbon(place: Workplace): Promise<Running & { readonly port: number }> {
  const folder = await place.directory('carbon');
  const [port, pickle, query] = [await freePort(), await freePort(), await freePort()];
  await Promise.all(['whisper', 'log'].map((name) => mkdir(join(folder, name))));
  const lines = [
    '[cache]',
    ...[`STORAGE_DIR = ${folder}/`, `LOCAL_DATA_DIR = ${folder}/whisper/`, `CONF_DIR = ${folder}/`],
    ...[`LOG_DIR = ${folder}/log/`, `PID_DIR = ${folder}/`, 'USER =', 'DATABASE = whisper'],
    ...['MAX_CACHE_SIZE = inf', 'MAX_UPDATES_PER_SECOND = inf', 'MAX_CREATES_PER_MINUTE = inf'],
    ...['LINE_RECEIVER_INTERFACE = 127.0.0.1', `LINE_RECEIVER_PORT = ${port}`, 'ENABLE_UDP_LISTENER = False'],
    ...['PICKLE_RECEIVER_INTERFACE = 127.0.0.1', `PICKLE_RECEIVER_PORT = ${pickle}`],
    ...['CACHE_QUERY_INTERFACE = 127.0.0.1', `CACHE_QUERY_PORT = ${query}`, 'CACHE_WRITE_STRATEGY = sorted'],
    ...['LOG_UPDATES = False', 'LOG_CREATES = False', 'ENABLE_LOGROTATION = False', 'USE_FLOW_CONTROL = True'],
    'WHISPER_FALLOCATE_CREATE = True',
  ];
  await writeFile(join(folder, 'carbon.conf'), `${lines.join('\n')}\n`);
  await writeFile(join(folder, 'storage-schemas.conf'), '[all]\npattern = .*\nretentions = 10s:4h\n');
  const args = ['-c', '0', '/usr/bin/carbon-cache', `--config=${folder}/carbon.conf`, '--debug', 'start'];
  const running = place.start('taskset', args, { GRAPHITE_ROOT: folder });
  for (let looks = 0; looks < 150 && !(await isOpen(port)); looks++) await pause(100);
  return { ...running, port };
}

/**
 * What is durable is counted from the start of the sender, which makes its lines before it sends any. That takes this one a quarter of a
 * second and one in Python nearly twice as long; it waits for as long as the slower one would need at least: time that is the same for both
 * servers brings them nearer to each other.
 */
async function measure(
  place: Workplace,
  { pid, port }: { readonly pid: number; readonly port: number },
  { series, points, age }: Load,
): Promise<Measured> {
  const before = await cpuOf(pid);
  const { count, seconds, started } = await send(place, 'lines', port, series, points, `bench${series}`, age);
  const quiet = await settled(pid);
  const cpu = (((await cpuOf(pid)) - before) / count) * 1e6;
  return { read: count / seconds, durable: count / ((quiet - started) / 1_000), cpu };
}

const bench: BenchCase = {
  name: 'graphite: lines, against carbon-cache',
  async run(): Promise<Row[]> {
    await using place = await Workplace.make('graphite');
    const carbon = await startCarbon(place);
    const running = await startOurs(place, 'ours');
    const ours = { pid: running.pid, port: running.ports.graphite };
    const rows: Row[] = [];
    for (const load of LOADS) {
      const theirs = await measure(place, carbon, load);
      const own = await measure(place, ours, load);
      const more = (what: string, of: keyof Measured, goal: number): Row => ({
        ...{ case: `${load.name}: ${what}`, value: own[of], unit: 'points/s', ratio: own[of] / theirs[of] },
        peer: `carbon-cache, more is better (goal ${goal})`,
      });
      rows.push(more('read', 'read', 4), more('durable', 'durable', 2.5), {
        ...{ case: `${load.name}: CPU for a million`, value: own.cpu, unit: 's', ratio: own.cpu / theirs.cpu },
        peer: 'carbon-cache (goal 0.3)',
      });
    }
    return rows;
  },
};

export default bench;
