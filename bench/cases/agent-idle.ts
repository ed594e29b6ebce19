import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureBuilt, portOf, startAgent } from '../agents.ts';
import { type BenchCase, median, type Row } from '../case.ts';
import { type Usage, usageOf } from '../usage.ts';
import { freePort, type Running, Workplace } from '../workplace.ts';

const NODES = 3;
const SETTLE_MS = 20_000;
const WINDOW_MS = 60_000;
const LOOKS = 12;
const MIB = 1_048_576;
const PEER = 'netdata';

/** Three agents that know each other. */
async function startPool(place: Workplace): Promise<ReadonlyMap<string, Running>> {
  const first = await startAgent(place, 'agent-1');
  const pool = new Map<string, Running>([['agent 1', first]]);
  const seed = `127.0.0.1:${await portOf(first, 'gossip')}`;
  for (let node = 2; node <= NODES; node++) {
    pool.set(`agent ${node}`, await startAgent(place, `agent-${node}`, ['--join', seed]));
  }
  await waitForAll(await portOf(first, 'http'));
  return pool;
}

async function waitForAll(port: number): Promise<void> {
  for (let left = 100; left > 0; left--) {
    const answer = await fetch(`http://127.0.0.1:${port}/agent/members`);
    const members = Object.values((await answer.json()) as Readonly<Record<string, { readonly state: string }>>);
    if (members.filter(({ state }) => state === 'alive').length === NODES) return;
    await pause(100);
  }
  throw new Error(`the ${NODES} agents do not find each other`);
}

/** Netdata as it comes, below a directory and at ports of its own; nothing when it is not installed. */
async function startNetdata(place: Workplace): Promise<Running | undefined> {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  const program = places.map((folder) => join(folder, PEER)).find((path) => existsSync(path));
  if (program === undefined) return undefined;
  const [cache, lib, log, home] = await Promise.all(
    ['cache', 'lib', 'log', 'home'].map((name) => place.directory(`netdata/${name}`)),
  );
  const configuration = join(place.folder, 'netdata', 'netdata.conf');
  await writeFile(
    configuration,
    [
      '[directories]',
      ...Object.entries({ cache, lib, log, home }).map(([name, path]) => ` ${name} = ${path}`),
      '[global]',
      ` run as user = ${userInfo().username}`,
      '[web]',
      ` bind to = 127.0.0.1:${await freePort()}`,
      '[statsd]',
      ` default port = ${await freePort()}`,
      ' bind to = 127.0.0.1',
      '[registry]',
      ' enabled = no',
      '',
    ].join('\n'),
  );
  return place.start(program, ['-D', '-c', configuration, '-P', join(place.folder, 'netdata', 'pid')]);
}

interface Idle {
  /** Middle of what was seen, in MiB. */
  readonly resident: number;
  /** Seconds of processor time a minute. */
  readonly cpu: number;
}

/** What programs take while nobody asks them anything, all in the same minute. */
async function observe(programs: ReadonlyMap<string, Running>): Promise<ReadonlyMap<string, Idle>> {
  const seen = new Map<string, Usage[]>([...programs.keys()].map((name) => [name, []]));
  const look = async () => {
    for (const [name, { pid }] of programs) seen.get(name)?.push(await usageOf(pid));
  };
  const start = performance.now();
  await look();
  for (let looks = 1; looks <= LOOKS; looks++) {
    await pause(start + (looks * WINDOW_MS) / LOOKS - performance.now());
    await look();
  }
  for (const [name, { child, printed }] of programs) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${name} has ended; it printed:\n${printed()}`);
  }
  const minutes = (performance.now() - start) / 60_000;
  return new Map(
    [...seen].map(([name, usages]) => {
      const cpu = ((usages.at(-1)?.cpu ?? 0) - (usages[0]?.cpu ?? 0)) / minutes;
      return [name, { resident: median(usages.map(({ resident }) => resident)) / MIB, cpu }];
    }),
  );
}

function rowsOf(idle: ReadonlyMap<string, Idle>): Row[] {
  const peer = idle.get(PEER);
  return [...idle].flatMap(([name, { resident, cpu }]) => {
    const memory: Row = { case: `${name}, resident memory`, value: resident, unit: 'MiB' };
    const time: Row = { case: `${name}, processor time`, value: cpu, unit: 's/min' };
    if (name === PEER || !peer) return [memory, time];
    return [
      { ...memory, ratio: resident / peer.resident, peer: `${PEER} (goal 1.3)` },
      { ...time, ratio: cpu / peer.cpu, peer: `${PEER} (goal 0.5)` },
    ];
  });
}

const bench: BenchCase = {
  name: 'agent-idle: three agents in a pool, with nothing to do',
  async run() {
    ensureBuilt();
    await using place = await Workplace.make('idle');
    const netdata = await startNetdata(place);
    const pool = await startPool(place);
    await pause(SETTLE_MS);
    return rowsOf(await observe(netdata ? new Map([...pool, [PEER, netdata]]) : pool));
  },
};

export default bench;
