import type { KvAgents } from './kv-agents.ts';

const WRITERS = 4;
const KEYS_EACH = 20;

interface Written {
  /** Number of the last write that was acknowledged. */
  acked: number;
  /** Number of the last write that was tried. */
  tried: number;
}

/**
 * Writers that count up the values of keys, each its own keys, at one node after the other. A write that failed may still take effect, so
 * what is read afterwards is between the last acknowledged and the last tried.
 */
export class KvLoad implements AsyncDisposable {
  readonly #agents: KvAgents;
  readonly #names: readonly string[];
  readonly #written = new Map<string, Written>();
  readonly #writing: readonly Promise<void>[];
  #avoided: string | undefined;
  #state: 'writing' | 'pausing' | 'ended' = 'writing';
  #busy = 0;
  #acknowledged = 0;

  constructor(agents: KvAgents, names: readonly string[]) {
    this.#agents = agents;
    this.#names = names;
    this.#writing = Array.from({ length: WRITERS }, (_, writer) => this.#write(writer));
  }

  /** How many writes were acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Does not ask that node, as it is down. */
  avoid(name: string | undefined): void {
    this.#avoided = name;
  }

  /** Resolves when nothing is being written any more. */
  async pause(): Promise<void> {
    this.#state = 'pausing';
    while (this.#busy > 0) await briefly();
  }

  resume(): void {
    this.#state = 'writing';
  }

  /** What is wrong with what the nodes hold now; while a ring changes they may refuse to say. */
  async faults({ mayBeRefused = false } = {}): Promise<readonly string[]> {
    const found: string[] = [];
    await this.pause();
    for (const [key, { acked, tried }] of this.#written) {
      for (const name of this.#names) {
        const value = await this.#agents.value(name, key);
        if (mayBeRefused && value === 503) continue;
        const number = Number(value);
        const isRight = typeof value === 'string' && number >= acked && number <= tried;
        const isNothing = acked === 0 && value === 404;
        if (!isRight && !isNothing) found.push(`${key} at ${name}: ${value}, acknowledged ${acked}, tried ${tried}`);
      }
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'ended';
    await Promise.all(this.#writing);
  }

  async #write(writer: number): Promise<void> {
    for (let turn = 0; this.#state !== 'ended'; turn += 1) {
      if (this.#state === 'pausing') {
        await briefly();
        continue;
      }
      this.#busy += 1;
      await this.#writeOne(`load/${writer}/${turn % KEYS_EACH}`, turn);
      this.#busy -= 1;
    }
  }

  async #writeOne(key: string, turn: number): Promise<void> {
    const name = this.#names[turn % this.#names.length] ?? '';
    if (name === this.#avoided) return await briefly();
    const written = this.#written.get(key) ?? { acked: 0, tried: 0 };
    this.#written.set(key, written);
    written.tried += 1;
    const number = written.tried;
    const status = await this.#agents.put(name, key, String(number));
    if (status !== 200) return await briefly();
    written.acked = number;
    this.#acknowledged += 1;
  }
}

const briefly = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
