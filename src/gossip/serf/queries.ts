import type { Endpoint } from '../../net/address.ts';
import type { Desk } from '../core/desk.ts';
import { type Node, samePlace } from '../core/node.ts';
import type { Roster } from '../core/roster.ts';
import type { Self } from '../core/self.ts';
import type { Spreader } from '../core/spreader.ts';
import type { Query, QueryResponse, Relay } from '../wire/messages.ts';
import { guarded, isMalformed } from '../wire/refusal.ts';
import { decodeSerf, encodeSerf } from '../wire/serf.ts';
import type { Question } from './effects.ts';
import { CONFLICT_QUERY, InternalQueries } from './internal-queries.ts';
import type { LamportClock } from './lamport.ts';
import { conditionsOf } from './query-filters.ts';
import { QueryRing } from './query-ring.ts';
import { ANSWER_FLAGS, INTERNAL_PREFIX, type Listener, QUERY_FLAGS, QUERY_LIMIT, Questions } from './questions.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  readonly clock: LamportClock;
}

/** A query that waits for something: whether it is for us, or our answer. */
interface Waiting {
  readonly query: Query;
  readonly until: number;
}

const NANOSECONDS = 1e6;
const MAX_WAITING = 1_024;
/** One who claims a name that another has is no member, and is answered all the same; but not more often than this. */
const RIVAL_SPACING_MS = 1_000;
/** Who asks without a name is looked for by its place at most this often. */
const SEARCH_SPACING_MS = 100;
/** Relays are members that speak at least this memberlist protocol. */
const RELAY_PROTOCOL = 5;

