import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type {
  KvChange,
  KvDeleted,
  KvEntry,
  KvGetOptions,
  KvPage,
  KvPutOptions,
  KvRestored,
  KvRestoring,
  KvSelection,
  KvStats,
  KvStore,
  KvWhere,
  KvWritten,
} from '../model/kv.ts';
import type { Outcome, Wish } from './cluster/messages.ts';
import type { RingNode } from './cluster/ring-node.ts';
import { keyPosition } from './cluster/view.ts';
import type { LevelStore } from './level-store.ts';
import { entryOf } from './pages.ts';
import type { RingChanges } from './ring-changes.ts';
import { restoreOnRing } from './ring-restore.ts';
import { versionText } from './version.ts';

const MAX_PAGE = 10_000;

/** What the store of a node on a ring is made of. */
interface RingParts {
  readonly store: LevelStore;
  readonly members: Disposable;
  readonly clock: Clock;
  /** Tells other nodes of the changes of this one. */
  readonly service: Disposable;
  readonly changes: RingChanges;
  /** Told when the store is well again, so that it goes back to its ring. */
  onReopened(): void;
}

/** The store of this node as a part of the ring: keys are kept by the nodes that they belong to, whichever node is asked. */
export class RingStore implements KvStore {
  readonly #node: RingNode;
  readonly #store: LevelStore;
  readonly #followers: readonly Disposable[];
  readonly #changes: RingChanges;
  readonly #clock: Clock;
  readonly #onReopened: () => void;

  /** `members` tells the node who is there, as long as the store is open. */
  constructor(node: RingNode, { store, members, clock, service, changes, onReopened }: RingParts) {
    this.#onReopened = onReopened;
    this.#node = node;
    this.#store = store;
    this.#followers = [members, service, changes];
    this.#changes = changes;
    this.#clock = clock;
  }

  async get(key: string, { copies = 'majority' }: KvGetOptions = {}): Promise<KvEntry | undefined> {
    const { entry, acked, total } = await this.#run({ op: 'get', key, copies });
    if (entry === undefined) return undefined;
    const { value, version, created, modified, expires } = entry;
    // Written out, here and below: V8 is slow to add to a copy of another object.
    return { key, value, version, created, modified, expires, replicas: { acked, total } };
  }

  async put(key: string, value: Uint8Array, { copies = 'majority', ttl, cas }: KvPutOptions = {}): Promise<KvWritten> {
    const { written, acked, total } = await this.#run({ op: 'put', key, value, options: { ttl, cas }, copies });
    const { version, created, modified, expires } = written;
    return { key, version, created, modified, expires, replicas: { acked, total } };
  }

  async delete(key: string, { copies = 'majority', cas }: Omit<KvPutOptions, 'ttl'> = {}): Promise<KvDeleted> {
    const { deleted } = await this.#run({ op: 'delete', key, copies, ...(cas !== undefined && { cas }) });
    return deleted;
  }

  async keys(selection: KvSelection = {}): Promise<KvPage<string>> {
    if (selection.scope !== 'ring') return await this.#store.keys(selection);
    const { records, ...page } = await this.#list(selection, 'without');
    return { items: records.map(({ key }) => key), ...page };
  }

  async entries(selection: KvSelection = {}): Promise<KvPage<KvEntry>> {
    if (selection.scope !== 'ring') return await this.#store.entries(selection);
    const { records, ...page } = await this.#list(selection, 'with');
    return { items: records.map(({ key, record }) => entryOf(key, record)), ...page };
  }

  async changes(index: number, limit: number): Promise<readonly KvChange[]> {
    return await this.#changes.changes(index, limit);
  }

  async attend(prefix: string): Promise<Disposable> {
    return await this.#changes.attend(prefix);
  }

  async restore(entry: KvEntry, over: KvRestoring): Promise<KvRestored> {
    return await restoreOnRing(entry, over, {
      get: (key) => this.get(key),
      keep: async (key, record) => (await this.#run({ op: 'restore', key, record, copies: 'majority' })).came,
      now: () => this.#clock.wall(),
    });
  }

  async history(key: string, limit: number): Promise<readonly KvChange[]> {
    return await this.#store.history(key, limit);
  }

  async where(key: string): Promise<KvWhere> {
    const copies = await this.#node.copiesOf(key);
    const replicas = copies.map(({ node, trust, version }) => ({
      ...{ node, trust },
      version: version === undefined ? null : versionText(version),
    }));
    return { key, position: keyPosition(key), replicas };
  }

  sync(nodes?: readonly string[]): void {
    this.#node.syncSoon(nodes);
  }

  async reopen(): Promise<void> {
    await this.#store.reopen();
    this.#onReopened();
  }

  stats(): KvStats {
    const { phase, view, members, ready, isSettled, isClockSound, unseen, owed, counts } = this.#node.standing;
    const ring = { phase, view, members, isReady: ready === view, isSettled, isClockSound, unseen, owed, counts };
    const { index, name } = this.#changes;
    return { ...this.#store.stats(), ring, index, indexLog: name };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#followers) each[Symbol.dispose]();
    this.#node[Symbol.dispose]();
    await this.#store[Symbol.asyncDispose]();
  }

  #list({ prefix = '', limit = MAX_PAGE, after, include = 'public' }: KvSelection, values: 'with' | 'without') {
    return this.#node.list({ prefix, include, limit: Math.min(limit, MAX_PAGE), values }, after);
  }

  async #run<Op extends Wish['op']>(wish: Extract<Wish, { op: Op }>): Promise<Extract<Outcome, { op: Op }>> {
    const outcome = await this.#node.run(wish);
    if (outcome.op === wish.op) return outcome as Extract<Outcome, { op: Op }>;
    throw new OpsbroError('peer_failed', `a node of the ring answered ${wish.op} with ${outcome.op}`);
  }
}
