import type { Endpoint } from '../../net/address.ts';
import type { Desk } from '../core/desk.ts';
import type { Node } from '../core/node.ts';
import type { Roster } from '../core/roster.ts';
import type { Self } from '../core/self.ts';
import type { Spreader } from '../core/spreader.ts';
import type { RecordDigests } from '../records/reconciler.ts';
import type { Query, QueryResponse, Relay, UserEvent } from '../wire/messages.ts';
import { AckPayloads } from './ack-payloads.ts';
import { Agreement } from './agreement.ts';
import { Coordinates } from './coordinates.ts';
import type { SerfInput } from './effects.ts';
import { EventRepair } from './event-repair.ts';
import { Events } from './events.ts';
import type { Clocks } from './lamport.ts';
import { NameConflict, type Rival } from './name-conflict.ts';
import { Queries } from './queries.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  readonly clocks: Clocks;
  /** What members say of all records they hold; asked for when it is needed. */
  readonly digests: () => RecordDigests;
  /** Sends a body of the kind `events` to one of ours. */
  readonly sendEvents: (to: Node, body: Uint8Array) => void;
  /** The pool goes by another node of our name. */
  readonly nameLost: (by: Endpoint) => void;
}

/** What Serf adds to membership: events, queries, coordinates, and the vote on a name that two nodes claim. */
export class SerfLayer {
  readonly events: Events;
  readonly queries: Queries;
  readonly coordinates: Coordinates;
  /** What our acks tell, and what is learnt from those of others. */
  readonly acks: AckPayloads;
  /** All that we have heard, in few bytes. */
  readonly agreement: Agreement;
  readonly #repair: EventRepair;
  readonly #conflict: NameConflict;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    const { desk, clocks, roster, self, digests } = parts;
    this.#parts = parts;
    this.events = new Events({ ...parts, clock: clocks.event, tooLong: (event) => this.#repair.push(event) });
    this.#repair = new EventRepair({ desk, roster, events: this.events, selfName: self.name, send: parts.sendEvents });
    this.queries = new Queries({ ...parts, clock: clocks.query });
    this.coordinates = new Coordinates(desk.random);
    this.#conflict = new NameConflict({ desk, self, queries: this.queries, lost: parts.nameLost });
    this.agreement = new Agreement({ roster, events: this.events, digests });
    this.acks = new AckPayloads({
      desk,
      coordinates: this.coordinates,
      agreement: this.agreement,
      repair: this.#repair,
      digests,
    });
  }

  /** A message of this layer from the network. */
  receive(message: UserEvent | Query | QueryResponse | Relay): void {
    switch (message.kind) {
      case 'userEvent':
        this.events.hear(message);
        return;
      case 'query':
        this.queries.hear(message);
        return;
      case 'queryResponse':
        this.queries.questions.hear(message);
        return;
      case 'relay':
        this.queries.relay(message);
        return;
    }
  }

  /** Something that the shell wants or has found out. */
  take(input: SerfInput): void {
    switch (input.type) {
      case 'tellEvent':
        this.events.tell(input.name, input.payload);
        return;
      case 'ask':
        this.#ask(input);
        return;
      case 'respond':
        this.queries.respond(input.id, input.payload);
        return;
      case 'matched':
        this.queries.matched(input.id, input.matches);
        return;
    }
  }

  /** A message on events from one of ours; throws on a body that is none. */
  receiveEvents(body: Uint8Array, from: Node): void {
    this.#repair.receive(body, from);
  }

  /** Another node claims our name. */
  onRival(rival: Rival): void {
    this.#conflict.begin(rival);
  }

  /** A member is forgotten. */
  forget({ name }: Node): void {
    this.coordinates.forget(name);
    this.#repair.forget(name);
  }

  #ask({ ticket, question }: Extract<SerfInput, { type: 'ask' }>): void {
    const { desk } = this.#parts;
    this.queries.ask(question, {
      heard: (from, payload) => desk.do({ type: 'heardAnswer', ticket, from, payload }),
      ended: (acks, timeoutMs) => desk.do({ type: 'queryEnded', ticket, acks, timeoutMs }),
    });
  }
}
