import { failedWith, OpsbroError } from '../../../src/base/errors.ts';
import type { Outcome, Wish } from '../../../src/kv/cluster/messages.ts';
import type { Cluster } from './cluster.ts';
import type { Event } from './history.ts';

/** Clients that ask nodes of a cluster, and write down what they asked and got. */
export class Clients {
  readonly events: Event[] = [];
  readonly #cluster: Cluster;
  readonly #keys: readonly string[];
  /** The versions that were seen last, for those who compare and set. */
  readonly #seen = new Map<string, string>();
  #written = 0;

  constructor(cluster: Cluster, keys: readonly string[]) {
    this.#cluster = cluster;
    this.#keys = keys;
  }

  /** Asks something at random, at a node that is up. */
  ask(): void {
    const { up } = this.#cluster;
    const node = this.#pick(up);
    const key = this.#pick(this.#keys);
    if (node === undefined || key === undefined) return;
    const what = this.#cluster.random();
    if (what < 0.4) this.put(node, key);
    else if (what < 0.55) this.put(node, key, this.#seen.get(key) ?? '0');
    else if (what < 0.65) this.#run(node, { op: 'delete', key, copies: 'majority' }, {});
    else this.get(node, key);
  }

  put(node: string, key: string, cas?: string): Event {
    this.#written += 1;
    const value = `${this.#written}`;
    const options = cas === undefined ? {} : { cas };
    const wish: Wish = { op: 'put', key, value: Buffer.from(value), options, copies: 'majority' };
    return this.#run(node, wish, { value, ...options });
  }

  get(node: string, key: string): Event {
    return this.#run(node, { op: 'get', key, copies: 'majority' }, {});
  }

  /** Puts, and waits at most 10 s for the answer. */
  async putNow(node: string, key: string): Promise<Event> {
    return await this.#wait(this.put(node, key));
  }

  /** Gets, and waits at most 10 s for the answer. */
  async getNow(node: string, key: string): Promise<Event> {
    return await this.#wait(this.get(node, key));
  }

  async deleteNow(node: string, key: string): Promise<Event> {
    return await this.#wait(this.#run(node, { op: 'delete', key, copies: 'majority' }, {}));
  }

  async putIfNow(node: string, key: string, cas: string): Promise<Event> {
    return await this.#wait(this.put(node, key, cas));
  }

  async #wait(event: Event): Promise<Event> {
    for (let step = 0; step < 2_000 && event.until === undefined; step += 1) await this.#cluster.pass(5);
    return event;
  }

  #run(node: string, wish: Exclude<Wish, { op: 'restore' }>, more: Partial<Event>): Event {
    const event: Event = { op: wish.op, key: wish.key, ...more, from: this.#cluster.clock.now(), result: 'info' };
    this.events.push(event);
    void this.#finish(event, this.#cluster.run(node, wish));
    return event;
  }

  async #finish(event: Event, running: Promise<Outcome>): Promise<void> {
    try {
      const version = versionOf(await running);
      event.result = 'ok';
      event.version = version;
      if (version === undefined || event.op === 'delete') this.#seen.delete(event.key);
      else this.#seen.set(event.key, version);
    } catch (error) {
      if (!(error instanceof OpsbroError)) throw error;
      event.error = `${error.code}: ${error.message}`;
      if (error.details?.['indeterminate'] !== true || event.op === 'get') event.result = 'fail';
      if (failedWith(error, 'cas_failed')) this.#learn(event.key, error.details?.['current']);
    }
    event.until = this.#cluster.clock.now();
  }

  #learn(key: string, current: unknown): void {
    if (typeof current === 'string') this.#seen.set(key, current);
    else this.#seen.delete(key);
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#cluster.random() * items.length)];
  }
}

function versionOf(outcome: Outcome): string | undefined {
  switch (outcome.op) {
    case 'get':
      return outcome.entry?.version;
    case 'put':
      return outcome.written.version;
    case 'delete':
      return outcome.deleted.version ?? undefined;
    case 'restore':
      return undefined;
  }
}
