import type { Effect } from '../../../src/gossip/core/effect.ts';
import { retransmitLimit } from '../../../src/gossip/core/formulas.ts';
import type { Node } from '../../../src/gossip/core/node.ts';
import type { Profile } from '../../../src/gossip/core/profile.ts';
import type { PacketMessage } from '../../../src/gossip/wire/messages.ts';
import { encodedSize } from '../../../src/gossip/wire/size.ts';
import type { Host } from './host.ts';

const DATAGRAM_BUDGET = 1_400;
const MAX_PARTS = 127;
const HEADS = 7;
const NEWS: ReadonlySet<string> = new Set(['alive', 'suspect', 'dead', 'joinIntent', 'leaveIntent']);

interface Surroundings {
  readonly profile: Profile;
  /** Most members that were ever there. */
  readonly size: () => number;
  /** The highest incarnation that a member of this name ever used; undefined where anybody may have invented it. */
  readonly incarnationOf: (name: string) => number | undefined;
}

/** What must hold in every run, whatever happens to the members; what does not is thrown. */
export class Invariants {
  readonly #around: Surroundings;
  /** How often each host told a piece of news since it last changed its mind of that member. */
  readonly #told = new WeakMap<Host, Map<string, WeakMap<PacketMessage, number>>>();
  readonly #seen = new WeakMap<Host, Map<string, Node>>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Looks at a datagram that is sent to someone, if anyone is there. */
  checkPacket(from: Host, to: Host | undefined, { messages }: Extract<Effect, { type: 'send' }>): void {
    if (messages.length > MAX_PARTS) fail(`${from.key} sends ${messages.length} parts in one datagram`);
    const size = messages.reduce((sum, message) => sum + encodedSize(message) + 2, HEADS);
    if (messages.length > 1 && size > DATAGRAM_BUDGET) fail(`${from.key} sends a datagram of ${size} bytes`);
    for (const message of messages) this.#checkMessage(from, to, message);
    if (!isFarewell(from, messages)) for (const message of messages) this.#countTold(from, message);
  }

  /** Looks at a change that a host made in what it knows of a member. */
  checkChange(by: Host, node: Node): void {
    // What was told on as one more voice against a former life may come again, and is news then.
    this.#told.get(by)?.delete(node.name);
    const highest = this.#around.incarnationOf(node.name);
    if (highest !== undefined && node.incarnation > highest) {
      fail(`${by.key} holds incarnation ${node.incarnation} of ${node.name}, which never had one above ${highest}`);
    }
    if (node.versions.length !== 6) fail(`${by.key} keeps ${node.versions.length} versions of ${node.name}`);
    const seen = this.#seen.get(by) ?? new Map<string, Node>();
    this.#seen.set(by, seen);
    const before = seen.get(node.name);
    seen.set(node.name, node);
    if (!before || node.incarnation >= before.incarnation || mayStartAgain(before)) return;
    fail(`${by.key} went from incarnation ${before.incarnation} of ${node.name} back to ${node.incarnation}`);
  }

  /** Looks at a host as a whole. */
  checkHost(host: Host, isLeaving: boolean): void {
    const { machine } = host;
    if (!isLeaving && machine.self.state !== 'alive') fail(`${host.key} holds itself for ${machine.self.state}`);
    const faults = machine.counts.get('internal_error') ?? 0;
    if (faults > 0) fail(`${host.key} met ${faults} internal errors`);
    for (const [name, depth] of machine.queueDepths) {
      if (depth > 2 * machine.nodes.size + 4_096) fail(`${host.key} has ${depth} messages in the queue ${name}`);
    }
  }

  #checkMessage(from: Host, to: Host | undefined, message: PacketMessage): void {
    if (message.kind === 'own' && to?.machine.self.tags.has('ob') === false) {
      fail(`${from.key} sends an own message to ${to.key}, which is none of ours`);
    }
    if (message.kind === 'alive' && message.versions.length !== 6) fail(`${from.key} sends short versions`);
  }

  #countTold(from: Host, message: PacketMessage): void {
    if (!('node' in message) || !NEWS.has(message.kind)) return;
    const { node: name } = message;
    const byName = this.#told.get(from) ?? new Map<string, WeakMap<PacketMessage, number>>();
    this.#told.set(from, byName);
    const told = byName.get(name) ?? new WeakMap<PacketMessage, number>();
    byName.set(name, told);
    const times = (told.get(message) ?? 0) + 1;
    told.set(message, times);
    const limit = retransmitLimit(this.#around.size(), this.#around.profile.retransmitMult);
    if (times > limit) fail(`${from.key} tells ${message.kind} for the ${times}th time, limit ${limit}`);
  }
}

/** One that moved says to each place that it left the old one; that is not gossip. */
const isFarewell = ({ machine }: Host, messages: readonly PacketMessage[]): boolean =>
  machine.self.state === 'alive' &&
  messages.some((message) => message.kind === 'dead' && message.node === machine.self.name);

/** A rebuilt member, or one that moved, counts from 1 again; that is believed of the dead only. */
const mayStartAgain = (before: Node): boolean => before.state === 'dead' || before.state === 'left' || !before.listed;

function fail(text: string): never {
  throw new Error(`invariant broken: ${text}`);
}