/** Queries of the pool: ours, and those of others, which are told on, acknowledged, and answered if they are for us. */
export class Queries {
  readonly questions: Questions;
  readonly #parts: Parts;
  readonly #internal: InternalQueries;
  readonly #ring = new QueryRing();
  readonly #waiting = new Map<number, Waiting>();
  /** What is older was handled in a former run. */
  readonly #firstTime: number;
  #rivalAnsweredAt = Number.NEGATIVE_INFINITY;
  #lastNameless = '';
  #nextSearch = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.questions = new Questions(parts);
    this.#internal = new InternalQueries({ ...parts, respond: (id, payload) => this.respond(id, payload) });
    this.#firstTime = parts.clock.time;
  }

  /** Asks the pool, and ourselves. */
  ask(question: Question, listener: Listener): void {
    const query = this.questions.ask(question, listener);
    this.#ring.add(query.lTime, query.id, this.#parts.clock.time);
    this.#tellOn(query);
    this.#consider(query);
  }

  /** A query from the network. */
  hear(query: Query): void {
    const { clock, desk } = this.#parts;
    if (!clock.witness(query.lTime)) {
      desk.count('dropped_lamport');
      return;
    }
    if (query.lTime < this.#firstTime || !this.#ring.add(query.lTime, query.id, clock.time)) return;
    desk.count('queries');
    // Whether or not it is for us: others learn of it through us.
    if ((query.flags & QUERY_FLAGS.tellNobody) === 0) this.#tellOn(query);
    this.#consider(query);
  }

  /** Whether the conditions hold that were given out with this id. */
  matched(id: number, matches: boolean): void {
    const query = this.#take(id);
    if (query && matches) this.#handle(query);
  }

  /** Sends our answer to the query of this id, unless its time is up. */
  respond(id: number, payload: Uint8Array): void {
    const query = this.#take(id);
    if (query) this.#answer(query, 0, payload);
  }

  /** Sends a wrapped answer on to the member that it is for; anything else is not carried. */
  relay({ address, port, destName, inner }: Relay): void {
    const { desk, roster, spreader } = this.#parts;
    const to = roster.get(destName);
    const message = decodeSerf(inner);
    if (!to || !samePlace(to, { address, port }) || message.kind !== 'queryResponse') {
      desk.count('dropped_relay');
      return;
    }
    desk.count('relayed');
    spreader.sendTo(to, [message]);
  }

  #tellOn(query: Query): void {
    const isTold = this.#parts.spreader.tellIfShort('query', `${query.lTime} ${query.id}`, query);
    if (!isTold) this.#parts.desk.count('dropped_query_too_large');
  }

  /** Is it for us? */
  #consider(query: Query): void {
    const { desk, self } = this.#parts;
    const conditions = guarded(() => conditionsOf(query.filters, self.node));
    if (isMalformed(conditions)) {
      desk.count('dropped_query_filter');
      return;
    }
    if (conditions === 'no') return;
    if (conditions.length === 0) this.#handle(query);
    else desk.do({ type: 'match', id: this.#keep(query), conditions });
  }

  #handle(query: Query): void {
    if ((query.flags & QUERY_FLAGS.wantsAck) !== 0) this.#answer(query, ANSWER_FLAGS.isAck, null);
    const { name, payload, sourceNode } = query;
    if (!name.startsWith(INTERNAL_PREFIX)) {
      this.#parts.desk.do({ type: 'query', id: this.#keep(query), name, payload, from: sourceNode });
    } else if (name !== '_serf_ping') this.#internal.handle(name, payload, () => this.#keep(query));
  }

  #keep(query: Query): number {
    const { desk } = this.#parts;
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    const id = desk.nextId();
    this.#waiting.set(id, { query, until: desk.now + query.timeout / NANOSECONDS });
    return id;
  }

  #take(id: number): Query | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting && this.#parts.desk.now <= waiting.until ? waiting.query : undefined;
  }

  #answer(query: Query, flags: number, payload: Uint8Array | null): void {
    const { desk, self, spreader } = this.#parts;
    const { id, lTime, address, port } = query;
    const response: QueryResponse = { kind: 'queryResponse', lTime, id, from: self.name, flags, payload };
    if (encodeSerf(response).length > QUERY_LIMIT) {
      desk.count('dropped_answer_too_large');
      return;
    }
    if (samePlace(self.node, query)) {
      this.questions.hear(response);
      return;
    }
    const asker = this.#memberAt(query);
    // An answer goes only to a member: else a stranger could point the whole pool at anyone.
    if (!asker && !this.#isRival(query)) {
      desk.count('dropped_query_stranger');
      return;
    }
    spreader.sendToPlace({ address, port }, asker, [response]);
    if (asker) this.#sendThroughOthers(query, asker, response);
  }

  /** Whether it is one who asks about the name that it claims: it has to learn that the name is another's. */
  #isRival({ name, payload, sourceNode }: Query): boolean {
    const { now } = this.#parts.desk;
    if (name !== CONFLICT_QUERY || !Buffer.from(sourceNode).equals(payload)) return false;
    if (now - this.#rivalAnsweredAt < RIVAL_SPACING_MS) return false;
    this.#rivalAnsweredAt = now;
    return true;
  }

  #memberAt(query: Query): Node | undefined {
    const { roster } = this.#parts;
    const named = roster.get(query.sourceNode);
    if (named) return samePlace(named, query) ? named : undefined;
    // Agents of an old generation do not say who asks.
    return query.sourceNode === '' ? this.#nameless(query) : undefined;
  }

  /** Looks through all members, which a flood must not have done for each datagram; who was found last is remembered. */
  #nameless(place: Endpoint): Node | undefined {
    const { desk, roster } = this.#parts;
    const last = roster.get(this.#lastNameless);
    if (last && samePlace(last, place)) return last;
    if (desk.now < this.#nextSearch) return undefined;
    this.#nextSearch = desk.now + SEARCH_SPACING_MS;
    for (const node of roster.nodes.values()) {
      if (!samePlace(node, place)) continue;
      this.#lastNameless = node.name;
      return node;
    }
    return undefined;
  }

  #sendThroughOthers({ relayFactor, address, port }: Query, asker: Node, response: QueryResponse): void {
    const { roster, self, spreader } = this.#parts;
    if (relayFactor === 0 || roster.size < relayFactor + 1) return;
    const isRelay = (node: Node) =>
      node.state === 'alive' &&
      node.name !== self.name &&
      node.name !== asker.name &&
      node.versions[1] >= RELAY_PROTOCOL;
    const relay: Relay = { kind: 'relay', address, port, zone: '', destName: asker.name, inner: encodeSerf(response) };
    for (const node of roster.sample(relayFactor, isRelay)) spreader.sendTo(node, [relay]);
  }
}
