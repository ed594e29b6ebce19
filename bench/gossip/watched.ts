import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Adapter, Place } from './adapter.ts';
import type { NetworkNamespace } from './namespace.ts';

/** A report of a failure. */
interface Accusation {
  readonly member: string;
  readonly at: number;
}

/** A member of a pool under watch: what it said of the others, and when. Times are of `performance.now()`. */
export class Watched {
  readonly place: Place;
  readonly adapter: Adapter;
  readonly startedAt = performance.now();
  /** When it saw each living member come. */
  readonly seen = new Map<string, number>();
  /** When it took each missing member for dead. */
  readonly failed = new Map<string, number>();
  readonly accusations: Accusation[] = [];
  readonly events = new Map<string, number>();
  readonly complaints: string[] = [];
  readonly #process: ChildProcess;

  private constructor(place: Place, adapter: Adapter, child: ChildProcess) {
    this.place = place;
    this.adapter = adapter;
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.#take(line, performance.now());
      });
    }
  }

  static async start(adapter: Adapter, place: Place, namespace: NetworkNamespace): Promise<Watched> {
    const [program, ...args] = namespace.inside(await adapter.start(place));
    return new Watched(place, adapter, spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get name(): string {
    return this.place.name;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  signal(name: NodeJS.Signals): void {
    if (this.isRunning) this.#process.kill(name);
  }

  /** Kills it and waits until it is gone. */
  async end(): Promise<void> {
    if (!this.isRunning) return;
    const gone = once(this.#process, 'exit');
    this.signal('SIGKILL');
    await gone;
  }

  #take(line: string, at: number): void {
    for (const { what, name } of this.adapter.read(line)) {
      if (what === 'complaint') this.complaints.push(line);
      else if (what === 'event') this.events.set(name, at);
      else this.#note(what, name, at);
    }
  }

  #note(what: 'join' | 'left' | 'failed', member: string, at: number): void {
    if (what === 'join') {
      this.seen.set(member, at);
      this.failed.delete(member);
      return;
    }
    this.seen.delete(member);
    if (what === 'left') return;
    this.failed.set(member, at);
    this.accusations.push({ member, at });
  }
}

/** Whether each of them sees every other one. */
export const allSeeAll = (members: readonly Watched[]): boolean =>
  members.every((one) => members.every((other) => one === other || one.seen.has(other.name)));
