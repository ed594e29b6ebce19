import { messageOf, OpsbroError } from '../base/errors.ts';
import { writeAll } from '../base/write-all.ts';
import type {
  KvChange,
  KvDeleted,
  KvEntry,
  KvPage,
  KvPutOptions,
  KvReplicas,
  KvRestored,
  KvRestoring,
  KvSelection,
  KvStats,
  KvStore,
  KvWritten,
} from '../model/kv.ts';
import type { EngineContext } from '../plugins/kinds.ts';
import { GroupCommit } from './group-commit.ts';
import type { Stamp } from './hlc.ts';
import { type Ask, type Interlude, type Job, jobOf, keysOf, settle } from './jobs.ts';
import { metaPlace } from './layout.ts';
import { encodeMark, Ledger, type Move, type Operation, type Outcome, type Totals } from './ledger.ts';
import { type Database, openDatabase, proveRoom, proveWritable } from './level-database.ts';
import { LoggedChanges } from './logged-changes.ts';
import { Lookup } from './lookup.ts';
import { entryOf, type Form, readPage } from './pages.ts';
import { decodeRecord, isLive } from './record.ts';
import type { Read } from './record-cache.ts';
import { restoring } from './restoring.ts';
import { damaged, deleting, expiring, type Held, purging, putting, type Rule, settingAside } from './rules.ts';
import { StoreHealth } from './store-health.ts';
import { Sweeper } from './sweeper.ts';
import { readStanding } from './totals.ts';
import { nodeTag } from './version.ts';

/** Nobody else is asked. */
const ALONE: KvReplicas = { acked: 1, total: 1 };
const MUST_RESTART =
  'it had to be repaired and may lack records; restart the agent, so that it gets them from the others';
const BATCH = { items: 256, bytes: 1_048_576 };

/** What the owner of a store decides about it. */
export interface LevelOptions {
  readonly maxBytes: number;
  readonly minFree: number;
  readonly graceMs: number;
  readonly sync: boolean;
}

/** Opens a store of records in a level database. */
export async function openLevelStore(context: EngineContext, options: LevelOptions): Promise<LevelStore> {
  const { path, clock, log } = context;
  if (!options.sync) log.warn({ path }, 'kv: sync is off; a power cut loses writes that were acknowledged');
  const { database, repaired } = await openDatabase({ path, now: clock.wall(), log });
  const standing = await readStanding(database, repaired);
  if (repaired) log.warn({ path, records: standing.totals.records }, 'kv: the store was repaired');
  return new LevelStore(context, options, database, { ...standing, repaired });
}

