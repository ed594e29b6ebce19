/** Looks after the work of this node: counts its runs, and says so when checks run late or people would not be told. */
import type { Bus } from '../base/bus.ts';
import { type Clock, every } from '../base/clock.ts';
import type { Family } from '../http/exposition.ts';
import { CHECK_STATES, type CheckRecord } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { HandlerRecord } from '../model/handler.ts';
import { handlerFamilies } from './handler-families.ts';
import type { Health } from './health.ts';

const LOOK_MS = 30_000;
/** Checks that begin so late for so long are too many for this machine. */
const LATE_MS = 5_000;
const LASTING_MS = 300_000;
const MOST_NAMED = 3;
const STATE_EVENTS = ['member-join', 'member-suspect', 'member-alive', 'member-failed', 'member-leave'] as const;

interface Watched {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly health: Pick<Health, 'raise' | 'clear'>;
  /** Messages that may wait for one handler. */
  readonly queueLimit: number;
  checks(): readonly CheckRecord[];
  handlers(): readonly HandlerRecord[];
  /** There are other nodes that could die, and no node of the zone would tell of it. */
  isDeathUntold(): boolean;
}

/** What is counted and watched of checks and handlers, until disposed of. */
export class WorkWatch implements Disposable {
  readonly #watched: Watched;
  readonly #listeners: readonly Disposable[];
  readonly #runs = new Map<string, number>(CHECK_STATES.map((state) => [state, 0]));
  readonly #states = new Map<string, number>(['alive', 'suspect', 'dead', 'left'].map((state) => [state, 0]));
  #badPerfdata = 0;
  #lateSince: number | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#listeners = [
      watched.bus.on('check-done', ({ result: { state, badPerfdata = 0 } }) => {
        this.#runs.set(state, (this.#runs.get(state) ?? 0) + 1);
        this.#badPerfdata += badPerfdata;
      }),
      ...STATE_EVENTS.map((type) =>
        watched.bus.on(type, ({ member, before }) => {
          if (before?.state !== member.state) this.#states.set(member.state, (this.#states.get(member.state) ?? 0) + 1);
        }),
      ),
      every(watched.clock, LOOK_MS, () => this.#look()),
    ];
  }

  /** What was counted and how the handlers fare, for `/metrics`. */
  families(): Family[] {
    const runs = [...this.#runs].map(([result, value]) => ({ labels: { result }, value }));
    return [
      ...handlerFamilies(this.#watched.handlers()),
      {
        name: 'opsbro_state_changes_total',
        help: 'Changes of the state of nodes, by the new one.',
        type: 'counter',
        samples: [...this.#states].map(([to, value]) => ({ labels: { to }, value })),
      },
      { name: 'opsbro_check_runs_total', help: 'Results of checks, by state.', type: 'counter', samples: runs },
      {
        name: 'opsbro_perfdata_bad_total',
        help: 'Texts in the performance data of checks that could not be read.',
        type: 'counter',
        samples: [{ value: this.#badPerfdata }],
      },
    ];
  }

  [Symbol.dispose](): void {
    for (const listener of this.#listeners) listener[Symbol.dispose]();
  }

  #look(): void {
    this.#say('checks', 'late', this.#lateText());
    const handlers = this.#watched.handlers().filter(({ state }) => state !== 'disabled');
    const full = handlers.filter(({ pending }) => pending > 0.8 * this.#watched.queueLimit);
    const waiting = full.map(({ id, pending }) => `${id} (${pending} messages)`).join(', ');
    this.#say('handlers', 'queue', waiting && `too much waits to be sent by ${waiting}`);
    const isUntold = handlers.length > 0 && this.#watched.isDeathUntold();
    this.#say('handlers', 'nodes', isUntold ? 'nobody would be told about dead nodes' : '');
  }

  #lateText(): string {
    const { clock } = this.#watched;
    const slowest = this.#watched.checks().toSorted((a, b) => b.latencyMs - a.latencyMs);
    // One in a hundred may be late.
    const late = slowest[Math.floor(slowest.length / 100)]?.latencyMs ?? 0;
    this.#lateSince = late > LATE_MS ? (this.#lateSince ?? clock.now()) : undefined;
    if (this.#lateSince === undefined || clock.now() - this.#lateSince < LASTING_MS) return '';
    const named = slowest.slice(0, MOST_NAMED).map(({ id, latencyMs }) => `${id} (${seconds(latencyMs)})`);
    return `checks begin ${seconds(late)} late; the slowest: ${named.join(', ')}`;
  }

  #say(part: string, code: string, text: string): void {
    if (text === '') this.#watched.health.clear(part, code);
    else this.#watched.health.raise(part, code, text);
  }
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
