import type { Endpoint } from '../../net/address.ts';
import { roomFor } from '../wire/datagram.ts';
import type { PacketMessage } from '../wire/messages.ts';
import { encodedSize } from '../wire/size.ts';
import type { Appointment } from './agenda.ts';
import type { Desk } from './desk.ts';
import { retransmitLimit } from './formulas.ts';
import { isLive, isOurs, type Node, takesChecksum } from './node.ts';
import type { Room } from './pile.ts';
import { BroadcastQueue, type QueueClass } from './queue.ts';
import type { Roster } from './roster.ts';

/** Bytes of a datagram that parts may fill, encrypted or not. Under a label the last of them may need a second datagram. */
const PACKET_ROOM = roomFor('');
/** Old peers count twice the number of parts in 8 bits. */
const MAX_PARTS = 127;
/** What is longer may not fit into a datagram once the longest label and the seal of a key are around it. */
const LONGEST_TOLD = 1_100;
/** News that comes in a burst is told on together. */
const FLUSH_SPACING = 20;
/** While we leave, rounds follow each other faster: the process is waiting to end. */
const HURRY_INTERVAL = 50;
const FOR_SERF: readonly QueueClass[] = ['membership', 'intent', 'query', 'event'];
const FOR_OURS: readonly QueueClass[] = ['membership', 'intent', 'query', 'event', 'own'];

/** Sends datagrams, with news from the queue in the room they leave, and spreads news by rounds of gossip. An empty queue costs nothing. */
export class Spreader {
  readonly queue = new BroadcastQueue();
  readonly #desk: Desk;
  readonly #roster: Roster;
  readonly #self: string;
  #round: Appointment | undefined;
  #flush: Appointment | undefined;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #interval: number;
  /** Told after each round. */
  afterRound: () => void = () => {};

  constructor(desk: Desk, roster: Roster, self: string) {
    this.#desk = desk;
    this.#roster = roster;
    this.#self = self;
    this.#interval = desk.profile.gossipInterval;
  }

  /** Puts news into the queue, in place of older news of that key, and tells the first members of it at once. */
  tell(name: QueueClass, key: string, message: PacketMessage): void {
    this.queue.put(name, key, message);
    // An eighth at once: to find out what may go, all of it is sorted, which a flood must not have done for each message.
    const limit = this.#depthLimit;
    const dropped = this.queue.depth(name) > limit ? this.queue.trim(Math.floor((limit * 7) / 8)) : 0;
    if (dropped > 0) this.#desk.count('queue_dropped', dropped);
    this.#scheduleFlush();
    this.#scheduleRound();
  }

  /** As `tell`, but not what would fill a datagram alone and so wait for ever: then false. */
  tellIfShort(name: QueueClass, key: string, message: PacketMessage): boolean {
    if (encodedSize(message) > LONGEST_TOLD) return false;
    this.tell(name, key, message);
    return true;
  }

  /** Sends a datagram to a member, filled up with news. */
  sendTo(node: Node, messages: readonly PacketMessage[]): void {
    this.sendToPlace(node, node, messages);
  }

  /**
   * Sends a datagram to a place; `node` is who is known to be there. Without one no news goes along: a stranger may have written down
   * somebody else's address, whom the pool would flood.
   */
  sendToPlace(to: Endpoint, node: Node | undefined, messages: readonly PacketMessage[]): void {
    const room: Room = { bytes: PACKET_ROOM, parts: MAX_PARTS - messages.length };
    for (const message of messages) room.bytes -= encodedSize(message) + 2;
    const news = node ? this.#take(room, node, node.name) : [];
    this.#send(to, node, [...messages, ...news]);
  }

  /** From now on every round follows quickly. */
  hurry(): void {
    this.#interval = Math.min(this.#interval, HURRY_INTERVAL);
  }

  get #depthLimit(): number {
    return 2 * this.#roster.size + 4_096;
  }

  #send(to: Endpoint, node: Node | undefined, messages: readonly PacketMessage[]): void {
    if (messages.length === 0) return;
    const checksum = node !== undefined && takesChecksum(node);
    const told = node && isOurs(node) ? messages : messages.map(withoutExtras);
    this.#desk.do({ type: 'send', to: { address: to.address, port: to.port }, messages: told, checksum });
  }

  #take(room: Room, node: Node | undefined, to: string): PacketMessage[] {
    if (this.queue.isEmpty) return [];
    const limit = retransmitLimit(this.#roster.size, this.#desk.profile.retransmitMult);
    const classes = node && isOurs(node) ? FOR_OURS : FOR_SERF;
    return this.queue.take(room, { classes, limit, to });
  }

  #scheduleFlush(): void {
    if (this.#flush) return;
    const { now, random, profile } = this.#desk;
    const wait = Math.max(random() * profile.flushDelay, this.#lastFlush + FLUSH_SPACING - now);
    this.#flush = this.#desk.later(wait, () => {
      this.#flush = undefined;
      this.#lastFlush = this.#desk.now;
      this.#gossip();
    });
  }

  #scheduleRound(): void {
    if (this.#round) return;
    this.#round = this.#desk.later(this.#interval, () => {
      this.#round = undefined;
      this.#gossip();
      if (!this.queue.isEmpty) this.#scheduleRound();
    });
  }

  #gossip(): void {
    const targets = this.#roster.nextToTell(this.#desk.profile.gossipNodes, (node) => this.#mayHear(node));
    // Nobody is there to be told; whoever comes is told everything by the push/pull of its join.
    if (targets.length === 0) this.queue.clear();
    for (const node of targets) {
      // Where there is only one to tell, it is told its own word too, so that the queue runs empty.
      const to = targets.length === 1 ? '' : node.name;
      this.#send(node, node, this.#take({ bytes: PACKET_ROOM, parts: MAX_PARTS }, node, to));
    }
    this.afterRound();
  }

  #mayHear(node: Node): boolean {
    if (node.name === this.#self) return false;
    const { now, profile } = this.#desk;
    return isLive(node) || (node.state === 'dead' && now - node.changedAt < profile.gossipToTheDead);
  }
}

/** The same message each time, so that its bytes are made once. */
const bare = new WeakMap<PacketMessage, PacketMessage>();

/** What others than ours get: an accusation without its reasons. */
function withoutExtras(message: PacketMessage): PacketMessage {
  if (message.kind !== 'suspect' || !message.opsbro) return message;
  const known = bare.get(message);
  if (known) return known;
  const { opsbro: _, ...rest } = message;
  bare.set(message, rest);
  return rest;
}