/** The records of a node in a level database, all writes of a moment in one synced batch. */
export class LevelStore implements KvStore {
  /** Whether something may be missing, as the database had to be repaired or begun anew. */
  readonly repaired: boolean;
  readonly #context: EngineContext;
  readonly #options: LevelOptions;
  readonly #tag: Uint8Array;
  readonly #commits: GroupCommit<Job | Interlude>;
  readonly #sweeper: Sweeper;
  readonly #health: StoreHealth;
  readonly #lookup = new Lookup({ read: (task) => this.look(task), quarantined: () => this.#quarantined });
  readonly #changes = new LoggedChanges({
    read: (task) => this.look(task),
    write: (task) => this.between((database) => this.#health.guard(() => task(database))),
  });
  #database: Database;
  #totals: Totals;
  #quarantined: number;
  #phase: 'open' | 'closing' = 'open';
  #onReopened: () => void = () => {};
  #onMoves: (moves: readonly Move[]) => void = () => {};
  #hasLost = false;
  #mayExpire: () => boolean = () => true;

  constructor(
    context: EngineContext,
    options: LevelOptions,
    database: Database,
    standing: { readonly totals: Totals; readonly quarantined: number; readonly repaired: boolean },
  ) {
    this.repaired = standing.repaired;
    this.#context = context;
    this.#options = options;
    this.#database = database;
    this.#totals = standing.totals;
    this.#quarantined = standing.quarantined;
    this.#tag = nodeTag(context.nodeId);
    this.#commits = new GroupCommit((items) => this.#commit(items), BATCH);
    this.#health = new StoreHealth(context, options.minFree, () => this.#reopen());
    this.#sweeper = new Sweeper(context, {
      graceMs: options.graceMs,
      database: () => this.#database,
      isAllowed: () => this.#mayExpire(),
      expire: (key, at) => this.ask(key, expiring(key, at)),
      purge: (key, at) => this.ask(key, purging(key, at)),
    });
    this.#sweeper.start();
  }

  async get(key: string): Promise<KvEntry | undefined> {
    const held = await this.held(key);
    if (held === 'damaged') throw damaged(key);
    return isLive(held, this.#context.clock.wall()) ? { ...entryOf(key, held), replicas: ALONE } : undefined;
  }

  async put(key: string, value: Uint8Array, options: KvPutOptions = {}): Promise<KvWritten> {
    checkCopies(options);
    return { ...(await this.ask(key, putting(key, value, options), roomFor(key, value))), replicas: ALONE };
  }

  async delete(key: string, { cas, copies }: Pick<KvPutOptions, 'cas' | 'copies'> = {}): Promise<KvDeleted> {
    checkCopies({ copies });
    return await this.ask(key, deleting(key, cas));
  }

  async keys(selection: KvSelection = {}): Promise<KvPage<string>> {
    return await this.#page(selection, { pick: (key) => key, weigh: () => 0 });
  }

  async entries(selection: KvSelection = {}): Promise<KvPage<KvEntry>> {
    return await this.#page(selection, { pick: entryOf, weigh: ({ value }) => value.length });
  }

  async restore(entry: KvEntry, over: KvRestoring): Promise<KvRestored> {
    return await this.ask(entry.key, restoring(entry, over), roomFor(entry.key, entry.value));
  }

  async changes(index: number, limit: number): Promise<readonly KvChange[]> {
    return await this.#changes.behind(index, limit);
  }

  /** Number of the last change. */
  get index(): number {
    return this.#totals.index;
  }

  async history(key: string, limit: number): Promise<readonly KvChange[]> {
    return await this.#changes.history(key, limit, this.#totals.index);
  }

  stats(): KvStats {
    const { records, bytes, index } = this.#totals;
    return { engine: 'level', ...this.#health.report(), records, bytes, quarantined: this.#quarantined, index };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#phase = 'closing';
    this.#sweeper[Symbol.dispose]();
    this.#health[Symbol.dispose]();
    await this.#commits.idle();
    await this.#database.close();
  }

  /** Asks a rule, alone with the key; resolves when what it decided is on the disk, rejects with what it threw. */
  ask<Answer>(key: string, rule: Rule<Answer>, bytes = 0): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      this.#add(jobOf([{ key, rule, bytes }], ([outcome]) => settle(outcome, resolve, reject), reject));
    });
  }

  /** As `ask`, for several rules at once: says how each of them ended. */
  askAll<Answer>(asks: readonly Ask<Answer>[]): Promise<readonly Outcome<Answer>[]> {
    return new Promise((resolve, reject) => this.#add(jobOf(asks, resolve, reject)));
  }

  /** Runs a task when everything that was decided before is on the disk, and before anything else is decided. */
  between<Answer>(task: (database: Database) => Promise<Answer>): Promise<Answer> {
    if (this.#phase === 'closing') return Promise.reject(new OpsbroError('stopping', 'the agent is stopping'));
    return new Promise<Answer>((resolve, reject) => {
      const run = async (database: Database) => resolve(await task(database));
      this.#commits.add({ type: 'interlude', run, reject }, 0);
    });
  }

  /** Keeps something beside the records, on stable storage. Rejects with `disk_full` or `store_failed`. */
  note(place: Uint8Array, value: Uint8Array): Promise<void> {
    return this.between((database) => this.#health.guard(() => database.put(place, value, { sync: true })));
  }

  /** The listener of records that came, went or were replaced; told before anything else is decided. */
  onMoves(listen: (moves: readonly Move[]) => void): void {
    this.#onMoves = listen;
  }

  /** Nothing expires or is forgotten while this says no. */
  expireWhile(isAllowed: () => boolean): void {
    this.#mayExpire = isAllowed;
  }

  /** What is held of a key, whether it lives or not; what is damaged is set aside. */
  async held(key: string): Promise<Held> {
    const known = this.#lookup.record(key);
    if (known !== undefined) return known;
    const stored = await this.#lookup.stored(key);
    const record = stored && decodeRecord(stored);
    if (record !== undefined) return record;
    if (stored !== undefined) {
      await this.#setAside(key);
      return 'damaged';
    }
    return (await this.#lookup.isSetAside(key)) ? 'damaged' : undefined;
  }

  /** The record of a key, if it is known without the disk whether there is one; `undefined` when it is not. */
  known(key: string): Read | undefined {
    return this.#lookup.known(key);
  }

  /** No version on the disk is later. */
  get mark(): Stamp {
    return this.#totals.mark;
  }

  /** Opens the store again after its disk failed. Rejects with `store_failed` when it cannot be, or the agent has to start anew. */
  async reopen(): Promise<void> {
    await this.#health.retry();
  }

  /** The listener of the store being opened again: what was being written may be there or not. */
  onReopened(listen: () => void): void {
    this.#onReopened = listen;
  }

  /** Forgets that there were versions beyond a reading, as there are none any more. */
  rewind(horizon: Stamp): Promise<void> {
    return this.between(async (database) => {
      const { last, mark } = this.#totals;
      if (mark <= horizon) return;
      this.#totals = { ...this.#totals, last: last < horizon ? last : horizon, mark: horizon };
      await this.#health.guard(() => database.put(metaPlace('hlc'), encodeMark(horizon), { sync: true }));
    });
  }

  /** Reads from the database as it is; what is being written may be there or not. */
  async look<Answer>(read: (database: Database) => Promise<Answer>): Promise<Answer> {
    return await this.#read(() => read(this.#database));
  }

  /** How many damaged records are set aside. */
  get quarantined(): number {
    return this.#quarantined;
  }

  #add(job: Job): void {
    if (this.#phase === 'open') this.#commits.add(job, job.bytes, job.asks.length);
    else job.reject(new OpsbroError('stopping', 'the agent is stopping'));
  }

  async #commit(items: readonly (Job | Interlude)[]): Promise<void> {
    const jobs = items.filter((item) => item.type === 'rules');
    if (jobs.length > 0) await this.#commitJobs(jobs);
    for (const item of items) if (item.type === 'interlude') await this.#pause(item);
  }

  async #pause({ run, reject }: Interlude): Promise<void> {
    try {
      await this.#health.ready();
      await run(this.#database);
    } catch (error) {
      const isTold = error instanceof OpsbroError;
      reject(
        isTold ? error : new OpsbroError('store_failed', `the store failed: ${messageOf(error)}`, { cause: error }),
      );
    }
  }

  /** The wall around a batch: whatever goes wrong is told to those who wait for it. */
  async #commitJobs(jobs: readonly Job[]): Promise<void> {
    try {
      await this.#health.ready();
      this.#health.check();
      const lack = jobs.some(({ bytes }) => bytes > 0) ? await this.#health.lackOfRoom() : undefined;
      await this.#write(jobs, lack);
    } catch (error) {
      for (const job of jobs) job.reject(error);
    }
  }

  async #write(jobs: readonly Job[], lack: OpsbroError | undefined): Promise<void> {
    const found = await this.#lookup.find(keysOf(jobs));
    const ledger = new Ledger(this.#totals, this.#world(), found);
    const outcomeOf = ({ key, rule, bytes }: Ask<unknown>): Outcome<unknown> =>
      bytes > 0 && lack !== undefined ? { refusal: lack } : ledger.ask(key, rule);
    const outcomes = jobs.map(({ asks }) => asks.map(outcomeOf));
    const operations = ledger.seal();
    if (operations.length > 0) await this.#store(operations);
    this.#lookup.wrote(ledger.found);
    this.#totals = ledger.totals;
    this.#quarantined += ledger.quarantined;
    this.#onMoves(ledger.moves);
    if (Number.isFinite(ledger.soonest)) this.#sweeper.expect(ledger.soonest);
    for (const change of ledger.changes) this.#context.onChange(change);
    this.#changes.grew(this.#totals.index);
    for (const [place, job] of jobs.entries()) job.settle(outcomes[place] ?? []);
  }

  async #store(operations: readonly Operation[]): Promise<void> {
    try {
      await this.#health.guard(() => writeAll(this.#database, operations, { sync: this.#options.sync }));
    } catch (error) {
      this.#lookup.forget();
      throw error;
    }
  }

  #world() {
    const { graceMs, maxBytes } = this.#options;
    return { now: this.#context.clock.wall(), graceMs, maxBytes, forgets: this.#mayExpire(), tag: this.#tag };
  }

  async #page<Item>(selection: KvSelection, form: Form<Item>): Promise<KvPage<Item>> {
    const broken: string[] = [];
    const now = this.#context.clock.wall();
    const reading = { ...form, now, onDamaged: (key: string) => broken.push(key) };
    const page = await this.#read(() => readPage(this.#database, reading, selection));
    for (const key of broken) await this.#setAside(key);
    return page;
  }

  async #read<Answer>(read: () => Promise<Answer>): Promise<Answer> {
    await this.#health.ready();
    try {
      return await read();
    } catch (error) {
      throw new OpsbroError('store_failed', `the store cannot be read: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Moves a damaged record out of the way, where it can be looked at; its key answers with an error until it is written again. */
  async #setAside(key: string): Promise<void> {
    const isDamaged = await this.ask(key, settingAside);
    if (isDamaged) this.#context.log.error({ key }, 'kv: a damaged record was set aside');
  }

  /** Level refuses every write after a failed one, until it is opened again. Until that can work it stays open, to be read. */
  async #reopen(): Promise<void> {
    const { path, clock, log } = this.#context;
    if (this.#hasLost) throw new Error(MUST_RESTART);
    await proveRoom(path);
    await this.#database.close();
    this.#lookup.forget();
    const { database, repaired } = await openDatabase({ path, now: clock.wall(), log });
    this.#database = database;
    await proveWritable(database);
    if (repaired) await this.#noteLoss();
    const { totals, quarantined } = await readStanding(database, repaired);
    this.#totals = totals;
    this.#quarantined = quarantined;
    this.#onReopened();
  }

  /** What this node knows of itself counts for what it held: without it, it gets everything from the others at its next start. */
  async #noteLoss(): Promise<never> {
    this.#hasLost = true;
    await this.#database.del(metaPlace('standing'), { sync: true });
    throw new Error(MUST_RESTART);
  }
}

const roomFor = (key: string, { length }: Uint8Array): number => key.length + length;

function checkCopies({ copies }: Pick<KvPutOptions, 'copies'>): void {
  if (typeof copies !== 'number' || copies <= 1) return;
  const details = { acked: 0, needed: copies, total: 1 };
  throw new OpsbroError('quorum', `${copies} copies are wanted, and this node is the only one`, { details });
}
