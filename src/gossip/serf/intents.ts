import type { Desk } from '../core/desk.ts';
import type { Node, Status } from '../core/node.ts';
import type { Roster } from '../core/roster.ts';
import type { Spreader } from '../core/spreader.ts';
import type { JoinIntent, LeaveIntent } from '../wire/messages.ts';
import type { Clocks } from './lamport.ts';

interface Buffered {
  readonly kind: 'joinIntent' | 'leaveIntent';
  readonly lTime: number;
  readonly until: number;
}

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly spreader: Spreader;
  readonly clocks: Clocks;
  readonly selfName: string;
  /** Whether we are about to leave ourselves. */
  readonly isLeaving: () => boolean;
  /** Told of each member that is forgotten because someone asked for it. */
  readonly forgotten: (node: Node) => void;
}

/** An intent about someone unknown is kept for so long. */
const KEEP_MS = 300_000;
const MAX_KEPT = 4_096;
/** A leave takes so long at most: its announcement, and the time to spread (the delays of Serf). */
const LEAVE_MS = 6_000;

/**
 * What members say they are about to do: join or leave. A leave that was announced turns a later death into a goodbye. Intents are
 * ordered by Lamport time; one that is not newer than the newest about that member is old news.
 */
export class Intents {
  readonly #parts: Parts;
  /** The newest intent about each member that is not known yet. */
  readonly #early = new Map<string, Buffered>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** An intent from the network; news is told on. */
  hear(message: JoinIntent | LeaveIntent): void {
    if (this.#accept(message)) this.#parts.spreader.tell('intent', message.node, message);
  }

  /** An intent that a push/pull implies; never told on. */
  infer(message: JoinIntent | LeaveIntent): void {
    this.#accept(message);
  }

  /** Tells the pool that we are here, in answer to whoever says otherwise. */
  announceJoin(): void {
    const { clocks, roster, selfName, spreader } = this.#parts;
    const lTime = clocks.member.next();
    const self = roster.get(selfName);
    if (self) roster.set({ ...self, statusLTime: lTime });
    spreader.tell('intent', selfName, { kind: 'joinIntent', lTime, node: selfName });
  }

  /** Tells the pool that a member is leaving: ourselves, or someone dead who will not come back. */
  announceLeave(name: string): void {
    const { clocks, spreader } = this.#parts;
    const message: LeaveIntent = { kind: 'leaveIntent', lTime: clocks.member.next(), node: name, prune: false };
    const node = this.#parts.roster.get(name);
    if (node) this.#leave(node, message.lTime);
    spreader.tell('intent', name, message);
  }

  /** The status that a member has when it comes: `leaving` if it said so not long before we knew it. */
  statusOfArrival(name: string): Status {
    return this.#earlyOf(name)?.kind === 'leaveIntent' ? 'leaving' : 'alive';
  }

  /** The time of the newest intent about a member that comes; it is no longer kept here. */
  timeOfArrival(name: string): number {
    const lTime = this.#earlyOf(name)?.lTime ?? 0;
    this.#early.delete(name);
    return lTime;
  }

  #earlyOf(name: string): Buffered | undefined {
    const early = this.#early.get(name);
    return early && early.until > this.#parts.desk.now ? early : undefined;
  }

  /** True when it was news. */
  #accept(message: JoinIntent | LeaveIntent): boolean {
    const { clocks, desk, roster, selfName, isLeaving } = this.#parts;
    if (!clocks.member.witness(message.lTime)) {
      desk.count('dropped_lamport');
      return false;
    }
    const node = roster.get(message.node);
    if (!node) return this.#keep(message);
    if (message.lTime <= node.statusLTime) return false;
    // Only what changes something is worth remembering; a join is told of everybody.
    if (message.kind === 'leaveIntent') desk.observe(node, 'leave-intent', node.name, { lTime: message.lTime });
    else if (node.status === 'leaving') desk.observe(node, 'join-intent', node.name, { lTime: message.lTime });
    if (message.kind === 'joinIntent') {
      roster.set({ ...node, statusLTime: message.lTime, status: node.status === 'leaving' ? 'alive' : node.status });
      if (node.status === 'leaving') desk.do({ type: 'member', change: 'member-update', node: this.#fresh(node) });
      return true;
    }
    if (node.name === selfName && !isLeaving()) {
      this.announceJoin();
      return false;
    }
    this.#leave(node, message.lTime);
    if (message.prune) this.#pruneSoon(node.name);
    return true;
  }

  /** The time is raised in every case: else an intent would go round for ever. */
  #leave(node: Node, lTime: number): void {
    const { desk, roster } = this.#parts;
    const status = LEFT_BY_INTENT[node.status];
    roster.set({ ...node, statusLTime: lTime, status });
    if (status === node.status) return;
    desk.do({ type: 'member', change: status === 'left' ? 'member-leave' : 'member-update', node: this.#fresh(node) });
  }

  /** Who is still on its way out is given the time to go. */
  #pruneSoon(name: string): void {
    if (this.#parts.roster.get(name)?.status === 'leaving') this.#parts.desk.later(LEAVE_MS, () => this.#prune(name));
    else this.#prune(name);
  }

  #prune(name: string): void {
    const { desk, forgotten, roster } = this.#parts;
    const node = roster.get(name);
    if (node?.status !== 'left') return;
    roster.delete(name);
    desk.do({ type: 'member', change: 'member-reap', node });
    forgotten(node);
  }

  #fresh(node: Node): Node {
    return this.#parts.roster.get(node.name) ?? node;
  }

  #keep({ kind, node, lTime }: JoinIntent | LeaveIntent): boolean {
    const { now } = this.#parts.desk;
    const known = this.#earlyOf(node);
    if (known && known.lTime >= lTime) return false;
    this.#early.delete(node);
    if (this.#early.size >= MAX_KEPT) this.#forgetOldest();
    this.#early.set(node, { kind, lTime, until: now + KEEP_MS });
    return true;
  }

  #forgetOldest(): void {
    const [oldest] = this.#early.keys();
    if (oldest !== undefined) this.#early.delete(oldest);
  }
}

const LEFT_BY_INTENT: Readonly<Record<Status, Status>> = {
  alive: 'leaving',
  leaving: 'leaving',
  failed: 'left',
  left: 'left',
};
