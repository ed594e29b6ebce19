import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { treeOf } from './usage.ts';

const PATIENCE_MS = 5_000;
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** A program that was started, and what it has printed so far. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  printed(): string;
}

/** Programs and directories of one benchmark: when it ends, however it ends, all of them are gone. */
export class Workplace implements AsyncDisposable {
  readonly folder: string;
  readonly #running = new Set<Running>();
  readonly #interrupted = Object.entries(SIGNALS).map(([signal, code]) => {
    const end = () => void this[Symbol.asyncDispose]().finally(() => process.exit(code));
    process.once(signal, end);
    return () => void process.off(signal, end);
  });

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(name: string): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), `opsbro-bench-${name}-`)));
  }

  /** A fresh directory. */
  async directory(name: string): Promise<string> {
    const path = join(this.folder, name);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Starts a program. */
  start(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(program, [...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
    if (child.pid === undefined) throw new Error(`${program} cannot be started`);
    const running = { pid: child.pid, child, printed: () => text };
    this.#running.add(running);
    return running;
  }

  /** Asks a program to end and waits for it; one that does not is killed, with what it has started. Gives the milliseconds it took. */
  async stop(running: Running): Promise<number> {
    const { child, pid } = running;
    const started = performance.now();
    this.#running.delete(running);
    if (child.exitCode !== null || child.signalCode !== null) return 0;
    const tree = await treeOf(pid);
    const late = setTimeout(() => killAll(tree), PATIENCE_MS);
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
    clearTimeout(late);
    const took = performance.now() - started;
    killAll(tree.filter((one) => one !== pid));
    return took;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const forget of this.#interrupted) forget();
    await Promise.all([...this.#running].map((running) => this.stop(running)));
    await rm(this.folder, { recursive: true, force: true });
  }
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself, which is what is wanted.
    }
  }
}

/** A TCP port of loopback that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
