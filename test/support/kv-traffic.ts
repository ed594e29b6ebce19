import type { Answered, KvAgents } from './kv-agents.ts';

const KEYS = Array.from({ length: 60 }, (_, each) => `traffic/${each}`);
/** As long as refusals ask to wait. */
const MOMENT_MS = 1_000;
const NOBODY: Answered = { status: 0, body: Buffer.from('nobody answered') };

interface Rates {
  /** Requests a second, as far as the machine keeps up. */
  readonly reads: number;
  readonly writes: number;
}

/** Clients of a store that ask any of its nodes, and when that fails, a moment later, another one. */
export class KvTraffic implements AsyncDisposable {
  readonly #agents: KvAgents;
  readonly #names: readonly string[];
  readonly #written = new Map<string, number>();
  readonly #clients: readonly Promise<void>[];
  readonly #failures: string[] = [];
  readonly #busy = new Set<string>();
  readonly #times: number[] = [];
  #requests = 0;
  #refused = 0;
  #turn = 0;
  #isOver = false;

  constructor(agents: KvAgents, names: readonly string[], { reads, writes }: Rates) {
    this.#agents = agents;
    this.#names = names;
    this.#clients = [this.#often(reads, () => this.#read()), this.#often(writes, () => this.#write())];
  }

  get requests(): number {
    return this.#requests;
  }

  /** Requests that failed twice, or were answered wrongly. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Within how many milliseconds that share of all requests was answered. */
  within(share: number): number {
    const sorted = [...this.#times].sort((a, b) => a - b);
    return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
  }

  /** Resolves when the last request is answered, and there will be no more. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #often(rate: number, act: () => Promise<void>): Promise<void> {
    const running = new Set<Promise<void>>();
    while (!this.#isOver) {
      const turn: Promise<void> = act().finally(() => running.delete(turn));
      running.add(turn);
      await new Promise((resolve) => setTimeout(resolve, 1_000 / rate));
      if (running.size > rate) await Promise.race(running);
    }
    await Promise.all(running);
  }

  /** No key is written twice at the same time, as nobody could say which of both is newer. */
  async #write(): Promise<void> {
    const turn = this.#next();
    const key = [...KEYS.slice(turn % KEYS.length), ...KEYS].find((each) => !this.#busy.has(each));
    if (key === undefined) return;
    this.#busy.add(key);
    await this.#writeTo(key, turn);
    this.#busy.delete(key);
  }

  async #writeTo(key: string, turn: number): Promise<void> {
    const answers = await this.#twice(turn, (name) => this.#ask(name, 'PUT', `/kv/${key}`, `${turn}`), [200]);
    if (answers.at(-1)?.status === 200) this.#written.set(key, Math.max(turn, this.#written.get(key) ?? 0));
    else this.#failures.push(`PUT ${key}: ${told(answers)}`);
  }

  /** What was acknowledged is there, or something newer. */
  async #read(): Promise<void> {
    const turn = this.#next();
    const [key, written] = [...this.#written][turn % Math.max(1, this.#written.size)] ?? [];
    if (key === undefined || written === undefined) return;
    const answers = await this.#twice(turn, (name) => this.#ask(name, 'GET', `/kv/${key}?raw`), [200, 404]);
    const { status, body } = answers.at(-1) ?? NOBODY;
    if (status !== 200) this.#failures.push(`GET ${key}: ${told(answers)}`);
    else if (Number(body) < written) this.#failures.push(`GET ${key}: ${body} after ${written}`);
  }

  /** How many were refused by one node and have no answer of the next one yet. */
  get refused(): number {
    return this.#refused;
  }

  #next(): number {
    this.#requests += 1;
    this.#turn += 1;
    return this.#turn;
  }

  async #ask(name: string, method: string, path: string, body?: string): Promise<Answered> {
    const asked = performance.now();
    const answer = await this.#agents.ask(name, method, path, body).catch(() => NOBODY);
    this.#times.push(performance.now() - asked);
    return answer;
  }

  async #twice(turn: number, ask: (name: string) => Promise<Answered>, good: readonly number[]) {
    const first = await ask(this.#names[turn % this.#names.length] ?? '');
    if (good.includes(first.status)) return [first];
    this.#refused += 1;
    await new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
    const second = await ask(this.#names[(turn + 1) % this.#names.length] ?? '');
    this.#refused -= 1;
    return [first, second];
  }
}

const told = (answers: readonly Answered[]): string =>
  answers.map(({ status, body }) => `${status} ${body}`).join(', then ');
