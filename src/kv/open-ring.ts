import { OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { atTurnEnd } from '../base/turn.ts';
import type { KvChange } from '../model/kv.ts';
import type { Candidate, EngineContext, KvCluster } from '../plugins/kinds.ts';
import { decodeEnvelope, decodeReply, encodeEnvelope, encodeReply } from './cluster/codec.ts';
import { levelRecords } from './cluster/level-records.ts';
import { LogService } from './cluster/log-service.ts';
import type { Envelope, Reply } from './cluster/messages.ts';
import type { Ports, Tuning } from './cluster/ports.ts';
import { noteNews } from './cluster/ring-log.ts';
import { RingNode } from './cluster/ring-node.ts';
import { Roster } from './cluster/roster.ts';
import { type LevelOptions, openLevelStore } from './level-store.ts';
import { RingChanges } from './ring-changes.ts';
import { RingStore } from './ring-store.ts';

/** What the owner of a store on a ring decides about it. */
export interface RingOptions extends LevelOptions {
  readonly tuning: Tuning;
  /** A dead node stays on the ring for so long. */
  readonly rebalanceMs: number;
  /** A node that leaves waits for so long until others keep what it kept. */
  readonly leaveMs: number;
}

type Context = EngineContext & { readonly cluster: KvCluster };

/** Opens the store of this node as a part of the ring that its cluster tells of. */
export async function openRingStore(context: Context, options: RingOptions): Promise<RingStore> {
  const { clock, log, nodeId, cluster } = context;
  const { tuning, rebalanceMs, leaveMs } = options;
  const listeners: ((change: KvChange) => void)[] = [];
  const onChange = (change: KvChange) => {
    for (const hear of listeners) hear(change);
  };
  const store = await openLevelStore({ ...context, onChange }, options);
  // Until it is known who is there, nobody knows what time it is.
  store.expireWhile(() => false);
  const { records, standing } = await levelRecords(store);
  const service = new LogService(store, clock);
  const ports: Ports = {
    ...{ self: nodeId, clock, records, random: cluster.random, atTurnEnd },
    follow: (question) => service.answer(question),
    tell(news) {
      noteNews(log, news, tuning.graceMs);
      cluster.changed();
      if (news.type === 'view') changes.look();
    },
    call: (to, envelope, timeoutMs) => call(cluster, { to, envelope, timeoutMs }),
  };
  const node = new RingNode(ports, tuning, standing);
  const changes = new RingChanges({
    ...{ self: nodeId, clock, random: cluster.random, own: store },
    members: () => node.standing.members,
    ask: (to, question, timeoutMs) => node.ask(to, question, timeoutMs),
    tell: (change) => context.onChange(change),
  });
  listeners.push(
    (change) => service.hear(change),
    (change) => changes.hear(change),
  );
  const members = new Following(node, new Roster(clock, rebalanceMs), clock);
  cluster.join({
    async answer(from, question) {
      const envelope = decodeEnvelope(question);
      return envelope && (await answered(node, from, envelope, log));
    },
    setCandidates: (candidates) => members.follow(candidates),
    standing: () => ({ store: store.stats().state, ready: node.standing.ready }),
    leaving: { waitMs: leaveMs, isHandedOver: () => node.isHandedOver },
  });
  return new RingStore(node, { store, members, clock, service, changes, onReopened: () => cluster.changed() });
}

/** What the node is told when membership changes, and when a dead node has been dead for long enough. */
class Following implements Disposable {
  readonly #node: RingNode;
  readonly #roster: Roster;
  readonly #clock: Context['clock'];
  #told = '';
  #again: Disposable | undefined;

  constructor(node: RingNode, roster: Roster, clock: Context['clock']) {
    this.#node = node;
    this.#roster = roster;
    this.#clock = clock;
  }

  follow(candidates: readonly Candidate[]): void {
    this.#again?.[Symbol.dispose]();
    const { members, againMs } = this.#roster.look(candidates);
    if (againMs !== undefined) this.#again = this.#clock.after(againMs, () => this.follow(candidates));
    const told = JSON.stringify(members);
    if (told === this.#told) return;
    this.#told = told;
    this.#node.setMembers(members);
  }

  [Symbol.dispose](): void {
    this.#again?.[Symbol.dispose]();
  }
}

interface Errand {
  readonly to: string;
  readonly envelope: Envelope;
  readonly timeoutMs: number;
}

async function call(cluster: KvCluster, { to, envelope, timeoutMs }: Errand): Promise<Reply> {
  const reply = decodeReply(await cluster.ask(to, encodeEnvelope(envelope), timeoutMs));
  if (reply === undefined) throw new OpsbroError('peer_failed', `node ${to} answered what makes no sense`);
  return reply;
}

/** What fails here is told here; the other side hears nothing and goes on without. */
async function answered(node: RingNode, from: string, envelope: Envelope, log: Logger): Promise<Uint8Array> {
  try {
    return encodeReply(await node.receive(from, envelope));
  } catch (error) {
    log.warn({ err: error, from, question: envelope.question.type }, 'kv: a question of another node failed');
    throw error;
  }
}
