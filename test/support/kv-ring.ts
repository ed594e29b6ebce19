import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Bus } from '../../src/base/bus.ts';
import { OpsbroError } from '../../src/base/errors.ts';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { ChangeFeed } from '../../src/kv/change-feed.ts';
import { openKv } from '../../src/kv/kv.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { KvStore } from '../../src/model/kv.ts';
import type { Candidate, ClusterPart } from '../../src/plugins/kinds.ts';
import { SimulatedClock } from './clock.ts';
import { temporaryFolder } from './kv.ts';

const STEP_MS = 20;
const MOST_STEPS = 5_000;

/** One node, while it runs. */
interface Life {
  readonly kv: KvStore;
  readonly feed: ChangeFeed;
  readonly part: ClusterPart | undefined;
}

/** Whole stores of some nodes, on real disks and in made-up time, that hear each other. */
export class KvRing implements AsyncDisposable {
  readonly clock = new SimulatedClock();
  readonly #random = seeded(7);
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  readonly #lives = new Map<string, Life>();
  readonly #cut = new Set<string>();
  #ring: readonly string[] = [];
  #boots = 0;

  private constructor(folder: Awaited<ReturnType<typeof temporaryFolder>>) {
    this.#folder = folder;
  }

  static async open(names: readonly string[], ring: readonly string[]): Promise<KvRing> {
    const opened = new KvRing(await temporaryFolder());
    opened.#ring = ring;
    for (const name of names) await opened.start(name);
    await opened.settled();
    return opened;
  }

  kv(name: string): KvStore {
    return this.#life(name).kv;
  }

  feed(name: string): ChangeFeed {
    return this.#life(name).feed;
  }

  async start(name: string): Promise<void> {
    const path = join(this.#folder.path, name);
    mkdirSync(path, { recursive: true });
    const bus = new Bus<AgentEvent>((error) => {
      throw error;
    });
    const { clock } = this;
    let part: ClusterPart | undefined;
    const cluster = {
      random: this.#random,
      ask: (node: string, question: Uint8Array, timeoutMs: number) => this.#ask(name, node, { question, timeoutMs }),
      join: (joined: ClusterPart) => {
        part = joined;
      },
      changed() {},
    };
    const freeBytes = async () => Number.MAX_SAFE_INTEGER;
    const settings = { sync: false };
    const kv = await openKv({ path, settings, nodeId: name, clock, log: silent, freeBytes, cluster, bus });
    this.#boots += 1;
    const boot = `${String(this.#boots).padStart(8, '0')}-0000-4000-8000-000000000000`;
    this.#lives.set(name, { kv, feed: new ChangeFeed({ store: kv, bus, clock, boot }), part });
    this.#tell();
  }

  async stop(name: string): Promise<void> {
    const { kv, feed } = this.#life(name);
    this.#lives.delete(name);
    feed[Symbol.dispose]();
    await kv[Symbol.asyncDispose]();
  }

  /** These nodes are on the ring from now on. */
  async reshape(ring: readonly string[]): Promise<void> {
    this.#ring = ring;
    this.#tell();
    await this.settled();
  }

  /** Nobody hears this node, nor it the others, until it is joined again. */
  cut(name: string): void {
    this.#cut.add(name);
  }

  join(name: string): void {
    this.#cut.delete(name);
  }

  async settled(): Promise<void> {
    await this.until(() => {
      const rings = [...this.#lives.values()].map(({ kv }) => kv.stats().ring);
      return rings.every(
        (ring) => ring?.phase === 'running' && ring.isSettled && ring.members.length === this.#ring.length,
      );
    });
  }

  /** Lets time go by until something is done. */
  async done<Value>(promise: Promise<Value>): Promise<Value> {
    let isDone = false;
    const done = promise.finally(() => {
      isDone = true;
    });
    done.catch(() => {});
    await this.until(() => isDone);
    return await done;
  }

  async until(isTrue: () => boolean): Promise<void> {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if (isTrue()) return;
      await this.clock.runAsync(STEP_MS);
      // What waits for the disk goes on in real time.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error('it never came true');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [...this.#lives.keys()]) await this.stop(name);
    await this.#folder[Symbol.asyncDispose]();
  }

  #life(name: string): Life {
    const life = this.#lives.get(name);
    if (life === undefined) throw new Error(`${name} does not run`);
    return life;
  }

  #tell(): void {
    const candidates = [...this.#lives.keys()].map(
      (id): Candidate => ({ id, state: 'alive', leaving: false, ring: this.#ring.includes(id) }),
    );
    for (const { part } of this.#lives.values()) part?.setCandidates(candidates);
  }

  #ask(from: string, to: string, { question, timeoutMs }: { question: Uint8Array; timeoutMs: number }) {
    const part = this.#lives.get(to)?.part;
    if (part === undefined || this.#cut.has(from) || this.#cut.has(to))
      return Promise.reject(new OpsbroError('unreachable', `${to} cannot be reached`));
    return new Promise<Uint8Array>((resolve, reject) => {
      const late = this.clock.after(timeoutMs, () => reject(new OpsbroError('peer_timeout', `${to} did not answer`)));
      part.answer(from, question).then(
        (answer) => {
          late[Symbol.dispose]();
          // Who was cut off meanwhile is not heard.
          if (answer !== undefined && !this.#cut.has(to) && !this.#cut.has(from)) resolve(answer);
          else reject(new OpsbroError('peer_failed', `${to} is gone`));
        },
        () => {},
      );
    });
  }
}
