import { z } from 'zod';
import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { parseDuration } from '../base/duration.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type AgentEvent, MEMBER_CHANGES } from '../model/event.ts';
import { Reply } from './route.ts';

const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 600_000;
/** A wait is longer by a random part of up to this fraction, so that many who began together do not end together. */
const SPREAD = 1 / 16;
const MAX_WAITING = 1_000;

/** What changes the answers of each family of resources. */
const CHANGES = {
  members: [...MEMBER_CHANGES, 'member-flap', 'member-settle', 'member-reach', 'record-change'],
  alerts: ['alert-change'],
  events: ['user-event'],
  collectors: ['collector-done'],
  health: ['agent-health'],
  checks: ['check-change', 'checks-change', 'service-change', 'record-change'],
} as const satisfies Record<string, readonly AgentEvent['type'][]>;

/** Resources whose changes are counted together. */
export type Watched = keyof typeof CHANGES;

/** The parameters of a read that can wait, for the schema of its query. */
export const BLOCKING = {
  index: z
    .string()
    .regex(/^\d{1,15}$/, 'write a whole number')
    .transform(Number)
    .optional()
    .describe('X-Opsbro-Index of the answer that is known: wait for a newer one'),
  wait: z.string().max(20).optional().describe('how long to wait with index: 30s; 60s when left out, at most 10m'),
  boot: z
    .string()
    .max(100)
    .optional()
    .describe('X-Opsbro-Boot of that answer; an agent that started again does not wait'),
};

/** What a reader knows and how long it would wait. */
interface Asked {
  readonly index?: number | undefined;
  readonly wait?: string | undefined;
  readonly boot?: string | undefined;
}

interface Options {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly random: Random;
  /** Differs at each start of the agent. */
  readonly boot: string;
  /** Readers that may wait at once; 1,000 when left out. */
  readonly maxWaiting?: number;
}

type Outcome = 'changed' | 'late' | 'gone' | 'stopping';

interface Family {
  /** Grows by one with each change. */
  index: number;
  readonly waiting: Set<(outcome: Outcome) => void>;
}

/** Reads that wait for news: each answer has a number, and who names it gets the next one when there is something new to tell. */
export class BlockingReads implements Disposable {
  readonly #options: Options;
  readonly #families: Readonly<Record<Watched, Family>>;
  readonly #listeners: Disposable[] = [];
  #waiting = 0;
  #isStopping = false;

  constructor(options: Options) {
    this.#options = options;
    this.#families = {
      members: this.#family('members'),
      alerts: this.#family('alerts'),
      events: this.#family('events'),
      collectors: this.#family('collectors'),
      health: this.#family('health'),
      checks: this.#family('checks'),
    };
  }

  /**
   * The answer with its number, once that is above the known one or the time is over. Throws `overloaded` when too many wait, `stopping` when
   * the agent stops meanwhile.
   */
  async read<Body>(
    watched: Watched,
    { query, signal }: { readonly query: Asked; readonly signal: AbortSignal },
    answer: () => Body | Reply<Body>,
  ): Promise<Reply<Body>> {
    const family = this.#families[watched];
    const isKnown = query.boot === undefined || query.boot === this.#options.boot;
    const wait = waitOf(query);
    if (isKnown && query.index === family.index) await this.#wait(family, wait, signal);
    const answered = answer();
    const reply = answered instanceof Reply ? answered : new Reply<Body>(answered);
    const about = { 'x-opsbro-index': String(family.index), 'x-opsbro-boot': this.#options.boot };
    return new Reply(reply.body, { status: reply.status, headers: { ...reply.headers, ...about } });
  }

  /** Ends every wait. */
  [Symbol.dispose](): void {
    this.#isStopping = true;
    for (const listener of this.#listeners) listener[Symbol.dispose]();
    for (const { waiting } of Object.values(this.#families)) wake(waiting, 'stopping');
  }

  #family(watched: Watched): Family {
    const family: Family = { index: 1, waiting: new Set() };
    const changed = (event: AgentEvent) => {
      // A collector that sees what it saw before has no news.
      if (event.type === 'collector-done' && !event.changed) return;
      family.index += 1;
      wake(family.waiting, 'changed');
    };
    for (const type of CHANGES[watched]) this.#listeners.push(this.#options.bus.on(type, changed));
    return family;
  }

  async #wait({ waiting }: Family, ms: number, signal: AbortSignal): Promise<void> {
    const { maxWaiting = MAX_WAITING, clock, random } = this.#options;
    if (this.#isStopping) throw stopping();
    if (this.#waiting >= maxWaiting) throw new OpsbroError('overloaded', `${maxWaiting} readers wait already`);
    this.#waiting += 1;
    const outcome = await new Promise<Outcome>((resolve) => {
      const end = (how: Outcome) => {
        waiting.delete(end);
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', gone);
        resolve(how);
      };
      const gone = () => end('gone');
      const timer = clock.after(ms * (1 + SPREAD * random()), () => end('late'));
      signal.addEventListener('abort', gone, { once: true });
      waiting.add(end);
      if (signal.aborted) gone();
    });
    this.#waiting -= 1;
    if (outcome === 'stopping') throw stopping();
    if (outcome === 'gone') throw new OpsbroError('bad_request', 'the reader went away');
  }
}

function wake(waiting: ReadonlySet<(outcome: Outcome) => void>, outcome: Outcome): void {
  for (const end of [...waiting]) end(outcome);
}

function waitOf({ wait }: Asked): number {
  const ms = wait === undefined ? DEFAULT_WAIT_MS : parseDuration(wait);
  if (ms <= MAX_WAIT_MS) return ms;
  throw new OpsbroError('bad_request', `query wait: "${wait}" is longer than 10m`);
}

const stopping = () => new OpsbroError('stopping', 'the agent stops');
