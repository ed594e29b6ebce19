import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { bundledProgram } from '../bundled.ts';
import { type BenchCase, median, type Row } from '../case.ts';
import { type Load, type Measured, measure } from '../dns/load.ts';
import { freePort, type Running, Workplace } from '../workplace.ts';

const NAMES = 100;
const LARGE = 60;
const SECONDS = Number(process.env['DNS_BENCH_SECONDS'] ?? 2);
const ROUNDS = Number(process.env['DNS_BENCH_ROUNDS'] ?? 3);
const PATIENCE_MS = 15_000;

type Server = Load['server'];
type Kind = 'UDP, 1 address' | 'UDP, 60 addresses' | 'TCP, 1 address' | 'TCP, 60 addresses';

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** What is asked, under the names that our own server knows and those of the others. */
const OURS = {
  one: indices(NAMES).map((i) => `n${i}.node.bench.test A`),
  many: indices(NAMES).map((i) => `big${i}.group.bench.test A`),
};
const THEIRS = {
  one: indices(NAMES).map((i) => `n${i}.bench.test A`),
  many: indices(NAMES).map((i) => `big${i}.bench.test A`),
};
const SERVICES = indices(1_000).map((i) => `svc${i}.service.bench.test A`);

const KINDS: readonly { readonly kind: Kind; readonly set: 'one' | 'many'; readonly transport: 'udp' | 'tcp' }[] = [
  { kind: 'UDP, 1 address', set: 'one', transport: 'udp' },
  { kind: 'UDP, 60 addresses', set: 'many', transport: 'udp' },
  { kind: 'TCP, 1 address', set: 'one', transport: 'tcp' },
  { kind: 'TCP, 60 addresses', set: 'many', transport: 'tcp' },
];

/** Processor of the servers; the load comes from the other one. */
const pinned = (place: Workplace, program: string, args: readonly string[]): Running =>
  place.start('taskset', ['-c', '0', program, ...args]);

async function startOurs(place: Workplace, nodes: number, services: number, how = 'steady'): Promise<Server> {
  const script = await bundledProgram('bench/dns/server.ts');
  const args = ['--max-semi-space-size=2', script, String(nodes), String(services), how];
  const running = pinned(place, process.execPath, args);
  const port = await until(() => Number(/^\d+$/m.exec(running.printed())?.[0] ?? 0) || undefined, running);
  return { port, pid: running.pid };
}

async function startUnbound(place: Workplace): Promise<Server> {
  const port = await freePort();
  const lines = [
    'server:',
    ...['num-threads: 1', 'interface: 127.0.0.1', `port: ${port}`, 'do-daemonize: no', 'username: ""', 'chroot: ""'],
    ...[`directory: "${place.folder}"`, `pidfile: "${place.folder}/unbound.pid"`, 'use-syslog: no', 'logfile: ""'],
    ...['access-control: 127.0.0.0/8 allow', 'so-rcvbuf: 4m', 'so-sndbuf: 4m', 'so-reuseport: no'],
    ...['incoming-num-tcp: 100', 'max-udp-size: 4096', 'edns-buffer-size: 4096', 'minimal-responses: yes'],
    ...['rrset-roundrobin: no', 'module-config: "iterator"', 'local-zone: "bench.test." static'],
    ...hosts().map(([name, address]) => `local-data: "${name}. 5 IN A ${address}"`),
    ...['remote-control:', 'control-enable: no'],
  ];
  const file = join(place.folder, 'unbound.conf');
  await writeFile(file, `${lines.join('\n')}\n`);
  const running = pinned(place, '/usr/sbin/unbound', ['-d', '-c', file]);
  await listening(port, running);
  return { port, pid: running.pid };
}

async function startDnsmasq(place: Workplace): Promise<Server> {
  const port = await freePort();
  const [file, empty] = [join(place.folder, 'hosts'), join(place.folder, 'dnsmasq.conf')];
  await writeFile(
    file,
    hosts()
      .map(([name, address]) => `${address} ${name}\n`)
      .join(''),
  );
  await writeFile(empty, '');
  const args = [
    '-k',
    '-C',
    empty,
    '-p',
    String(port),
    '-a',
    '127.0.0.1',
    '--bind-interfaces',
    '--no-resolv',
    '--no-hosts',
  ];
  const more = [`--addn-hosts=${file}`, '--cache-size=10000', '--local-ttl=5', '--edns-packet-max=4096'];
  const running = pinned(place, '/usr/sbin/dnsmasq', [
    ...args,
    ...more,
    `--pid-file=${place.folder}/dnsmasq.pid`,
    '-u',
    'root',
  ]);
  await listening(port, running);
  return { port, pid: running.pid };
}

const hosts = (): (readonly [name: string, address: string])[] =>
  indices(NAMES).flatMap((i) => [
    [`n${i}.bench.test`, '10.0.0.1'] as const,
    ...indices(LARGE).map((k) => [`big${i}.bench.test`, `10.0.0.${k + 1}`] as const),
  ]);

async function until<Answer>(
  ask: () => Answer | undefined | Promise<Answer | undefined>,
  running: Running,
): Promise<Answer> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end && running.child.exitCode === null) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`a server does not start; it printed:\n${running.printed()}`);
}

