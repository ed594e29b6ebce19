import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import type { Shelf } from '../../base/shelf.ts';
import type { Alert, AlertNode, Muted, Mutes } from '../../model/alert.ts';
import {
  forgottenAt,
  isNewer,
  KEEP_MS,
  LONGEST_MS,
  type Maintenance,
  MuteEntry,
  phaseOf,
  type Silence,
} from './entry.ts';
import { type AlertLanguage, type AlertTest, isMaintained, silenceTest } from './fits.ts';

/** So many are kept, those that have ended included. */
const MAX_ENTRIES = 1_000;
/** Clocks may differ by this much. */
const SKEW_MS = 3_600_000;
/** A timer cannot be set for longer. */
const MAX_WAIT_MS = 86_400_000;

interface Options {
  readonly shelf: Shelf;
  readonly clock: Clock;
  /** Functions that expressions of silences may call. */
  readonly functions: AlertLanguage['functions'];
  /** An id that no other entry has. */
  readonly newId: () => string;
}

/** What is said of an entry when it is made; `starts` is now when left out. */
interface Spoken {
  readonly starts?: number | undefined;
  readonly ends: number;
  readonly comment: string;
  readonly by: string;
}

/** A silence as it is asked for. */
export interface SilenceWish extends Spoken, Pick<Silence, 'matchers' | 'if' | 'isEndMuted'> {}

/** A maintenance window as it is asked for. */
export interface MaintenanceWish extends Spoken, Pick<Maintenance, 'of' | 'name' | 'drain'> {}

interface Kept {
  readonly entry: MuteEntry;
  /** Of a silence. */
  readonly test: AlertTest | undefined;
}

/** The silences and maintenance windows that this node knows of, its own and those of others. They outlive a restart. */
export class MuteBook implements Mutes, Disposable {
  readonly #options: Options;
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Set<() => void>();
  #wake: Disposable | undefined;

  private constructor(options: Options) {
    this.#options = options;
  }

