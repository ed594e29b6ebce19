import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Adapter } from './adapter.ts';
import { NetworkNamespace } from './namespace.ts';
import { until } from './waiting.ts';
import { allSeeAll, Watched } from './watched.ts';

const PORT = 7_946;
const PATIENCE_MS = 90_000;

/** A pool of members of one or several implementations, round robin, in a network of its own. */
export class WatchedPool implements AsyncDisposable {
  readonly namespace = new NetworkNamespace();
  readonly members: Watched[] = [];
  readonly #adapters: readonly Adapter[];
  readonly #folder: string;
  #started = 0;

  private constructor(adapters: readonly Adapter[], folder: string) {
    this.#adapters = adapters;
    this.#folder = folder;
  }

  static async open(adapters: readonly Adapter[]): Promise<WatchedPool> {
    return new WatchedPool(adapters, await mkdtemp(join(tmpdir(), 'opsbro-bench-gossip-')));
  }

  get living(): readonly Watched[] {
    return this.members.filter(({ isRunning }) => isRunning);
  }

  /** Starts the member of that number, again if it has ended. */
  async start(index: number): Promise<Watched> {
    const adapter = this.#adapters[index % this.#adapters.length];
    if (!adapter) throw new Error('a pool needs an adapter');
    this.#started += 1;
    const directory = join(this.#folder, String(this.#started));
    await mkdir(directory);
    const seed = index === 0 ? {} : { join: `${addressOf(0)}:${PORT}` };
    const place = { name: `n${index}`, address: addressOf(index), port: PORT, directory, ...seed };
    const member = await Watched.start(adapter, place, this.namespace);
    this.members[index] = member;
    return member;
  }

  /** Starts members up to a number, one every 30 ms, the first one before all others. */
  async startAll(count: number): Promise<void> {
    const first = await this.start(0);
    await until(() => first.seen.has(first.name), PATIENCE_MS);
    await pause(300);
    for (let index = 1; index < count; index += 1) {
      await this.start(index);
      await pause(30);
    }
  }

  /** Waits until all living members see each other. */
  async complete(): Promise<void> {
    if (await until(() => allSeeAll(this.living), PATIENCE_MS)) return;
    throw new Error(`the ${this.living.length} members do not all see each other after ${PATIENCE_MS / 1_000} s`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.members.map((member) => member.end()));
    this.namespace[Symbol.dispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const addressOf = (index: number): string => `127.0.1.${1 + index}`;
