/** Looks after the agent itself: says so when the machine or a part of the agent makes it unwell. */
import { type Clock, every } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { HandlerRecord } from '../model/handler.ts';
import type { Health } from './health.ts';

const LOOK_MS = 30_000;
/** Turns of which one looks at what is told by the minute. */
const TURNS_A_MINUTE = 2;
/** The clock was set when it is further from monotonic time than that, after one look. */
const JUMP_MS = 1_000;
/** For so long a jump is told. */
const JUMP_TOLD_MS = 600_000;
const LATE_MS = 200;
const LEAST_FREE_SHARE = 0.05;
const LEAST_FREE_BYTES = 100_000_000;
const FAILING_MS = 300_000;
/** Packets thrown away in each of so many minutes are worth a word. */
const MANY_DROPS = 100;
const DROPPING_MINUTES = 3;
const MOST_NAMED = 3;

/** How full the file system is that the agent writes to. */
export interface Room {
  readonly freeBytes: number;
  readonly allBytes: number;
}

interface Watched {
  readonly clock: Clock;
  readonly health: Pick<Health, 'raise' | 'clear'>;
  /** Directory that is written to. */
  readonly directory: string;
  room(directory: string): Promise<Room>;
  /** How late timers ran since it was asked last: 99 of 100 were less late, in milliseconds. */
  lateness(): number;
  handlers(): readonly HandlerRecord[];
  /** Packets that were thrown away since the start. */
  drops(): number;
}

/** Watches until disposed of. */
export class SelfWatch implements Disposable {
  readonly #watched: Watched;
  readonly #looking: Disposable;
  #turn = 0;
  #offset: number;
  #jumpedAt = Number.NEGATIVE_INFINITY;
  #jump = 0;
  #drops: number;
  #dropping = 0;
  readonly #failingSince = new Map<string, number>();

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#offset = this.#offsetNow();
    this.#drops = watched.drops();
    // What the start of the agent kept waiting does not count.
    watched.lateness();
    this.#looking = every(watched.clock, LOOK_MS, () => this.#look());
    void this.#lookAtRoom();
  }

  [Symbol.dispose](): void {
    this.#looking[Symbol.dispose]();
  }

  #look(): void {
    this.#lookAtClock();
    this.#lookAtHandlers();
    void this.#lookAtRoom();
    this.#turn += 1;
    if (this.#turn % TURNS_A_MINUTE !== 0) return;
    this.#lookAtLateness();
    this.#lookAtDrops();
  }

  #lookAtClock(): void {
    const now = this.#watched.clock.now();
    const offset = this.#offsetNow();
    const jump = offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(jump) > JUMP_MS) {
      this.#jumpedAt = now;
      this.#jump = jump;
    }
    const isTold = now - this.#jumpedAt < JUMP_TOLD_MS;
    const direction = this.#jump > 0 ? 'forward' : 'back';
    const text = `the clock of this machine was set ${direction} by ${Math.round(Math.abs(this.#jump) / 1_000)} s`;
    this.#say('clock', 'jump', isTold ? text : '');
  }

  #offsetNow(): number {
    const { clock } = this.#watched;
    return clock.wall() - clock.now();
  }

  #lookAtLateness(): void {
    const late = Math.round(this.#watched.lateness());
    this.#say(
      'process',
      'slow',
      late > LATE_MS ? `timers run ${late} ms late: the agent or the machine is overloaded` : '',
    );
  }

  #lookAtDrops(): void {
    const drops = this.#watched.drops();
    const fresh = drops - this.#drops;
    this.#drops = drops;
    this.#dropping = fresh >= MANY_DROPS ? this.#dropping + 1 : 0;
    const text = `${fresh} packets of the last minute were thrown away; see opsbro_gossip_dropped_total in /metrics`;
    this.#say('gossip', 'dropping', this.#dropping >= DROPPING_MINUTES ? text : '');
  }

  #lookAtHandlers(): void {
    const now = this.#watched.clock.now();
    const failing = this.#watched.handlers().filter(({ state }) => state === 'error');
    const ids = new Set(failing.map(({ id }) => id));
    for (const id of this.#failingSince.keys()) if (!ids.has(id)) this.#failingSince.delete(id);
    for (const id of ids) this.#failingSince.set(id, this.#failingSince.get(id) ?? now);
    const lasting = failing.filter(({ id }) => now - (this.#failingSince.get(id) ?? now) >= FAILING_MS);
    const named = lasting.slice(0, MOST_NAMED).map(({ id, error }) => `${id} (${error})`);
    const more = lasting.length > MOST_NAMED ? ` and ${lasting.length - MOST_NAMED} more` : '';
    this.#say('handlers', 'failing', named.length === 0 ? '' : `nobody is told by ${named.join(', ')}${more}`);
  }

  async #lookAtRoom(): Promise<void> {
    const { directory, room } = this.#watched;
    try {
      const { freeBytes, allBytes } = await room(directory);
      const isLow = freeBytes < LEAST_FREE_BYTES || freeBytes < LEAST_FREE_SHARE * allBytes;
      const free = `${Math.floor(freeBytes / 1_000_000)} MB`;
      this.#say('disk', 'low', isLow ? `only ${free} are free on the file system of ${directory}` : '');
    } catch (error) {
      this.#say('disk', 'low', `the file system of ${directory} does not tell how full it is: ${messageOf(error)}`);
    }
  }

  #say(part: string, code: string, text: string): void {
    if (text === '') this.#watched.health.clear(part, code);
    else this.#watched.health.raise(part, code, text);
  }
}