  /** Goes on with what the shelf holds; what cannot be read or is too old is dropped from it. */
  static async open(options: Options): Promise<MuteBook> {
    const book = new MuteBook(options);
    for (const [id, kept] of await options.shelf.load()) {
      const entry = book.#read(kept);
      if (entry === undefined || !book.#keep(entry)) options.shelf.delete(id);
    }
    book.#sleep();
    return book;
  }

  /** Silences that lie ahead, last, or ended of late; the newest first. */
  silences(): Silence[] {
    return this.#entries().filter((entry): entry is Silence => entry.type === 'silence');
  }

  /** Maintenance windows that lie ahead, last, or ended of late; the newest first. */
  maintenance(): Maintenance[] {
    return this.#entries().filter((entry): entry is Maintenance => entry.type === 'maintenance');
  }

  /** Everything, removed entries included, as other nodes need it. */
  all(): MuteEntry[] {
    return [...this.#kept.values()].map(({ entry }) => entry);
  }

  /** Takes a new silence. Throws `bad_request`, `expression` or `quota`. */
  addSilence(wish: SilenceWish): Silence {
    if (Object.keys(wish.matchers).length === 0 && wish.if === '')
      throw new OpsbroError('bad_request', 'say which alerts: give at least one matcher, or an expression as "if"');
    const entry: Silence = { type: 'silence', ...this.#begun(wish) };
    // A peer may send what cannot be read; a person is told.
    silenceTest(entry, this.#options);
    this.#take(entry);
    return entry;
  }

  /** Takes a new maintenance window. Throws `bad_request` or `quota`. */
  addMaintenance(wish: MaintenanceWish): Maintenance {
    const entry: Maintenance = { type: 'maintenance', ...this.#begun(wish) };
    this.#take(entry);
    return entry;
  }

  /** Ends an entry before its time. Throws `not_found`, or `conflict` when it is over already. */
  remove(type: MuteEntry['type'], id: string): MuteEntry {
    const known = this.#kept.get(id)?.entry;
    const word = type === 'silence' ? 'silence' : 'maintenance window';
    if (known?.type !== type) throw new OpsbroError('not_found', `there is no ${word} "${id}"`);
    const now = this.#options.clock.wall();
    if (phaseOf(known, now) === 'ended') throw new OpsbroError('conflict', `${word} "${id}" is over already`);
    const entry = { ...known, isRemoved: true, updated: Math.max(now, known.updated + 1) };
    this.#put(entry);
    this.#changed();
    return entry;
  }

  /** Takes in what another node knows, unless what is known here is newer. Answers how many were news. */
  merge(told: Iterable<unknown>): number {
    let news = 0;
    for (const each of told) {
      const entry = this.#read(each);
      if (entry === undefined || !isNewer(entry, this.#kept.get(entry.id)?.entry) || !this.#hasRoom(entry.id)) continue;
      this.#put(entry);
      news += 1;
    }
    if (news > 0) this.#changed();
    return news;
  }

  /** Of silences all that fit; of maintenance windows one. */
  of(alert: Alert): Muted {
    const active = this.#active();
    const silences = active.filter(({ test }) => test?.(alert) === true).map(({ entry }) => entry as Silence);
    return {
      silences: silences.map(({ id }) => id),
      maintenance: this.#maintenanceOf(alert.node)?.id ?? null,
      isEndMuted: silences.some(({ isEndMuted }) => isEndMuted),
    };
  }

  /** The maintenance window that a node is in now, if any; one that drains it before others. */
  maintenanceOf(node: AlertNode): Maintenance | undefined {
    return this.#maintenanceOf(node);
  }

  /** How many of these alerts a silence is about, whether it has begun or not. */
  fitting(id: string, alerts: Iterable<Alert>): number {
    const test = this.#kept.get(id)?.test;
    return test === undefined ? 0 : [...alerts].filter(test).length;
  }

  onChange(listener: () => void): Disposable {
    // The same function may listen twice.
    const own = () => listener();
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  [Symbol.dispose](): void {
    this.#wake?.[Symbol.dispose]();
    this.#listeners.clear();
  }

  #maintenanceOf(node: AlertNode): Maintenance | undefined {
    const windows = this.#active().flatMap(({ entry }) => (entry.type === 'maintenance' ? [entry] : []));
    const own = windows.filter((entry) => isMaintained(entry, node));
    return own.find(({ drain }) => drain) ?? own[0];
  }

  #active(): Kept[] {
    const now = this.#options.clock.wall();
    return [...this.#kept.values()].filter(({ entry }) => phaseOf(entry, now) === 'active');
  }

  #entries(): MuteEntry[] {
    const now = this.#options.clock.wall();
    return this.all()
      .filter((entry) => !entry.isRemoved || now < entry.updated + KEEP_MS)
      .sort((a, b) => b.starts - a.starts || (a.id < b.id ? -1 : 1));
  }

  #begun<Wish extends Spoken>(wish: Wish) {
    const now = this.#options.clock.wall();
    const starts = wish.starts ?? now;
    const fault = spanFault(starts, wish.ends, now);
    if (fault !== undefined) throw new OpsbroError('bad_request', fault);
    return { ...wish, id: this.#options.newId(), starts, updated: now, isRemoved: false };
  }

  #take(entry: MuteEntry): void {
    if (!this.#hasRoom(entry.id))
      throw new OpsbroError('quota', `there are ${MAX_ENTRIES} silences and maintenance windows; remove some first`);
    this.#put(entry);
    this.#changed();
  }

  #hasRoom(id: string): boolean {
    return this.#kept.has(id) || this.#kept.size < MAX_ENTRIES;
  }

  #put(entry: MuteEntry): void {
    if (this.#keep(entry)) this.#options.shelf.put(entry.id, entry);
  }

  /** False when it is too old to be kept. */
  #keep(entry: MuteEntry): boolean {
    if (this.#options.clock.wall() >= forgottenAt(entry)) return false;
    this.#kept.set(entry.id, { entry, test: entry.type === 'silence' ? this.#testOf(entry) : undefined });
    return true;
  }

  /** One that cannot be read fits nothing. */
  #testOf(silence: Silence): AlertTest {
    try {
      return silenceTest(silence, this.#options);
    } catch (error) {
      if (error instanceof OpsbroError) return () => false;
      throw error;
    }
  }

  #read(told: unknown): MuteEntry | undefined {
    const read = MuteEntry.safeParse(told);
    const latest = this.#options.clock.wall() + SKEW_MS;
    if (!read.success || read.data.updated > latest || read.data.ends > latest + LONGEST_MS) return undefined;
    return read.data;
  }

  #changed(): void {
    this.#sleep();
    for (const listener of this.#listeners) listener();
  }

  /** Until the next entry begins, ends or is forgotten. */
  #sleep(): void {
    const { clock, shelf } = this.#options;
    this.#wake?.[Symbol.dispose]();
    const now = clock.wall();
    for (const [id, { entry }] of this.#kept) {
      if (now < forgottenAt(entry)) continue;
      this.#kept.delete(id);
      shelf.delete(id);
    }
    const times = this.all().flatMap((entry) => (entry.isRemoved ? [] : [entry.starts, entry.ends]));
    const next = Math.min(...times.filter((time) => time > now), now + MAX_WAIT_MS);
    this.#wake = this.#kept.size === 0 ? undefined : clock.after(next - now, () => this.#changed());
  }
}

function spanFault(starts: number, ends: number, now: number): string | undefined {
  if (ends <= now) return 'its end lies in the past';
  if (ends <= starts) return 'it has to end after it begins';
  if (ends - now > LONGEST_MS) return 'it may last a year at most, as a problem that nobody hears of is forgotten';
  return undefined;
}
