import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import type { AgentEvent } from '../model/event.ts';
import type { NodeChange, NodeHistory } from '../model/history.ts';
import type { Member, NodeState } from '../model/member.ts';
import type { HistoryLimits } from './change-log.ts';

/** Changes that are kept however large the history may be: all of them are read when somebody asks. */
const MAX_CHANGES = 10_000;
/** What a change takes on disk, with the longest names and reason. */
const CHANGE_BYTES = 1_024;
const MAX_NODES = 50_000;
const MAX_REASON = 300;
/** Changes that the disk may not have yet. */
const MAX_FRESH = 256;

/** After these a node is as it is for a reason that is worth a sentence. */
const STATE_EVENTS = ['member-join', 'member-suspect', 'member-alive', 'member-failed', 'member-leave'] as const;

/** How much the configuration says to keep. */
export const historyLimits = (config: AgentConfig): HistoryLimits => ({
  keepMs: config.history_keep,
  maxBytes: config.history_max_size,
});

interface Options extends HistoryLimits {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly shelf: Shelf;
  /** Why a member is as it is, in one sentence. */
  reasonOf(name: string): string;
}

/** What is new in a change; the rest is as the member is. */
type News = Pick<NodeChange, 'type'> & Partial<Pick<NodeChange, 'oldState' | 'old' | 'now' | 'reason'>>;

/** What was on the shelf. */
interface Kept {
  readonly changes: readonly NodeChange[];
  readonly states: Map<string, NodeState>;
}

/**
 * Keeps what happens to the nodes of the pool, the last 10,000 changes at most. Nearly all of it is on disk only: it is read when somebody
 * asks. The last state of each node is remembered over restarts, so that an agent that starts does not take everybody for new.
 */
export class KeptNodeHistory implements NodeHistory, Disposable {
  readonly #options: Options;
  readonly #states: Map<string, NodeState>;
  readonly #fresh: NodeChange[] = [];
  readonly #listeners: Disposable[] = [];
  #number: number;
  #limits: HistoryLimits;

  private constructor(options: Options, { changes, states }: Kept) {
    this.#options = options;
    this.#limits = options;
    this.#states = states;
    this.#number = 1 + (changes.at(-1)?.number ?? 0);
    this.#listen();
  }

  /** Goes on with what the shelf holds; what is too old is dropped from it. */
  static async open(options: Options): Promise<KeptNodeHistory> {
    const kept = read(await options.shelf.load());
    const history = new KeptNodeHistory(options, kept);
    history.#drop(kept.changes);
    return history;
  }

  /** From now on so much is kept; what is too much goes at once. */
  async limit(limits: HistoryLimits): Promise<void> {
    this.#limits = limits;
    this.#drop(read(await this.#options.shelf.load()).changes);
  }

  async changes(): Promise<readonly NodeChange[]> {
    const { changes } = read(await this.#options.shelf.load());
    const byNumber = new Map([...changes, ...this.#fresh].map((change) => [change.number, change]));
    return [...byNumber.values()].filter((change) => this.#isKept(change)).sort((a, b) => a.number - b.number);
  }

  [Symbol.dispose](): void {
    for (const listener of this.#listeners) listener[Symbol.dispose]();
  }

  get #most(): number {
    return Math.min(MAX_CHANGES, Math.max(1, Math.floor(this.#limits.maxBytes / CHANGE_BYTES)));
  }

  #isKept({ number, at }: Pick<NodeChange, 'number' | 'at'>): boolean {
    return at >= this.#options.clock.wall() - this.#limits.keepMs && number >= this.#number - this.#most;
  }

  #drop(changes: readonly NodeChange[]): void {
    for (const change of changes) if (!this.#isKept(change)) this.#options.shelf.delete(slotOf(change.number));
  }

  #listen(): void {
    const { bus } = this.#options;
    for (const type of STATE_EVENTS) {
      this.#listeners.push(bus.on(type, ({ member, before }) => this.#onState(member, before)));
    }
    this.#listeners.push(
      bus.on('member-update', ({ member, before }) => this.#onPlace(member, before)),
      bus.on('record-change', ({ part, member, before }) => part === 'base' && this.#onRecord(member, before)),
      bus.on('member-reap', ({ member }) => this.#onReap(member)),
    );
  }

  #onState(member: Member, before: Member | undefined): void {
    this.#onPlace(member, before);
    const known = this.#states.get(member.id);
    if (known === member.state) return;
    if (known === undefined && this.#states.size >= MAX_NODES) return;
    this.#states.set(member.id, member.state);
    this.#options.shelf.put(stateKey(member.id), member.state);
    const reason = this.#reasonOf(member.name);
    if (known === undefined) this.#add(member, { type: 'new', reason });
    else this.#add(member, { type: 'node-state-change', oldState: known, reason });
  }

  #onPlace(member: Member, before: Member | undefined): void {
    if (before === undefined) return;
    const [old, now] = [placeOf(before), placeOf(member)];
    if (old !== now) this.#add(member, { type: 'address-change', old, now });
    if (before.zone !== member.zone) this.#add(member, { type: 'zone-change', old: before.zone, now: member.zone });
  }

  #onRecord(member: Member, before: Member | undefined): void {
    this.#onPlace(member, before);
    // Of a node whose record was not known yet everything would be new.
    if (before === undefined || before.version === '') return;
    for (const now of member.groups) if (!before.groups.includes(now)) this.#add(member, { type: 'group-add', now });
    for (const old of before.groups) if (!member.groups.includes(old)) this.#add(member, { type: 'group-remove', old });
  }

  #onReap(member: Member): void {
    if (!this.#states.delete(member.id)) return;
    this.#options.shelf.delete(stateKey(member.id));
    this.#add(member, { type: 'reaped' });
  }

  #add({ id, name, displayName, state, incarnation }: Member, news: News): void {
    const { clock, shelf } = this.#options;
    const change: NodeChange = {
      number: this.#number,
      at: clock.wall(),
      ...{ id, name, displayName, state, incarnation, reason: '' },
      ...(news.type !== 'new' && { oldState: state }),
      ...news,
    };
    this.#number += 1;
    shelf.put(slotOf(change.number), change);
    // Of the most that there may ever be, a new change takes the place of the oldest by itself.
    if (this.#most < MAX_CHANGES) shelf.delete(slotOf(change.number + MAX_CHANGES - this.#most));
    this.#fresh.push(change);
    if (this.#fresh.length > MAX_FRESH) this.#fresh.shift();
  }

  #reasonOf(name: string): string {
    try {
      return this.#options.reasonOf(name).slice(0, MAX_REASON);
    } catch {
      return ''; // it is about to be forgotten: what happened counts more than why
    }
  }
}

const placeOf = ({ address, port }: Member): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** A new change takes the place of the one that is too many. */
const slotOf = (number: number): string => `change:${number % MAX_CHANGES}`;
const stateKey = (id: string): string => `node:${id}`;

function read(entries: ReadonlyMap<string, unknown>): Kept {
  const changes: NodeChange[] = [];
  const states = new Map<string, NodeState>();
  for (const [key, value] of entries) {
    if (key.startsWith('node:')) states.set(key.slice('node:'.length), value as NodeState);
    else if (isChange(value)) changes.push(value);
  }
  return { changes: changes.sort((a, b) => a.number - b.number), states };
}

/** What another version kept may lack what this one needs to put it in order. */
const isChange = (value: unknown): value is NodeChange =>
  typeof value === 'object' &&
  value !== null &&
  'number' in value &&
  Number.isSafeInteger(value.number) &&
  'at' in value &&
  typeof value.at === 'number';
