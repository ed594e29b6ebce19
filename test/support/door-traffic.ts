import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import type { KvAgents } from './kv-agents.ts';

interface Rates {
  /** Questions and datagrams a second. */
  readonly names: number;
  readonly samples: number;
}

/** What clients of a group ask for, and at which addresses its members are. */
interface Asked {
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * Clients on the machines of agents: each asks the name server of its own node and sends counts to its own statsd, and does neither while its
 * node is down.
 */
export class DoorTraffic implements AsyncDisposable {
  readonly #agents: KvAgents;
  readonly #asked: Asked;
  readonly #up: Set<string>;
  readonly #socket = createSocket('udp4');
  readonly #clients: readonly Promise<void>[];
  readonly #wrong: string[] = [];
  readonly #sent = new Map<string, number>();
  #answers = 0;
  #isOver = false;

  constructor(agents: KvAgents, names: readonly string[], { rates, asked }: { rates: Rates; asked: Asked }) {
    this.#agents = agents;
    this.#asked = asked;
    this.#up = new Set(names);
    this.#clients = [
      this.#often(rates.names, (at) => this.#ask(at)),
      this.#often(rates.samples, (at) => this.#count(at)),
    ];
  }

  /** Answers that were wrong: none, or an address that is nobody's. */
  get wrong(): readonly string[] {
    return this.#wrong;
  }

  get answers(): number {
    return this.#answers;
  }

  /** Nothing goes to this node any more; tells how many samples went there since it was up. */
  async down(name: string): Promise<number> {
    this.#up.delete(name);
    // What is on its way arrives.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const sent = this.#sent.get(name) ?? 0;
    this.#sent.delete(name);
    return sent;
  }

  up(name: string): void {
    this.#up.add(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
    this.#socket.close();
  }

  async #often(rate: number, act: (name: string) => Promise<void>): Promise<void> {
    let turn = 0;
    while (!this.#isOver) {
      const names = [...this.#up];
      const name = names[turn++ % names.length];
      if (name !== undefined) await act(name);
      await new Promise((resolve) => setTimeout(resolve, 1_000 / rate));
    }
  }

  async #ask(name: string): Promise<void> {
    const resolver = new Resolver({ timeout: 2_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${this.#agents.get(name).ports.dns}`]);
    const found = await resolver.resolve4(this.#asked.name).catch((error: unknown) => error);
    // It went down while it was asked.
    if (!this.#up.has(name)) return;
    this.#answers += 1;
    const isRight =
      Array.isArray(found) && found.length > 0 && found.every((each) => this.#asked.addresses.includes(each));
    if (!isRight) this.#wrong.push(`${name}: ${String(found)}`);
  }

  async #count(name: string): Promise<void> {
    const { statsd = 0 } = this.#agents.get(name).ports as Readonly<Record<string, number>>;
    this.#sent.set(name, (this.#sent.get(name) ?? 0) + 1);
    await new Promise((resolve) => this.#socket.send('rolling.hits:1|c', statsd, '127.0.0.1', resolve));
  }
}
