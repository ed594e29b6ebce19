import { OpsbroError } from '../../base/errors.ts';
import type { QueryFilters } from '../../model/pool.ts';
import type { Appointment } from '../core/agenda.ts';
import type { Desk } from '../core/desk.ts';
import { queryTimeout } from '../core/formulas.ts';
import type { Roster } from '../core/roster.ts';
import { MAX_MEMBERS } from '../core/rumors.ts';
import type { Self } from '../core/self.ts';
import type { Query, QueryResponse } from '../wire/messages.ts';
import { encodeSerf } from '../wire/serf.ts';
import type { Question } from './effects.ts';
import type { LamportClock } from './lamport.ts';
import { conditionsOf, encodeFilters } from './query-filters.ts';

/** Flags of a query and of an answer. */
export const QUERY_FLAGS = { wantsAck: 1, tellNobody: 2 } as const;
export const ANSWER_FLAGS = { isAck: 1 } as const;
/** A query, and an answer, is at most so long with its type byte. */
export const QUERY_LIMIT = 1_024;
/** Queries among agents of Serf; each agent warns of one that it does not know. */
export const INTERNAL_PREFIX = '_serf_';
/** Queries among our own kind. */
const OWN_PREFIX = 'opsbro:';
const NANOSECONDS = 1e6;
const MAX_TIMEOUT_MS = 600_000;
const MAX_OPEN = 256;

/** Who is told what comes of a question. */
export interface Listener {
  heard(from: string, payload: Uint8Array): void;
  ended(acks: readonly string[], timeoutMs: number): void;
}

interface Open {
  readonly query: Query;
  readonly listener: Listener;
  readonly timeoutMs: number;
  readonly acks: Set<string>;
  readonly answered: Set<string>;
  /** How many members can answer, when that can be told. */
  readonly expected: number;
  readonly end: Appointment;
}

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly clock: LamportClock;
}

/** The queries that we ask, until each member that they are for has answered or their time is up. */
export class Questions {
  readonly #parts: Parts;
  readonly #open = new Map<number, Open>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Throws `bad_request` on a question that cannot be asked, `overloaded` when too many are open. */
  check({ name, ...question }: Question): void {
    if (name === '') throw new OpsbroError('bad_request', 'a query needs a name');
    if (name.startsWith(INTERNAL_PREFIX) && name !== '_serf_ping') {
      throw new OpsbroError('bad_request', `query "${name}": names that begin with "_serf_" belong to the agents`);
    }
    const bytes = encodeSerf(this.#message({ name, ...question }, this.#parts.clock.time)).length;
    if (bytes > QUERY_LIMIT) {
      throw new OpsbroError('bad_request', `query too large: ${bytes} bytes, limit ${QUERY_LIMIT}`);
    }
    if (this.#open.size >= MAX_OPEN) throw new OpsbroError('overloaded', `${MAX_OPEN} queries are open already`);
  }

  /** Opens a question; answers with the query to send. */
  ask(question: Question, listener: Listener): Query {
    const { clock, desk } = this.#parts;
    const query = this.#message(question, clock.next());
    const timeoutMs = query.timeout / NANOSECONDS;
    const end = desk.later(timeoutMs, () => this.#end(query.id));
    const open = { acks: new Set<string>(), answered: new Set<string>(), expected: this.#expected(query) };
    this.#open.set(query.id, { query, listener, timeoutMs, end, ...open });
    return query;
  }

  /** An answer from the network, or our own. One that belongs to no open question, or is a second one, is no news. */
  hear({ id, lTime, from, flags, payload }: QueryResponse): void {
    const open = this.#open.get(id);
    if (open?.query.lTime !== lTime) {
      this.#parts.desk.count('dropped_answers');
      return;
    }
    const isAck = (flags & ANSWER_FLAGS.isAck) !== 0;
    const heard = isAck ? open.acks : open.answered;
    if (heard.has(from) || heard.size >= MAX_MEMBERS) return;
    heard.add(from);
    if (isAck) return;
    open.listener.heard(from, payload ?? new Uint8Array());
    // Nobody is left who could answer.
    if (open.answered.size >= open.expected) this.#end(id);
  }

  #end(id: number): void {
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    open.end.cancelled = true;
    open.listener.ended([...open.acks], open.timeoutMs);
  }

  #message(question: Question, lTime: number): Query {
    const { desk, roster, self } = this.#parts;
    const { address, port, name } = self.node;
    const timeoutMs = question.timeoutMs ?? queryTimeout(roster.size, desk.profile.gossipInterval);
    const isInternal = question.name.startsWith(INTERNAL_PREFIX) && question.name !== '_serf_ping';
    return {
      kind: 'query',
      lTime,
      id: desk.pick(2 ** 31),
      name: question.name,
      payload: question.payload,
      address,
      port,
      sourceNode: name,
      filters: encodeFilters(question.name.startsWith(OWN_PREFIX) ? onlyOurs(question.filters) : question.filters),
      flags: isInternal ? 0 : QUERY_FLAGS.wantsAck,
      relayFactor: Math.min(255, question.relayFactor ?? 0),
      timeout: Math.round(Math.min(MAX_TIMEOUT_MS, Math.max(1, timeoutMs)) * NANOSECONDS),
    };
  }

  /** How many living members a query is for; nobody knows (infinitely many) while that takes an engine to tell. */
  #expected({ filters, name }: Query): number {
    // Nobody answers these but by the ack.
    if (name === '_serf_ping') return Number.POSITIVE_INFINITY;
    let expected = 0;
    for (const node of this.#parts.roster.nodes.values()) {
      if (node.state === 'dead' || node.state === 'left') continue;
      const conditions = conditionsOf(filters, node);
      if (conditions === 'no') continue;
      if (conditions.length > 0) return Number.POSITIVE_INFINITY;
      expected += 1;
    }
    return expected;
  }
}

/** Real Serf agents neither handle nor log what is not for them, but tell it on. */
const onlyOurs = (filters: QueryFilters): QueryFilters => ({
  ...filters,
  tags: new Map([...(filters.tags ?? []), ['ob', '.']]),
});
