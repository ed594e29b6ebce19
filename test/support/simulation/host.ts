import type { Core, Snapshot } from '../../../src/gossip/core/core.ts';
import type { Effect, Input } from '../../../src/gossip/core/effect.ts';
import type { SimulatedClock } from '../clock.ts';

/** What the simulation needs of a member: the real core, or a model of another program. */
export type Machine = Pick<
  Core,
  'start' | 'step' | 'wakeAt' | 'nodes' | 'self' | 'snapshot' | 'counts' | 'queueDepths'
>;

/** What outlives a crash. */
export interface Disk {
  readonly incarnation: number;
  readonly snapshot: Snapshot;
  readonly versions: Extract<Effect, { type: 'versions' }>['versions'];
}

/** What is on a disk that was found empty. */
export const EMPTY_DISK: Omit<Disk, 'incarnation'> = {
  snapshot: { members: [], own: { address: '', port: 0 }, clocks: [1, 1, 1] },
  versions: { base: 0, checks: 0, services: 0 },
};

interface HostOptions {
  /** What it is called in the simulation; two hosts may claim the same name in the pool. */
  readonly key: string;
  readonly name: string;
  readonly id: string;
  readonly port: number;
  readonly clock: SimulatedClock;
  readonly machine: Machine;
  readonly incarnation: number;
  readonly carryOut: (host: Host, effects: readonly Effect[]) => void;
}

/** So many datagrams wait in the socket of a process that stands still. */
const SOCKET_BUFFER = 256;

/** A process with a member in it: it may be slow, stand still, crash, and have a clock that is not exact. */
export class Host {
  readonly key: string;
  readonly name: string;
  readonly id: string;
  readonly port: number;
  readonly machine: Machine;
  incarnation: number;
  versions: Disk['versions'] = { base: 0, checks: 0, services: 0 };
  isUp = true;
  /** Each step takes so long. */
  slowMs = 0;
  readonly #options: HostOptions;
  readonly #backlog: Input[] = [];
  #rate = 1;
  #isPaused = false;
  #busyUntil = 0;
  #alarm: Disposable | undefined;
  #wakeAt: number | undefined;

  constructor(options: HostOptions) {
    this.key = options.key;
    this.name = options.name;
    this.id = options.id;
    this.port = options.port;
    this.machine = options.machine;
    this.incarnation = options.incarnation;
    this.#options = options;
  }

  /** By how many parts in a million its clock is fast; to be set before it starts. */
  set drift(ppm: number) {
    this.#rate = 1 + ppm / 1e6;
  }

  start(): void {
    this.#options.carryOut(this, this.machine.start(this.#now));
    this.#setAlarm();
  }

  /** Something happens to it: now, or when it gets round to it. */
  take(input: Input): void {
    if (!this.isUp) return;
    if (this.#isPaused || this.#options.clock.now() < this.#busyUntil) this.#wait(input);
    else this.#step(input);
  }

  kill(): void {
    this.isUp = false;
    this.#alarm?.[Symbol.dispose]();
    this.#backlog.length = 0;
  }

  /** Stands still as under SIGSTOP: what arrives waits, timers come late. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on: first the timers, then what waits, as an event loop does. */
  resume(): void {
    this.#isPaused = false;
    this.#workOff();
  }

  get disk(): Disk {
    return { incarnation: this.incarnation, snapshot: this.machine.snapshot, versions: this.versions };
  }

  get #now(): number {
    return this.#options.clock.now() * this.#rate;
  }

  #wait(input: Input): void {
    // That it is time is found out anyway.
    if (input.type !== 'wake' && this.#backlog.length < SOCKET_BUFFER) this.#backlog.push(input);
  }

  #step(input: Input): void {
    // By rounding a clock that drifts may stand a hair before the time it woke for.
    const now = input.type === 'wake' ? Math.max(this.#now, this.machine.wakeAt ?? 0) : this.#now;
    this.#options.carryOut(this, this.machine.step(input, this.#rate === 1 ? this.#now : now));
    if (this.slowMs > 0) this.#beBusy();
    this.#setAlarm();
  }

  #beBusy(): void {
    const { clock } = this.#options;
    this.#busyUntil = clock.now() + this.slowMs;
    clock.after(this.slowMs, () => this.#workOff());
  }

  #workOff(): void {
    const { clock } = this.#options;
    if (!this.isUp) return;
    const { wakeAt } = this.machine;
    if (wakeAt !== undefined && wakeAt <= this.#now) this.take({ type: 'wake' });
    while (this.#backlog.length > 0 && !this.#isPaused && clock.now() >= this.#busyUntil) {
      const input = this.#backlog.shift();
      if (input) this.#step(input);
    }
    this.#setAlarm();
  }

  #setAlarm(): void {
    const { wakeAt } = this.machine;
    if (wakeAt === this.#wakeAt || !this.isUp) return;
    const { clock } = this.#options;
    this.#alarm?.[Symbol.dispose]();
    this.#wakeAt = wakeAt;
    if (wakeAt === undefined) return;
    this.#alarm = clock.after(wakeAt / this.#rate - clock.now(), () => {
      this.#wakeAt = undefined;
      this.take({ type: 'wake' });
    });
  }
}

/** 8 bytes that no other run of any member has. */
export function bootOf(port: number, incarnation: number): Uint8Array {
  const boot = Buffer.alloc(8);
  boot.writeUInt32BE(port, 0);
  boot.writeUInt32BE(incarnation, 4);
  return Uint8Array.from(boot);
}
