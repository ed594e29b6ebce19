import type { Desk } from '../core/desk.ts';
import { isOurs, type Node } from '../core/node.ts';
import type { Roster } from '../core/roster.ts';
import type { Self } from '../core/self.ts';
import type { Spreader } from '../core/spreader.ts';
import type { OwnMessage } from '../wire/messages.ts';
import { encodedSize } from '../wire/size.ts';
import { ReplayGuard } from './replay-guard.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  /** 8 bytes that tell this run from all others. */
  readonly boot: Uint8Array;
}

/** What is done with the body of a message of one kind. Throws when the body is none. */
type Handler = (body: Uint8Array, from: Node) => void;

/** A message up to this size travels in a datagram, a longer one over a stream. */
const DATAGRAM_LIMIT = 1_100;

/** Carries our own messages, those that only nodes with the tag `ob` understand: numbers and sends them, and hands on what arrives, once. */
export class Courier {
  readonly #parts: Parts;
  readonly #handlers = new Map<number, Handler>();
  readonly #replays = new ReplayGuard();
  #counter = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** How many of our own messages wait to be told. */
  get waiting(): number {
    return this.#parts.spreader.queue.depth('own');
  }

  /** From now on messages of that kind (`OWN_KINDS`) are for this handler. */
  handle(ownKind: number, handler: Handler): void {
    this.#handlers.set(ownKind, handler);
  }

  /** One of our own messages arrived. */
  receive(message: OwnMessage): void {
    const { desk, roster, self } = this.#parts;
    const node = roster.get(message.sender);
    if (!node || !isOurs(node) || node.name === self.name) {
      desk.count('dropped_own_stranger');
      return;
    }
    const freshness = this.#replays.judge(message, node.incarnation, desk.now);
    if (freshness === 'fresh') this.#handOn(message, node);
    else desk.count(freshness === 'replayed' ? 'dropped_replay' : 'own_repeated');
  }

  /** Tells all of our members, in place of older news of that key; false when it is too long for gossip. */
  spread(key: string, ownKind: number, body: Uint8Array): boolean {
    const message = this.#message(ownKind, body);
    if (encodedSize(message) > DATAGRAM_LIMIT) return false;
    this.#parts.spreader.tell('own', key, message);
    return true;
  }

  /** Sends to one member: a short message by datagram, a long one over a stream. */
  send(node: Node, ownKind: number, body: Uint8Array): void {
    const message = this.#message(ownKind, body);
    if (encodedSize(message) <= DATAGRAM_LIMIT) this.#parts.spreader.sendTo(node, [message]);
    else this.#post(node, message);
  }

  /** Sends to one member over a stream, whatever its length. */
  post(node: Node, ownKind: number, body: Uint8Array): void {
    this.#post(node, this.#message(ownKind, body));
  }

  /** A member is forgotten, or is another node now. */
  forget(name: string): void {
    this.#replays.forget(name);
  }

  /** Runs a reader of foreign bytes; what cannot be read is counted and has no effect. */
  guard<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch {
      this.#parts.desk.count('dropped_own_malformed');
      return undefined;
    }
  }

  #handOn({ ownKind, body }: OwnMessage, node: Node): void {
    const handler = this.#handlers.get(ownKind);
    if (handler) this.guard(() => handler(body, node));
    else this.#parts.desk.count('dropped_own_kind');
  }

  #post({ address, port }: Node, message: OwnMessage): void {
    this.#parts.desk.do({ type: 'post', to: { address, port }, message });
  }

  #message(ownKind: number, body: Uint8Array): OwnMessage {
    this.#counter += 1;
    const { boot, self } = this.#parts;
    return { kind: 'own', boot, counter: this.#counter, ownKind, body, sender: self.name, version: 1 };
  }
}
