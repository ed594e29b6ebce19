import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { AgentEvent } from '../model/event.ts';
import type { QueryAnswer, QueryOutcome, QueryRequest, UserEvent } from '../model/pool.ts';
import type { Core } from './core/core.ts';
import { isLive, isOurs } from './core/node.ts';
import { EventList } from './event-list.ts';
import type { KeyringHolder } from './keyring-holder.ts';
import { answerOnKeys } from './own-keys.ts';
import type { Question, SerfEffect, SerfInput } from './serf/effects.ts';
import { eventSize } from './serf/events.ts';
import { encodeKeyAnswer } from './serf/key-answers.ts';
import { matchesAll } from './tag-matcher.ts';

/** What every Serf agent takes; a larger event lives only among our own kind. */
const EVENT_LIMIT = 512;
const LARGEST_EVENT_LIMIT = 9 * 1_024;

/** Answers a query of one name; nothing when there is no answer. */
export type QueryHandler = (payload: Uint8Array, from: string) => Promise<Uint8Array | undefined>;

interface TalkOptions {
  readonly name: string;
  /** Bytes that an event of ours may have. */
  readonly eventLimit?: number;
  readonly keys: KeyringHolder;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly bus: Bus<AgentEvent>;
}

interface Parts {
  readonly core: Core;
  readonly step: (input: SerfInput) => void;
  readonly count: (name: string) => void;
}

interface Asking {
  readonly answers: QueryAnswer[];
  readonly heard: ((answer: QueryAnswer) => void) | undefined;
  readonly done: (outcome: QueryOutcome) => void;
  readonly failed: (error: OpsbroError) => void;
}

/** What members of the pool tell and ask each other: events and queries, ours and those of others. */
export class Talk implements Disposable {
  readonly #options: TalkOptions;
  readonly #parts: Parts;
  readonly #events: EventList;
  readonly #asking = new Map<number, Asking>();
  readonly #handlers = new Map<string, QueryHandler>();
  #tickets = 0;
  #ended: string | undefined;

  constructor(options: TalkOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#events = new EventList(options.clock);
  }

  /** Events of the last 300 seconds, oldest first. */
  get events(): readonly UserEvent[] {
    return this.#events.events;
  }

