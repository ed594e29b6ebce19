import { createHash } from 'node:crypto';
import type { Clock } from '../../src/base/clock.ts';
import type { SelfFacts } from '../../src/model/self.ts';
import type {
  Command,
  Ended,
  FetchAnswer,
  FetchRequest,
  FileStatus,
  FileSystemSpace,
  Host,
  HostFacts,
  InterfaceAddress,
} from '../../src/net/host.ts';
import { SimulatedClock } from './clock.ts';
import { connectionPair, type FakeConnection } from './connection.ts';

/** What a made-up machine has. Anything may be changed between two looks at it. */
export interface World {
  /** Content by path; an `Error` is what reading fails with. */
  readonly files?: Record<string, string | Error>;
  /** Directories beside those that the files' paths imply. */
  readonly dirs?: readonly string[];
  /** How programs end, by their command line joined with blanks; what is left out is as `ended` gives it. */
  readonly commands?: Record<string, Partial<Ended> | ((command: Command) => Partial<Ended>)>;
  /** Space by mount point; one that is `hung` does not answer. */
  readonly spaces?: Record<string, FileSystemSpace | 'hung'>;
  /** What links lead to. */
  readonly links?: Record<string, string>;
  /** What listens, by `HOST:PORT` or the path of a unix socket; is told of each connection. Whatever else is connected to refuses. */
  readonly listeners?: Record<string, (connection: FakeConnection) => void>;
  /** What pages answer, by their address; whatever else is fetched refuses. */
  readonly pages?: Record<string, Partial<FetchAnswer> | ((request: FetchRequest) => Partial<FetchAnswer>)>;
  /** Addresses by name, for both directions. */
  readonly names?: Record<string, readonly string[]>;
  readonly facts?: Partial<HostFacts>;
  readonly interfaces?: readonly InterfaceAddress[];
  /** What the agent knows of itself; `null` where none runs. */
  readonly self?: SelfFacts | null;
  readonly clock?: Clock;
}

const FACTS: HostFacts = {
  hostname: 'box',
  fqdn: 'box.example.org',
  architecture: 'x86_64',
  user: 'opsbro',
  uid: 1_000,
  gid: 1_000,
  addresses: [],
  timezone: { name: 'Europe/Paris', abbreviation: 'CET', offsetS: 3_600 },
};

const SELF: SelfFacts = {
  vitals: {
    cpuPercent: 0.58,
    memoryBytes: 80_000_000,
    heapBytes: 20_000_000,
    handles: 12,
    loopDelay: { p50: 0.2, p99: 1.5 },
  },
  pool: { zone: 'internet', known: 4, alive: 2, suspect: 1, dead: 1, awareness: 0, rttMs: [0.4, 3, 1] },
};

/** A machine with just this world; whatever is not in it fails with `ENOENT`. Its time is simulated unless a clock is given. */
export function fakeHost(world: World = {}): Host {
  return {
    clock: world.clock ?? new SimulatedClock(),
    async readFile(path) {
      const content = world.files?.[path];
      if (content instanceof Error) throw content;
      return content ?? absent(path);
    },
    async readUntil(path) {
      return await this.readFile(path);
    },
    readdir: async (path, most) => (entriesOf(world, path) ?? absent(path)).slice(0, most),
    exists: async (path) => world.files?.[path] !== undefined || entriesOf(world, path) !== undefined,
    async statfs(path) {
      const space = world.spaces?.[path] ?? absent(path);
      if (space === 'hung') throw systemError('ETIMEDOUT', `${path} does not answer`);
      return space;
    },
    stat: async (path) => statusIn(world, path),
    async hashFile(path, algorithm) {
      const content = world.files?.[path] ?? absent(path);
      if (content instanceof Error) throw content;
      return createHash(algorithm).update(content).digest('hex');
    },
    async connect(to, signal) {
      signal.throwIfAborted();
      const place = to.socketPath ?? `${to.host}:${to.port}`;
      const listen = world.listeners?.[place] ?? (to.socketPath === undefined ? refusing(place) : absent(place));
      const { here, there } = connectionPair(to.receiveCap);
      listen(there);
      return here;
    },
    async fetch(request, signal) {
      signal.throwIfAborted();
      const page = world.pages?.[request.url] ?? refusing(request.url);
      const answer = typeof page === 'function' ? page(request) : page;
      return { status: 200, headers: {}, body: new Uint8Array(), ...answer };
    },
    addressesOf: async (name) => world.names?.[name] ?? [],
    namesOf: async (address) =>
      Object.entries(world.names ?? {}).flatMap(([name, addresses]) => (addresses.includes(address) ? [name] : [])),
    async run(command, signal) {
      signal.throwIfAborted();
      const end = world.commands?.[command.argv.join(' ')] ?? absent(command.argv[0]);
      return ended(typeof end === 'function' ? end(command) : end);
    },
    facts: async () => ({ ...FACTS, ...world.facts }),
    interfaces: () => world.interfaces ?? [],
    readlink: async (path) => world.links?.[path] ?? absent(path),
    self: () => (world.self === null ? undefined : (world.self ?? SELF)),
  };
}

/** How a command ends that says nothing and succeeds, but for what is given. */
export const ended = (end: Partial<Ended> = {}): Ended => ({
  stdout: '',
  stderr: '',
  exit: 0,
  signal: null,
  timedOut: false,
  cut: false,
  ...end,
});

/** An error as the system throws it. */
export const systemError = (code: string, message: string): Error =>
  Object.assign(new Error(`${code}: ${message}`), { code });

/** A signal that does not abort. */
export const never = new AbortController().signal;

function refusing(place: string): never {
  throw systemError('ECONNREFUSED', `connect ${place}`);
}

const OWNED = { owner: 0, mode: 0o755, isSticky: false } as const;

function statusIn(world: World, path: string): FileStatus {
  const target = world.links?.[path];
  if (target !== undefined) {
    const found = kindIn(world, target);
    return { kind: found ?? 'nothing', isLink: true, bytes: bytesIn(world, target), modifiedMs: 0, ...OWNED };
  }
  return {
    kind: kindIn(world, path) ?? absent(path),
    isLink: false,
    bytes: bytesIn(world, path),
    modifiedMs: 0,
    ...OWNED,
  };
}

function kindIn(world: World, path: string): 'file' | 'directory' | undefined {
  if (world.files?.[path] !== undefined) return 'file';
  return entriesOf(world, path) === undefined ? undefined : 'directory';
}

function bytesIn({ files }: World, path: string): number {
  const content = files?.[path];
  return typeof content === 'string' ? Buffer.byteLength(content) : 0;
}

function absent(path: string): never {
  throw systemError('ENOENT', `no such file or directory, ${path}`);
}

function entriesOf({ files = {}, dirs = [] }: World, path: string): string[] | undefined {
  const below = path.endsWith('/') ? path : `${path}/`;
  const names = [...Object.keys(files), ...dirs]
    .filter((entry) => entry.startsWith(below))
    .map((entry) => entry.slice(below.length).split('/')[0] ?? '');
  return names.length > 0 || dirs.includes(path) ? [...new Set(names)].sort() : undefined;
}
