import type { Desk } from '../../../src/gossip/core/desk.ts';
import type { Effect } from '../../../src/gossip/core/effect.ts';
import { pushPullScale } from '../../../src/gossip/core/formulas.ts';
import type { Node } from '../../../src/gossip/core/node.ts';
import type { Roster } from '../../../src/gossip/core/roster.ts';
import type { Self } from '../../../src/gossip/core/self.ts';
import type { Intents } from '../../../src/gossip/serf/intents.ts';
import type { Clocks } from '../../../src/gossip/serf/lamport.ts';
import type {
  Alive,
  Dead,
  NodeEntry,
  PushPull,
  SerfState,
  StreamMessage,
  Suspect,
} from '../../../src/gossip/wire/messages.ts';
import type { Endpoint } from '../../../src/net/address.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly clocks: Clocks;
  readonly intents: Intents;
  readonly tell: (message: Alive | Suspect | Dead) => void;
  readonly complain: (text: string) => void;
}

type Request = Pick<Extract<Effect, { type: 'request' }>, 'to' | 'message' | 'timeoutMs'>;

/** The real one tries a dead member so often. */
const RECONNECT_MS = 30_000;

/** The streams of a modelled Serf agent: joins, push/pulls, and the way back to the dead, over TCP only. */
export class SerfStreams {
  readonly #parts: Parts;
  readonly #open = new Map<number, (answer: StreamMessage | undefined) => void>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    const { desk, roster } = this.#parts;
    desk.every(
      () => desk.profile.pushPullInterval * pushPullScale(roster.size),
      () => this.#exchangeWithAnyone(),
    );
    desk.every(
      () => RECONNECT_MS,
      () => this.#reconnect(),
    );
  }

  join(to: Endpoint): void {
    this.#exchange(to, true);
  }

  /** Sends a request; `done` is told the answer, or of none. */
  request(request: Request, done: (answer: StreamMessage | undefined) => void): void {
    const { desk } = this.#parts;
    const id = desk.nextId();
    this.#open.set(id, done);
    const { address, port } = request.to;
    desk.do({ type: 'request', id, ...request, to: { address, port } });
  }

  done(id: number, answer: StreamMessage | undefined): void {
    const done = this.#open.get(id);
    this.#open.delete(id);
    done?.(answer);
  }

  asked(stream: number, message: StreamMessage): void {
    const { complain, desk, self } = this.#parts;
    if (message.kind === 'pushPull') {
      desk.do({ type: 'answer', stream, message: this.#everything(message.join) });
      this.#merge(message);
    } else if (message.kind === 'ping') {
      if (message.node !== '' && message.node !== self.name) complain(`got ping for unexpected node ${message.node}`);
      else desk.do({ type: 'answer', stream, message: { kind: 'ack', seqNo: message.seqNo, payload: null } });
    } else complain(`received invalid msgType ${message.kind} on a stream`);
  }

  #exchangeWithAnyone(): void {
    const { roster, self } = this.#parts;
    const [peer] = roster.sample(1, (node) => node.state === 'alive' && node.name !== self.name);
    if (peer) this.#exchange(peer, false);
  }

  #reconnect(): void {
    const { desk, roster } = this.#parts;
    const lost = [...roster.lost];
    if (lost.length === 0 || desk.random() >= lost.length / Math.max(1, roster.aliveCount)) return;
    const node = roster.get(lost[desk.pick(lost.length)] ?? '');
    if (node) this.#exchange(node, true);
  }

  #exchange(to: Endpoint, isJoin: boolean): void {
    const { desk, intents } = this.#parts;
    const request = { to, message: this.#everything(isJoin), timeoutMs: desk.profile.tcpTimeout };
    this.request(request, (answer) => {
      if (answer?.kind !== 'pushPull') return;
      this.#merge(answer);
      if (isJoin) intents.announceJoin();
    });
  }

  #everything(join: boolean): PushPull {
    const { clocks, roster } = this.#parts;
    const known = [...roster.nodes.values()];
    const serf: SerfState = {
      lTime: clocks.member.time,
      eventLTime: clocks.event.time,
      queryLTime: clocks.query.time,
      statusLTimes: new Map(known.map(({ name, statusLTime }) => [name, statusLTime])),
      leftMembers: known.filter(({ status }) => status === 'left').map(({ name }) => name),
      events: [],
    };
    return { kind: 'pushPull', join, nodes: known.filter(({ listed }) => listed).map(entryOf), serf };
  }

  #merge({ nodes, serf }: PushPull): void {
    for (const node of nodes) this.#mergeNode(node);
    if (!serf) return;
    const { clocks, intents } = this.#parts;
    clocks.member.witness(serf.lTime - 1);
    clocks.event.witness(serf.eventLTime - 1);
    clocks.query.witness(serf.queryLTime - 1);
    const gone = new Set(serf.leftMembers);
    for (const [node, time] of serf.statusLTimes) {
      if (gone.has(node)) intents.infer({ kind: 'leaveIntent', lTime: time + 1, node, prune: false });
      else intents.infer({ kind: 'joinIntent', lTime: time, node });
    }
  }

  #mergeNode({ name: node, state, ...entry }: NodeEntry): void {
    const { self, tell } = this.#parts;
    const { incarnation } = entry;
    if (state === 'alive') tell({ kind: 'alive', node, ...entry });
    else if (state === 'left') tell({ kind: 'dead', node, incarnation, from: node });
    else tell({ kind: 'suspect', node, incarnation, from: self.name });
  }
}

const entryOf = ({ name, incarnation, address, port, meta, state, versions }: Node): NodeEntry => ({
  name,
  incarnation,
  address,
  port,
  meta,
  state,
  versions,
});