  /** Tells the pool of something; see `PoolActions.addEvent`. */
  addEvent(name: string, payload = this.#ownPayload()): UserEvent {
    this.#refuseWhenEnded();
    if (name === '') throw new OpsbroError('bad_request', 'an event needs a name');
    const lTime = this.#parts.core.serf.events.time;
    const size = eventSize(name, payload, lTime);
    const limit = this.#eventLimit;
    if (size > limit) throw new OpsbroError('bad_request', `event too large: ${size} bytes, limit ${limit}`);
    this.#parts.step({ type: 'tellEvent', name, payload });
    return { name, payload, lTime, heard: this.#options.clock.wall(), replayed: false };
  }

  /** Asks the pool; see `PoolActions.query`. */
  query(request: QueryRequest, heard?: (answer: QueryAnswer) => void): Promise<QueryOutcome> {
    return this.#whenSound(() => {
      this.#parts.core.serf.queries.questions.check(request);
      return this.ask(request, heard);
    });
  }

  /** As `query`, for questions of the agents themselves. */
  ask(question: Question, heard?: (answer: QueryAnswer) => void): Promise<QueryOutcome> {
    return this.#whenSound(
      () =>
        new Promise((done, failed) => {
          this.#tickets += 1;
          const ticket = this.#tickets;
          this.#asking.set(ticket, { answers: [], heard, done, failed });
          this.#parts.step({ type: 'ask', ticket, question });
        }),
    );
  }

  /** From now on queries of that name are answered so, until it is disposed of. */
  answer(name: string, handler: QueryHandler): Disposable {
    this.#handlers.set(name, handler);
    return { [Symbol.dispose]: () => void this.#handlers.delete(name) };
  }

  /** Takes in what the core tells of events and queries. */
  take(effect: SerfEffect): void {
    switch (effect.type) {
      case 'event':
        this.#onEvent(effect);
        return;
      case 'query':
        this.#onQuery(effect);
        return;
      case 'match':
        void this.#onMatch(effect);
        return;
      case 'keys':
        void this.#onKeys(effect);
        return;
      case 'heardAnswer':
        this.#onAnswer(effect.ticket, { from: effect.from, payload: effect.payload });
        return;
      case 'queryEnded':
        this.#onEnd(effect);
        return;
    }
  }

  /** Nothing is said any more, for this reason; who still waits for answers is told. */
  end(reason: string): void {
    this.#ended ??= reason;
    for (const { failed } of this.#asking.values()) failed(new OpsbroError('stopping', this.#ended));
    this.#asking.clear();
  }

  [Symbol.dispose](): void {
    this.end('the agent is stopping');
  }

  /** Real Serf agents could not tell on a longer one. */
  get #eventLimit(): number {
    const { eventLimit = EVENT_LIMIT } = this.#options;
    if (eventLimit <= EVENT_LIMIT) return eventLimit;
    for (const node of this.#parts.core.nodes.values()) if (isLive(node) && !isOurs(node)) return EVENT_LIMIT;
    return Math.min(eventLimit, LARGEST_EVENT_LIMIT);
  }

  /** Two equal events without a payload of their own differ by this. */
  #ownPayload(): Uint8Array {
    const { clock, name, random } = this.#options;
    const id = Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
    return Buffer.from(JSON.stringify({ id, from: name, at: Math.round(clock.wall()) }));
  }

  #refuseWhenEnded(): void {
    if (this.#ended !== undefined) throw new OpsbroError('stopping', this.#ended);
  }

  async #whenSound<T>(ask: () => Promise<T>): Promise<T> {
    this.#refuseWhenEnded();
    return await ask();
  }

  #onEvent({ name, payload, lTime, replayed }: Extract<SerfEffect, { type: 'event' }>): void {
    const { bus, clock, log } = this.#options;
    const event: UserEvent = { name, payload, lTime, heard: clock.wall(), replayed };
    this.#events.add(event);
    log.info({ name, ...(replayed && { replayed }) }, 'user-event');
    bus.emit({ type: 'user-event', event });
  }

  #onQuery({ id, name, payload, from }: Extract<SerfEffect, { type: 'query' }>): void {
    this.#options.bus.emit({ type: 'query', name, payload, from });
    const handler = this.#handlers.get(name);
    if (handler) void this.#handle(id, () => handler(payload, from));
  }

  async #handle(id: number, handler: () => Promise<Uint8Array | undefined>): Promise<void> {
    try {
      const payload = await handler();
      if (payload) this.#parts.step({ type: 'respond', id, payload });
    } catch (error) {
      this.#parts.count('query_handlers_failed');
      this.#options.log.warn({ error }, 'a query could not be answered');
    }
  }

  /** An expression that is none matches nothing. */
  async #onMatch({ id, conditions }: Extract<SerfEffect, { type: 'match' }>): Promise<void> {
    const matches = await matchesAll(conditions).catch(() => {
      this.#parts.count('dropped_query_expression');
      return false;
    });
    this.#parts.step({ type: 'matched', id, matches });
  }

  async #onKeys({ id, operation, key }: Extract<SerfEffect, { type: 'keys' }>): Promise<void> {
    const { bus, keys, log } = this.#options;
    const answer = await answerOnKeys(keys, operation, key);
    if (operation !== 'list') {
      log.info({ operation, ok: answer.result }, `the pool asked to ${operation} a key: ${answer.message || 'done'}`);
      if (answer.result) bus.emit({ type: 'key-change' });
    }
    this.#parts.step({ type: 'respond', id, payload: encodeKeyAnswer(answer) });
  }

  #onAnswer(ticket: number, answer: QueryAnswer): void {
    const asking = this.#asking.get(ticket);
    if (!asking) return;
    asking.answers.push(answer);
    asking.heard?.(answer);
  }

  #onEnd({ ticket, acks, timeoutMs }: Extract<SerfEffect, { type: 'queryEnded' }>): void {
    const asking = this.#asking.get(ticket);
    this.#asking.delete(ticket);
    asking?.done({ acks, answers: asking.answers, timeoutMs });
  }
}