const listening = (port: number, running: Running): Promise<true> =>
  until(
    () =>
      new Promise<true | undefined>((resolve) => {
        const socket = createConnection({ host: '127.0.0.1', port }, () => resolve(true));
        socket.on('error', () => resolve(undefined)).once('connect', () => socket.destroy());
      }),
    running,
  );

/** The middle of several rounds, in which all servers take turns, so that other load of the machine meets all alike. */
async function compare(place: Workplace, loads: ReadonlyMap<string, Load>): Promise<ReadonlyMap<string, Measured>> {
  const rounds = new Map<string, Measured[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, load] of loads) rounds.set(name, [...(rounds.get(name) ?? []), await measure(place, load)]);
  }
  const middle = (all: readonly Measured[], of: keyof Measured) => median(all.map((one) => one[of]));
  return new Map(
    [...rounds].map(([name, all]) => [
      name,
      { rate: middle(all, 'rate'), cpu: middle(all, 'cpu'), p99: middle(all, 'p99') },
    ]),
  );
}

interface Goal {
  readonly cpu: number;
  readonly dnsmasq?: number;
}

const GOALS: Readonly<Record<Kind, Goal>> = {
  'UDP, 1 address': { cpu: 0.65 },
  'UDP, 60 addresses': { cpu: 0.62, dnsmasq: 1 },
  'TCP, 1 address': { cpu: 3 },
  'TCP, 60 addresses': { cpu: 3 },
};

function rowsOf(kind: Kind, measured: ReadonlyMap<string, Measured>): Row[] {
  const { cpu: goal, dnsmasq: dnsmasqGoal } = GOALS[kind];
  const [ours, unbound, dnsmasq] = ['ours', 'unbound', 'dnsmasq'].map((name) => measured.get(name));
  if (!ours || !unbound || !dnsmasq) return [];
  const against = dnsmasqGoal === undefined ? '' : ` (goal ${dnsmasqGoal})`;
  return [
    {
      case: `${kind}: CPU for 100,000`,
      value: ours.cpu,
      unit: 's',
      ratio: unbound.cpu / ours.cpu,
      peer: `unbound, more is better (goal ${goal})`,
    },
    {
      case: `${kind}: CPU for 100,000`,
      value: ours.cpu,
      unit: 's',
      ratio: dnsmasq.cpu / ours.cpu,
      peer: `dnsmasq, more is better${against}`,
    },
    {
      case: `${kind}: rate`,
      value: ours.rate,
      unit: 'answers/s',
      ratio: ours.rate / unbound.rate,
      peer: 'unbound, more is better',
    },
    {
      case: `${kind}: p99 at 2,000/s`,
      value: ours.p99,
      unit: 'us',
      ratio: ours.p99 / unbound.p99,
      peer: 'unbound (goal 2)',
    },
  ];
}

/** The same names in a pool of 1,000 nodes with 10,000 services, at rest and with a change every second. */
async function large(place: Workplace): Promise<Row[]> {
  const [small, big, changing] = [
    await startOurs(place, 160, 0),
    await startOurs(place, 1_000, 10),
    await startOurs(place, 1_000, 10, 'changing'),
  ];
  const load = (server: Server, queries: readonly string[]): Load => ({
    server,
    queries,
    transport: 'udp',
    seconds: SECONDS,
  });
  const measured = await compare(
    place,
    new Map([
      ['small', load(small, OURS.many)],
      ['big', load(big, OURS.many)],
      ['changing', load(changing, OURS.many)],
      ['services', load(big, SERVICES)],
    ]),
  );
  const before = measured.get('small');
  const row = (name: string, what: string): Row[] => {
    const one = measured.get(name);
    if (!one || !before) return [];
    return [
      {
        case: `${what}: CPU for 100,000`,
        value: one.cpu,
        unit: 's',
        ratio: one.cpu / before.cpu,
        peer: '160 nodes (goal 1.2)',
      },
      { case: `${what}: p99 at 2,000/s`, value: one.p99, unit: 'us', ratio: one.p99 / 5_000, peer: 'goal of 5 ms' },
    ];
  };
  return [
    ...row('big', '1,000 nodes with 10,000 services, 60 addresses'),
    ...row('services', '1,000 nodes, 1,000 names of services'),
    ...row('changing', '1,000 nodes, a change every second, 60 addresses'),
  ];
}

const bench: BenchCase = {
  name: 'dns: against unbound and dnsmasq',
  async run() {
    await using place = await Workplace.make('dns');
    const [ours, unbound, dnsmasq] = [
      await startOurs(place, 160, 0),
      await startUnbound(place),
      await startDnsmasq(place),
    ];
    const rows: Row[] = [];
    for (const { kind, set, transport } of KINDS) {
      const load = (server: Server, queries: readonly string[]): Load => ({
        server,
        queries,
        transport,
        seconds: SECONDS,
      });
      const loads = new Map([
        ['unbound', load(unbound, THEIRS[set])],
        ['ours', load(ours, OURS[set])],
        ['dnsmasq', load(dnsmasq, THEIRS[set])],
      ]);
      rows.push(...rowsOf(kind, await compare(place, loads)));
    }
    return [...rows, ...(await large(place))];
  },
};

export default bench;
