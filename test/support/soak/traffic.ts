import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once, setMaxListeners } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { SoakPool } from './pool.ts';

/** How often each client acts at each agent. */
const EVERY_MS = { statsd: 2_000, graphite: 10_000, keys: 2_000, names: 2_000, questions: 15_000, events: 30_000 };
type Kind = keyof typeof EVERY_MS;

/** Names and keys are always the same ones, so that what grows is not what clients brought. */
const KEYS = 100;
const SERIES = 10;
const VALUE = 'x'.repeat(200);
const PATHS = [
  '/agent/info',
  '/monitoring/state',
  '/monitoring/checks',
  '/collectors',
  '/agent/members',
  '/metrics-store/points?series=*.loadaverage.*&from=-1h',
  '/kv/?cluster',
  '/history/nodes',
];

/** Clients of every door of every agent, each turn after turn, which pass over an agent that is down. */
export class SoakTraffic implements AsyncDisposable {
  /** What was done and what failed although the agent was up, by kind. */
  readonly done: Readonly<Record<Kind, number>>;
  readonly failures: string[] = [];
  readonly #done: Record<Kind, number> = { statsd: 0, graphite: 0, keys: 0, names: 0, questions: 0, events: 0 };
  readonly #pool: SoakPool;
  readonly #over = new AbortController();
  readonly #socket = createSocket('udp4');
  readonly #clients: readonly Promise<void>[];

  constructor(pool: SoakPool) {
    this.#pool = pool;
    this.done = this.#done;
    const acts: Record<Kind, (name: string, turn: number) => Promise<unknown>> = {
      statsd: (name) => this.#count(name),
      graphite: (name, turn) => this.#draw(name, turn),
      keys: (name, turn) => this.#keep(name, turn),
      names: (name) => this.#resolve(name),
      questions: (name, turn) => pool.ask(name, 'GET', PATHS[turn % PATHS.length] ?? '/'),
      events: (name, turn) => pool.ask(name, 'POST', '/agent/event', JSON.stringify({ type: `soak-${turn % SERIES}` })),
    };
    setMaxListeners(0, this.#over.signal); // each client waits with it
    this.#clients = pool.names.flatMap((name) =>
      (Object.keys(EVERY_MS) as Kind[]).map((kind) => this.#often(kind, name, acts[kind])),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#clients);
    this.#socket.close();
  }

  async #often(kind: Kind, name: string, act: (name: string, turn: number) => Promise<unknown>): Promise<void> {
    const { signal } = this.#over;
    for (let turn = 0; !signal.aborted; turn += 1) {
      if (this.#pool.isUp(name)) {
        try {
          await act(name, turn);
          this.#done[kind] += 1;
        } catch (error) {
          if (this.#pool.isUp(name)) this.failures.push(`${kind} at ${name}: ${String(error)}`);
        }
      }
      await pause(EVERY_MS[kind], undefined, { signal }).catch(() => {});
    }
  }

  async #count(name: string): Promise<void> {
    const lines = Array.from(
      { length: SERIES },
      (_, each) => `soak.hits.${each}:1|c\nsoak.took.${each}:${each * 7}|ms\nsoak.level.${each}:${each}|g`,
    );
    const port = this.#pool.port(name, 'statsd');
    await new Promise((resolve) => this.#socket.send(lines.join('\n'), port, '127.0.0.1', resolve));
  }

  async #draw(name: string, turn: number): Promise<void> {
    const socket = connect(this.#pool.port(name, 'graphite'), '127.0.0.1');
    const lines = Array.from({ length: SERIES }, (_, each) => `soak.drawn.${each} ${turn % 100} -1\n`);
    socket.end(lines.join(''));
    await once(socket.resume(), 'close');
  }

  async #keep(name: string, turn: number): Promise<void> {
    const path = `/kv/soak/${name}/${turn % KEYS}`;
    // Each tenth time a key is not there for a second.
    if (turn % 10 === 9) {
      await this.#pool.ask(name, 'PUT', path, VALUE);
      await this.#pool.ask(name, 'DELETE', path);
      return;
    }
    const value = `${turn} ${VALUE}`;
    await this.#pool.ask(name, 'PUT', path, value);
    const read = await this.#pool.ask(name, 'GET', `${path}?raw`);
    if (read !== value) throw new Error(`${path} is ${JSON.stringify(read.slice(0, 40))} and not turn ${turn}`);
  }

  async #resolve(name: string): Promise<void> {
    const resolver = new Resolver({ timeout: 2_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${this.#pool.port(name, 'dns')}`]);
    const found = await resolver.resolve4('kv.group.internet.opsbro');
    if (found.length === 0) throw new Error('no address of the group kv');
  }
}
