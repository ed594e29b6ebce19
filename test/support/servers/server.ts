import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tempDirectory } from '../temp.ts';

/** A real server that runs for a test, in the foreground and below this process. Disposing of it ends it, its children and its files. */
export interface Server extends AsyncDisposable {
  /** Directory of its own. */
  readonly folder: string;
  readonly port: number;
  /** Ends it at once and keeps its files, as when it crashes. */
  crash(): Promise<void>;
  /** Starts it again where it was, after a crash, and waits until it answers. Fails with what it printed. */
  restart(): Promise<void>;
}

/** How a server is started. */
export interface Start {
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Who runs it, when we may choose. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Seconds until it must answer; 15 when left out. */
  readonly seconds?: number;
  /** What asks it to end, where it leaves something behind on the machine when it is killed. */
  readonly stop?: NodeJS.Signals;
  /** Whether it answers; fails or says no until then. */
  answers(): Promise<boolean>;
}

/** Whether this process may start others as somebody else. */
export const isRoot = process.getuid?.() === 0;

/** Does something with the rights of nobody, though this process is root's. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** Starts a server in a directory of its own, at this or a free port, and waits until it answers. Fails with what it printed. */
export async function startServer(
  prepare: (place: Pick<Server, 'folder' | 'port'>) => Start,
  port?: number,
): Promise<Server> {
  const folder = tempDirectory();
  chmodSync(folder.path, 0o755);
  const place = { folder: folder.path, port: port ?? (await freePort()) };
  const start = prepared(prepare, place, folder);
  let child = launch(start, place.folder);
  const server: Server = {
    ...place,
    async crash() {
      await end(child);
    },
    async restart() {
      child = launch(start, place.folder);
      await isReady(child, start);
    },
    async [Symbol.asyncDispose]() {
      await end(child, start.stop);
      folder[Symbol.dispose]();
    },
  };
  try {
    await isReady(child, start);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

function prepared(
  prepare: (place: Pick<Server, 'folder' | 'port'>) => Start,
  place: Pick<Server, 'folder' | 'port'>,
  folder: Disposable,
): Start {
  try {
    return prepare(place);
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

const PRINTED = new WeakMap<ChildProcess, Buffer[]>();

function launch(start: Start, cwd: string): ChildProcess {
  const [program, ...words] = start.argv;
  const child = spawn(program, words, {
    cwd,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', ...start.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group, so that what it starts can be ended with it.
    detached: true,
    ...(isRoot && start.user),
  });
  const printed: Buffer[] = [];
  PRINTED.set(child, printed);
  child.stdout.on('data', (bytes: Buffer) => printed.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => printed.push(bytes));
  return child;
}

async function isReady(child: ChildProcess, start: Start): Promise<void> {
  if (await comesUp(child, start)) return;
  await end(child);
  throw new Error(`${start.argv.join(' ')} did not start:\n${Buffer.concat(PRINTED.get(child) ?? [])}`);
}

async function comesUp(child: ChildProcess, { answers, seconds = 15 }: Start): Promise<boolean> {
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end && child.exitCode === null) {
    if (await answers().catch(() => false)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

const STOPPING_MS = 10_000;

async function end(child: ChildProcess, stop?: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined) return;
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  if (stop !== undefined && ended) {
    child.kill(stop);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, STOPPING_MS).unref())]);
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of the group have ended already.
  }
  await ended;
}

/** A port of loopback that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** Whether a page answers with this status; over a connection of its own, which is not kept. */
export function pageIs(url: string, status: number, headers: Record<string, string> = {}): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { agent: false, headers, timeout: 2_000 }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode === status));
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer')));
    asked.once('error', reject);
  });
}
