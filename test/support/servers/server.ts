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

/** Starts a server in a directory of its own, at a free port, and waits until it answers. Fails with what it printed. */
export async function startServer(prepare: (place: Omit<Server, symbol>) => Start): Promise<Server> {
  const folder = tempDirectory();
  chmodSync(folder.path, 0o755);
  const place = { folder: folder.path, port: await freePort() };
  const start = prepare(place);
  const [program, ...words] = start.argv;
  const child = spawn(program, words, {
    cwd: folder.path,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', ...start.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group, so that what it starts can be ended with it.
    detached: true,
    ...(isRoot && start.user),
  });
  const printed: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => printed.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => printed.push(bytes));
  const server: Server = {
    ...place,
    async [Symbol.asyncDispose]() {
      await end(child, start.stop);
      folder[Symbol.dispose]();
    },
  };
  if (await comesUp(child, start)) return server;
  await server[Symbol.asyncDispose]();
  throw new Error(`${program} did not start:\n${Buffer.concat(printed)}`);
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
