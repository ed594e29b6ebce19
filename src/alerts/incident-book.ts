import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Shelf } from '../base/shelf.ts';
import { type Case, isEnded } from './case.ts';
import { caseFromJson, caseToJson } from './case-json.ts';

/** Problems that are kept, those that are going on included. */
const MOST_CASES = 10_000;
/** More than those may be kept for a while: what ended is forgotten in passing, not one by one. */
const SPARE = 100;

/** Every problem of this node and who was told of it, on disk as soon as the agent writes next. */
export class IncidentBook {
  readonly #shelf: Shelf;
  readonly #cases = new Map<string, Case>();
  readonly #open = new Map<string, string>();

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  /** Takes back what was known before a restart; what cannot be read is dropped. */
  async load(): Promise<void> {
    const kept = [...(await this.#shelf.load())].map(([id, value]) => [id, caseFromJson(value)] as const);
    const started = (of: Case | undefined) => of?.alert.started ?? 0;
    for (const [id, found] of kept.sort(([, a], [, b]) => started(a) - started(b))) {
      if (found) this.#take(found);
      else this.#shelf.delete(id);
    }
  }

  put(of: Case): void {
    this.#take(of);
    this.#shelf.put(of.alert.id, caseToJson(of));
    if (this.#cases.size > MOST_CASES + SPARE) this.#dropOldest();
  }

  /** The case of an alert, by its id. */
  get(id: string): Case | undefined {
    return this.#cases.get(id);
  }

  /** The case that goes on under a key, if one does. */
  open(key: string): Case | undefined {
    const id = this.#open.get(key);
    return id === undefined ? undefined : this.#cases.get(id);
  }

  /** Those that go on. */
  allOpen(): Case[] {
    return [...this.#open.values()].flatMap((id) => this.#cases.get(id) ?? []);
  }

  /** All of them, in the order in which they began. */
  all(): Case[] {
    return [...this.#cases.values()];
  }

  /** By the id of the alert, or of the check it is about. Throws `not_found`. */
  find(ref: string): Case {
    const found = this.#cases.get(ref) ?? this.#ofCheck(ref);
    if (found) return found;
    const known = this.allOpen().flatMap(({ alert }) => [alert.id, alert.name]);
    throw new OpsbroError('not_found', `there is no alert "${ref}"${didYouMean(ref, known)}`);
  }

  /** An id like this one that no other problem has: two may begin within one second. */
  freeId(id: string): string {
    const [, key = id, seconds] = /^(.*)-(\d+)$/.exec(id) ?? [];
    if (!this.#cases.has(id)) return id;
    for (let next = Number(seconds ?? 0) + 1; ; next++) {
      if (!this.#cases.has(`${key}-${next}`)) return `${key}-${next}`;
    }
  }

  /** Forgets what ended before `oldest` (epoch milliseconds). */
  forget(oldest: number): void {
    for (const { alert } of this.all()) if (isEnded(alert) && (alert.resolved ?? 0) < oldest) this.#drop(alert.id);
  }

  /** Of too many those that ended go, the oldest first. */
  #dropOldest(): void {
    const ended = this.all().filter(({ alert }) => isEnded(alert));
    for (const { alert } of ended.slice(0, this.#cases.size - MOST_CASES)) this.#drop(alert.id);
  }

  #ofCheck(ref: string): Case | undefined {
    const isMeant = ({ alert }: Case) => alert.kind === 'check' && alert.name === ref;
    return this.allOpen().find(isMeant) ?? this.all().findLast(isMeant);
  }

  #take(of: Case): void {
    const { id, key } = of.alert;
    this.#cases.set(id, of);
    if (!isEnded(of.alert)) this.#open.set(key, id);
    else if (this.#open.get(key) === id) this.#open.delete(key);
  }

  #drop(id: string): void {
    this.#cases.delete(id);
    this.#shelf.delete(id);
  }
}
